"""How a value of the configuration is read: returned as it is kept, or ValueError says what it must be."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Callable
from urllib.parse import urlsplit

HOST = re.compile(r"(?=.{1,253}$)(?!-)[a-z0-9_-]{1,63}(\.(?!-)[a-z0-9_-]{1,63})*")
# Compose reads a volume's parts between colons, and $ and # mean something to it.
FOLDER = re.compile(r"/[^\s:$#'\"\\]*")
SFTP = re.compile(r"sftp://[\w.-]+@([^/@:]+|\[[0-9a-f:]+\])(:\d{1,5})?/[\w./+-]+")
RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")
PAGE = re.compile(r"https://[^\s$#'\"\\]+")
MAIL_ADDRESS = re.compile(r"[A-Za-z0-9._%+=~-]+@([^@]+)")
# As FOLDER, in .env.
USER = re.compile(r"[^\s$#'\"]+")
SIZE = re.compile(r"([1-9]\d*)([mg])")


def site(value: str) -> str:
    """The origin that people open."""
    try:
        found = urlsplit(value)
        port = found.port
    except ValueError:
        raise ValueError("must be https://HOST or https://HOST:PORT") from None
    if (
        found.scheme != "https"
        or not is_host(found.hostname or "")
        or found.path not in ("", "/")
        or found.query
        or found.fragment
        or "@" in found.netloc
        or port == 0
    ):
        raise ValueError("must be https://HOST or https://HOST:PORT")
    return f"https://{found.netloc.lower()}"


def port(value: str) -> str:
    return number(1, 65535)(value)


def address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError(
            "must be an address of this machine, such as 10.0.0.5, or 0.0.0.0 for all"
        ) from None


def listener(value: str) -> str:
    """ADDRESS:PORT, as Compose publishes a port."""
    try:
        found = urlsplit(f"//{value}")
        ipaddress.IPv4Address(found.hostname or "")
        is_one = found.port not in (None, 0) and found.netloc == value
    except ValueError:
        is_one = False
    if not is_one:
        raise ValueError("must be ADDRESS:PORT of this machine, such as 10.0.0.5:9464")
    return value


def network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        raise ValueError(
            "must be an address or a network, such as 10.0.0.5 or 10.0.0.0/24"
        ) from None


def balancers(value: str) -> str:
    """As `network`, but not everybody."""
    found = network(value)
    if found.endswith("/0"):
        raise ValueError("must not be everybody: who is believed can pass for any address")
    return found


def file(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError("must be a full path, from / on")
    return str(Path(value))


def folder(value: str) -> str:
    """A folder that Compose mounts."""
    if not FOLDER.fullmatch(value):
        raise ValueError("must be a full path without spaces and the characters : $ # ' \" \\")
    return str(Path(value))


def host(value: str) -> str:
    if not is_host(value.lower()):
        raise ValueError("must be the name or address of a host")
    return value.lower()


def server(value: str) -> str:
    """HOST or HOST:PORT."""
    try:
        found = urlsplit(f"//{value.lower()}")
        good = found.netloc == value.lower() and is_host(found.hostname or "") and found.port != 0
    except ValueError:
        good = False
    if not good or "@" in value:
        raise ValueError("must be HOST or HOST:PORT")
    return value.lower()


def mail_address(value: str) -> str:
    found = MAIL_ADDRESS.fullmatch(value)
    if not found or not is_host(found[1].lower()):
        raise ValueError("must be one mail address, such as plumbline@company.example")
    return value


def contact(value: str) -> str:
    """As RFC 9116 wants it."""
    scheme, _, rest = value.partition(":")
    try:
        if scheme == "mailto":
            return f"mailto:{mail_address(rest)}"
        if PAGE.fullmatch(value) and is_host(urlsplit(value).hostname or ""):
            return value
    except ValueError:
        pass
    raise ValueError("must be mailto:ADDRESS or https://HOST/…")


def user(value: str) -> str:
    if not USER.fullmatch(value):
        raise ValueError("must be a name without spaces and the characters $ # ' \"")
    return value


def proxy(value: str) -> str:
    """http://HOST:PORT; a name and password have no place in a file that everybody may read."""
    found = urlsplit(value)
    if found.scheme != "http" or value != f"http://{found.netloc}" or "@" in value:
        raise ValueError("must be http://HOST:PORT, without a name and password")
    return f"http://{server(found.netloc)}"


def backup_place(value: str) -> str:
    if value.startswith("sftp:"):
        if not SFTP.fullmatch(value):
            raise ValueError("must be a folder or sftp://USER@HOST[:PORT]/FOLDER, in plain letters")
        return value
    return folder(value)


def recipient(value: str) -> str:
    if not RECIPIENT.fullmatch(value):
        raise ValueError("must be public keys of age, each age1… and never AGE-SECRET-KEY-…")
    return value


def size(value: str) -> str:
    if not SIZE.fullmatch(value.lower()):
        raise ValueError("must be a size in megabytes or gigabytes, such as 512m or 4g")
    return value.lower()


def megabytes(value: str) -> int:
    """A size as `size` keeps it."""
    found = SIZE.fullmatch(value)
    if found is None:
        raise ValueError(value)
    return int(found[1]) * (1024 if found[2] == "g" else 1)


def number(least: int, most: int) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if not re.fullmatch(r"\d{1,9}", value) or not least <= int(value) <= most:
            raise ValueError(f"must be a number from {least} to {most}")
        return str(int(value))

    return parse


def one_of(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return value

    return parse


def words(each: Callable[[str], str]) -> Callable[[str], str]:
    """Several, between spaces or commas; kept with a space between."""

    def parse(value: str) -> str:
        return " ".join(each(word) for word in value.replace(",", " ").split())

    return parse


def is_host(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return bool(HOST.fullmatch(value))
    return True
