"""From one release to a later one, or back to where it began: every step is written down before the next."""
