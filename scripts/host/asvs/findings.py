"""What is found for the self-assessment, by fixed names. Pure; what nobody looked at is never good."""

from __future__ import annotations

from typing import Final, Iterable, Mapping, NamedTuple, Sequence

DOOR: Final = tuple(
    f"door.{name}"
    for name in (
        *("tls_versions", "tls_ciphers", "certificate", "plain_http", "hsts", "content_types"),
        *("nosniff", "csp", "framing", "referrer_policy", "permissions_policy", "cross_origin"),
        *("no_versions", "no_store", "cookies", "methods", "hidden_files", "unknown_host"),
        *("anonymous_api", "admin_closed", "forwarded_headers", "large_bodies", "error_pages"),
        *("traversal", "api_is_a_file"),
    )
)
CONTAINERS: Final = tuple(
    f"containers.{name}"
    for name in (
        *("users", "capabilities", "no_new_privileges", "read_only_root", "limits", "namespaces"),
        *("ports", "networks", "environment", "images"),
    )
)
OTHERS: Final = (
    *("files.secrets", "disks.at_rest", "way_out.egress", "services.refuse_strangers"),
    *("services.clock", "backups.restorable"),
)
NAMES: Final = (*DOOR, *CONTAINERS, *OTHERS)
"""Of every check, as requirements refer to them."""
_TOLD: Final = 5
"""As many faults as one finding tells of by themselves."""
AGAIN: Final = "Put that right, and run this again."


class Finding(NamedTuple):
    name: str
    found: str
    is_good: bool
    todo: str = ""


def judged(name: str, amiss: Sequence[str], well: str, todo: str) -> Finding:
    """Good where nothing is amiss."""
    if not amiss:
        return Finding(name, well, is_good=True)
    more = f"; and {len(amiss) - _TOLD} more" if len(amiss) > _TOLD else ""
    return Finding(name, "; ".join(amiss[:_TOLD]) + more, is_good=False, todo=todo)


def unseen(names: Iterable[str], reason: str) -> list[Finding]:
    """Of what could not be looked at."""
    return [
        Finding(name, f"could not be looked at: {reason}", is_good=False, todo=AGAIN)
        for name in names
    ]


def complete(found: Iterable[Finding]) -> list[Finding]:
    """Each name once, in the order of the list."""
    known: Mapping[str, Finding] = {one.name: one for one in found}
    return [known.get(name) or unseen([name], "nobody looked")[0] for name in NAMES]
