"""The ledger of what left: each destination, what was asked of it, when, and how many bytes."""
