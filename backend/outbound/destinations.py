"""How a destination is called: host:port."""

from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = {"https": 443, "http": 80}


def destination_of(url: str) -> str:
    """Where an address leads, by its host and port alone. Raises ValueError where it is none."""
    parts = urlsplit(url)
    host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme)
    if not host or port is None:
        raise ValueError("no address of a host")
    return place(host, port)


def place(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
