"""What may be kept, for how long, and how it goes."""
