"""Scanners of others look at the front door: each in an environment of its own, made when it is first asked for."""
