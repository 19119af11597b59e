"""Where the configuration allows the appliance to go: the list that the proxy's own is made from."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from backend.accounts.models import IdentityProvider
from backend.connections.models import Connection
from backend.connections.store import JIRA_KINDS
from backend.outbound.destinations import destination_of
from backend.outbound.destinations import place as place_of
from backend.outbound.models import Traffic
from backend.sources.github.addresses import addresses


@dataclass(frozen=True)
class Permitted:
    """`because`: what in the configuration leads there, as people call it."""

    destination: str
    purposes: tuple[Traffic.Purpose, ...]
    because: tuple[str, ...]


def permitted_destinations() -> list[Permitted]:
    """By name. Hosts that a source keeps files at, and leads to by itself, are in no configuration."""
    purposes: dict[str, list[Traffic.Purpose]] = defaultdict(list)
    because: dict[str, list[str]] = defaultdict(list)
    for url, purpose, why in _all():
        try:
            place = destination_of(url)
        except ValueError:  # an address that nobody can go to
            continue
        purposes[place].append(purpose)
        because[place].append(why)
    return [
        Permitted(one, tuple(dict.fromkeys(purposes[one])), tuple(dict.fromkeys(because[one])))
        for one in sorted(purposes)
    ]


def opened_destinations() -> frozenset[str] | None:
    """What the host has opened; None where there is no such list, and so nothing that closes."""
    file: Path | None = settings.EGRESS_LIST
    if file is None:
        return None
    lines = file.read_text().splitlines() if file.is_file() else []
    return frozenset(line for line in lines if not line.startswith("#"))


def _all() -> Iterator[tuple[str, Traffic.Purpose, str]]:
    yield from _of_connections()
    yield from _of_providers()
    yield from _of_the_host()


def _of_connections() -> Iterator[tuple[str, Traffic.Purpose, str]]:
    for one in Connection.objects.order_by("name"):
        why = f"connection {one.name}"
        if one.kind in JIRA_KINDS:
            yield one.url, Traffic.Purpose.COLLECT, why
            continue
        yield addresses(one.url).base, Traffic.Purpose.COLLECT, why
        if one.cloning_allowed:
            yield one.url, Traffic.Purpose.CLONE, why


def _of_the_host() -> Iterator[tuple[str, Traffic.Purpose, str]]:
    """What its operator configured."""
    if settings.AUDIT_SYSLOG_HOST:
        place = f"syslog://{settings.AUDIT_SYSLOG_HOST}:{settings.AUDIT_SYSLOG_PORT}"
        yield place, Traffic.Purpose.AUDIT, "syslog server of the audit log"
    if settings.EMAIL_HOST:
        there = place_of(settings.EMAIL_HOST, settings.EMAIL_PORT)
        yield f"smtp://{there}", Traffic.Purpose.MAIL, "mail server"


def _of_providers() -> Iterator[tuple[str, Traffic.Purpose, str]]:
    """One whose metadata was pasted is never asked: people are sent to it by their browsers."""
    for one in IdentityProvider.objects.order_by("name"):
        if not one.address or one.metadata:
            continue
        own = urlsplit(one.address)
        for url in (one.address, *(f"{own.scheme}://{host}" for host in one.other_hosts)):
            yield url, Traffic.Purpose.SIGN_IN, f"identity provider {one.name}"
