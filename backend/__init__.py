"""Plumbline's one Python package. Imports point downward only; see docs/architecture.md."""
