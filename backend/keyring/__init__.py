"""Sealed and enveloped secrets."""
