"""What collects from an outside system, and where each collection stands."""
