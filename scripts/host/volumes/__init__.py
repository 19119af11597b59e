"""Encryption at rest: volumes that are encrypted, and whether what is written stands on them."""
