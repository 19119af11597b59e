"""Whom a TLS connection to the outside trusts."""

import functools
import ssl
from typing import Final


def trusting(authority: str) -> ssl.SSLContext:
    """The system's authorities, and those in `authority`, PEM, if any. Raises ssl.SSLError."""
    context = ssl.create_default_context()
    # Debian's Python leaves the oldest version to the system's own file.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authority:
        context.load_verify_locations(cadata=authority)
    return context


shared: Final = functools.lru_cache(maxsize=64)(trusting)
"""For whoever changes nothing of it: to read all authorities anew takes longer than most answers."""
