"""The data inventory: what may be kept, why, how long, and which process may touch it. The one declaration."""
