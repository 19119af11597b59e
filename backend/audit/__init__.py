"""The append-only record of important acts."""
