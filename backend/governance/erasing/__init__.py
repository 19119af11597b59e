"""How each kind of subject is erased: its preview, its names, and its steps. The engine knows none of them."""
