"""Is the connection as it should be? What the account may do is compared with what is needed, told with what to do.

A token of Jira's may do whatever its account may: only an account of its own that browses, and no more, is enough.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from backend.sources.errors import Forbidden, NotFound, SourceError
from backend.sources.findings import EXCESS, MISSING, NONE, OK, READ, Finding, Permission
from backend.sources.jira.addresses import CLOUD
from backend.sources.jira.client import Jira, Server
from backend.sources.jira.refusals import NoInterface, QueryRefused

BROWSE: Final = "BROWSE_PROJECTS"
BOARDS: Final = "boards"
ESSENTIAL: Final = frozenset({BROWSE})
TOO_MUCH: Final[Mapping[str, str]] = {
    "SYSTEM_ADMIN": "admin",
    "ADMINISTER": "admin",
    "ADMINISTER_PROJECTS": "admin",
    "BULK_CHANGE": "write",
    "CREATE_ISSUES": "write",
    "EDIT_ISSUES": "write",
    "TRANSITION_ISSUES": "write",
    "ASSIGN_ISSUES": "write",
    "MOVE_ISSUES": "write",
    "LINK_ISSUES": "write",
    "DELETE_ISSUES": "write",
    "ADD_COMMENTS": "write",
    "WORK_ON_ISSUES": "write",
    "CREATE_ATTACHMENTS": "write",
}
"""What both kinds of Jira have names for, and nobody needs who only reads."""
KNOWS_TOKENS: Final = (8, 14)
SIGNS_WEBHOOKS: Final = (10, 0)
_OWN_ACCOUNT: Final = (
    "Plumbline writes nothing: use a token of an account of its own, "
    "whose roles may browse projects and no more."
)


def check(jira: Jira) -> Finding:
    """Raises SourceError where address, kind, certificate or credential is wrong."""
    server = jira.server()
    _of_this_kind(jira, server)
    account = jira.myself().account
    found = (*_permissions(jira), _boards(jira))
    notes = (*_of_its_age(jira, server), *jira.discover().notes)
    login = account.login if account else ""
    return Finding(server.version, login, found, essential=ESSENTIAL, notes=notes)


def _of_this_kind(jira: Jira, server: Server) -> None:
    if server.is_cloud == (jira.dialect == CLOUD):
        return
    here, action = (
        ("Cloud", "with the e-mail address of an account and its API token")
        if server.is_cloud
        else ("Data Center", "with a personal access token")
    )
    raise NoInterface(
        f"{jira.host} is a Jira {here}, and the connection is of the other kind.",
        f"Make a connection of the kind Jira {here}, {action}.",
        permanent=True,
    )


def _permissions(jira: Jira) -> Iterator[Permission]:
    try:
        held = jira.permissions([BROWSE, *TOO_MUCH])
    except (NotFound, NoInterface, QueryRefused):
        held = {}  # not told by this server: browsing is tried
    sees = held.get(BROWSE, True) and next(jira.projects(), None) is not None
    if sees:
        yield Permission(BROWSE, READ, READ, OK)
    else:
        yield Permission(
            BROWSE,
            READ,
            NONE,
            MISSING,
            "Let the account browse the projects that are to be read: add it to a role or group of their "
            "permission schemes that has Browse Projects.",
        )
    for name, level in TOO_MUCH.items():
        if held.get(name):
            yield Permission(name, NONE, level, EXCESS, _OWN_ACCOUNT)


def _boards(jira: Jira) -> Permission:
    """Jira Software's; one without it, or an account that may not use it, has no boards and no sprints."""
    try:
        next(jira.boards(), None)
    except (Forbidden, NotFound, NoInterface, QueryRefused):
        return Permission(
            BOARDS,
            READ,
            NONE,
            MISSING,
            "Give the account access to Jira Software; without it there are no boards and no sprints, "
            "and everything else is read all the same.",
        )
    except SourceError as error:
        if not error.permanent:
            raise
        return Permission(BOARDS, READ, NONE, MISSING, error.action)
    return Permission(BOARDS, READ, READ, OK)


def _of_its_age(jira: Jira, server: Server) -> Iterator[str]:
    if jira.dialect == CLOUD:
        return
    version = tuple(_numbers(server.version))
    if not version:
        yield "The server does not tell which version it is."
    elif version < KNOWS_TOKENS:
        yield (
            f"Jira {server.version} is older than 8.14, from which on it knows personal access tokens: update it."
        )
    elif version < SIGNS_WEBHOOKS:
        yield (
            f"Jira {server.version} does not sign webhooks, as 10.0 does: name the addresses that it sends from "
            "in the connection's settings, or let Plumbline ask from time to time alone."
        )


def _numbers(version: str) -> Sequence[int]:
    """Of 9.12.4 and 10.0.0-m01 the first two."""
    parts = version.split("-", maxsplit=1)[0].split(".")[:2]
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()
