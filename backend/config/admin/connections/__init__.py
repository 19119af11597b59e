"""Connections: secrets go in and never come out; whatever needs a way out is asked of the worker."""

from backend.config.admin.connections.model import ConnectionAdmin

__all__ = ["ConnectionAdmin"]
