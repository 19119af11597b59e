"""What was erased stays so: keyed digests by which it is known when a source or an old backup brings it again.

A tombstone holds no name. Whoever has the key and knows the name can ask whether it lies here, and nobody else.
"""
