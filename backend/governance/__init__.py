"""What may be kept, for how long, and how it goes: data inventory, erasure, retention, requests of people."""
