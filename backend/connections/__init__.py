"""Outside systems that Plumbline may read, their sealed credentials and request budget."""
