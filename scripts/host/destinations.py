"""The list of where the appliance may go, and what egress makes of it. Nobody but the host writes either."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Iterable
from urllib.parse import urlsplit

from host.configuration import Configuration
from host.ending import Refused
from host.folders import Folder

HEADER: Final = (
    "# Written by scripts/appliance egress: where the appliance may go, and nowhere else.\n"
)
_PORTS: Final = range(1, 65536)
_HOST: Final = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\Z"
)


@dataclass(frozen=True)
class Outside:
    """What the host's own configuration says of the way out."""

    also: frozenset[str] = frozenset()
    """Destinations besides those that the appliance asks for: host:port."""
    proxy: str = ""
    """The company's own proxy, host:port; "" where there is none."""
    direct: frozenset[str] = frozenset()
    """Hosts that are reached without it."""


def outside(found: Configuration) -> Outside:
    """As the configuration says it."""
    also = [placed(word, 443) for word in found.words("outside", "also")]
    for section, usual in (("syslog", 6514), ("mail", 587)):
        if found[section, "server"]:
            also.append(placed(found[section, "server"], usual))
    hosts = (urlsplit(f"//{word}").hostname or "" for word in found.words("outside", "direct"))
    proxy = urlsplit(found["outside", "proxy"]).netloc
    return Outside(frozenset(also), placed(proxy, 80) if proxy else "", frozenset(hosts))


def placed(server: str, port: int) -> str:
    """HOST or HOST:PORT as host:port. Raises Refused."""
    address = urlsplit(f"//{server}")
    host = address.hostname or ""
    return destination(
        f"[{host}]:{address.port or port}" if ":" in host else f"{host}:{address.port or port}"
    )


def destination(text: str) -> str:
    """host:port in the one form in which it is compared. Raises Refused."""
    refusal = Refused(f"{text[:100]!r} is no destination: host:port is one.")
    host, colon, port = text.strip().lower().rpartition(":")
    if not colon or not re.match(r"[0-9]{1,5}\Z", port) or int(port) not in _PORTS:
        raise refusal
    if host.startswith("[") and host.endswith("]") and "%" not in host:
        try:
            return f"[{ipaddress.IPv6Address(host[1:-1])}]:{int(port)}"
        except ValueError:
            raise refusal from None
    # What ends in a number is an address, whatever way it is written: one way alone will do.
    if not _HOST.match(host) or (_is_number(host.rpartition(".")[2]) and not _is_address(host)):
        raise refusal
    return f"{host}:{int(port)}"


def listed(data: Path) -> frozenset[str]:
    """What is open now."""
    file = data / "egress" / "destinations"
    lines = file.read_text().splitlines() if file.exists() else []
    return frozenset(destination(line) for line in lines if line and not line.startswith("#"))


def write(data: Path, folder: Folder, destinations: Iterable[str], ways: Outside) -> None:
    """The list for people and for web, and the rules for egress, which takes them when it is told or starts."""
    ordered = sorted(set(destinations))
    folder.write("allowed.conf", rules(ordered, ways).encode())
    shown = data / "egress"
    shown.mkdir(mode=0o755, exist_ok=True)
    fresh = shown / ".destinations.new"
    fresh.write_text(HEADER + "".join(f"{one}\n" for one in ordered))
    fresh.chmod(0o444)
    fresh.replace(shown / "destinations")


def rules(destinations: Iterable[str], ways: Outside) -> str:
    """In Squid's words; scripts/images/egress/squid.conf includes them, and denies whatever they do not allow."""
    lines = [HEADER.strip()]
    if ways.proxy:
        host, port = ways.proxy.rsplit(":", 1)
        lines += [
            f"cache_peer {host} parent {port} 0 no-query no-digest no-netdb-exchange default name=outside",
            *(
                f"acl direct dstdomain -n {name}"
                for name in sorted(ways.direct) or ["none.invalid"]
            ),
            "never_direct allow !direct",
            "always_direct allow direct",
            "cache_peer_access outside deny direct",
        ]
    ordered = sorted({tuple(one.rsplit(":", 1)) for one in destinations})
    addresses = [(host, port) for host, port in ordered if _is_address(host)]
    names = [(host, port) for host, port in ordered if not _is_address(host)]
    lines += _allowed("address", addresses)
    # Where a name leads is looked up for a listed one alone: whoever asks for others must not have a name server told
    # of them. And one that goes through the company's proxy is that proxy's to resolve.
    lines += _allowed("name", names, but="direct nowhere" if ways.proxy else "nowhere")
    return "\n".join([*lines, ""])


def _allowed(kind: str, pairs: list[tuple[str, str]], *, but: str = "") -> list[str]:
    lines = [f"acl {kind}_{port} dstdomain -n {host}" for host, port in pairs]
    for port in sorted({port for _, port in pairs}, key=int):
        place = f"{kind}_port_{port} {kind}_{port}"
        lines.append(f"acl {kind}_port_{port} port {port}")
        if but:
            lines.append(f"http_access deny {place} {but}")
        lines.append(f"http_access allow {place}")
    return lines


def _is_number(label: str) -> bool:
    return label.isdigit() or label.startswith("0x")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
