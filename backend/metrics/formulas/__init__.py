"""Pure functions that turn raw event times into figures. No Django, no clock, no I/O."""
