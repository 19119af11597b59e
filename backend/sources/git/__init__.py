"""Change sizes per commit from a bare clone in memory."""
