"""What speaks for two identities being one person, as keys that both have. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple


@dataclass(frozen=True, slots=True)
class Known:
    """An identity that is no bot. `emails`: addresses that the source says are the account's; of git its own.

    `host` is the server's name, `connection` and `person` are keys.
    """

    id: int
    connection: int
    host: str
    kind: str
    login: str
    external_id: int | None = None
    account_id: str = ""
    name: str = ""
    emails: frozenset[str] = frozenset()
    person: int | None = None

    @property
    def is_account(self) -> bool:
        """Whether a server knows it for one of its users; one person rarely has two on one server."""
        return self.kind == "user"

    @property
    def full_name(self) -> str:
        """Jira's Cloud has no logins: what it calls people is their name."""
        return self.name or (self.login if " " in self.login else "")


class Key(NamedTuple):
    """Two that have one of the same kind and text may be one person; `role` is where this one has it from."""

    kind: str
    text: str
    role: str = ""


ADDRESS: Final = "address"
ACCOUNT: Final = "account"
NAME: Final = "name"
HANDLE: Final = "handle"
HOST_LOGIN: Final = "host login"

STRENGTHS: Final = {
    (ADDRESS, "", ""): ("same address", 95),
    (ACCOUNT, "", ""): ("address of the account", 95),
    (HOST_LOGIN, "account", "noreply"): ("address made of the login", 90),
    (HOST_LOGIN, "noreply", "noreply"): ("same address", 90),
    (NAME, "", ""): ("same name", 70),
    (HANDLE, "login", "login"): ("same login", 75),
    (HANDLE, "address", "login"): ("address begins with the login", 70),
    (HANDLE, "address", "address"): ("addresses begin alike", 60),
    (HANDLE, "login", "name"): ("login made of the name", 60),
    (HANDLE, "address", "name"): ("address made of the name", 60),
    (HANDLE, "initial", "login"): ("login of initial and surname", 45),
    (HANDLE, "address", "initial"): ("address of initial and surname", 45),
}
"""What a shared key is called and how much it says, 0 to 100, by its kind and the two roles in order."""

NOREPLY: Final = re.compile(r"(?:(\d+)\+)?([^@]+)@users\.noreply\.(.+)")
_NOBODY: Final = frozenset(
    (
        *(
            "admin",
            "administrator",
            "bot",
            "build",
            "ci",
            "dev",
            "devnull",
            "git",
            "github",
            "info",
        ),
        *("jenkins", "local", "mail", "me", "no-reply", "noreply", "nobody", "root", "support"),
        *("team", "test", "user", "you"),
    )
)
"""What is before the @, or is a login, of no person in particular."""
_SHORTEST_HANDLE: Final = 3


def address(text: str) -> str:
    """An address as it is compared; empty where it is none, as where a server hides it."""
    cleaned = text.strip().lower()
    local, at, domain = cleaned.rpartition("@")
    return cleaned if local and at and domain and not re.search(r"[\s@]", local + domain) else ""


def is_personal(email: str) -> bool:
    """Whether an address can be one person's: not noreply@…, nor one of a machine without a domain."""
    local, _, domain = email.rpartition("@")
    return (
        local not in _NOBODY
        and "." in domain.strip(".")
        and not domain.endswith((".local", ".localdomain", ".invalid", ".test.local"))
        and not NOREPLY.fullmatch(email)
    )


def certain_keys(known: Known) -> Iterator[Key]:
    """What alone is enough."""
    if known.kind == "user" and known.external_id is not None:
        yield Key(ACCOUNT, f"{known.host}/{known.external_id}")
    for email in _addresses(known):
        made = NOREPLY.fullmatch(email)
        if made and made[1]:
            yield Key(ACCOUNT, f"{made[3]}/{int(made[1])}")
        elif is_personal(email):
            yield Key(ADDRESS, email)


def likely_keys(known: Known) -> Iterator[Key]:
    """What is worth a question."""
    if known.kind != "git":
        if " " not in known.login:
            yield from _handle(known.login, "login")
        if known.external_id is not None:
            yield Key(HOST_LOGIN, f"{known.host}/{known.login.lower()}", "account")
    for email in _addresses(known):
        made = NOREPLY.fullmatch(email)
        if made and not made[1]:
            yield Key(HOST_LOGIN, f"{made[3]}/{made[2]}", "noreply")
        elif is_personal(email):
            yield from _handle(email.rpartition("@")[0].partition("+")[0], "address")
    yield from name_keys(known.full_name)


def name_keys(name: str) -> Iterator[Key]:
    """Of a name of two words at least: one alone is no evidence."""
    words = _words(name)
    if len(words) > 1:
        yield Key(NAME, " ".join(sorted(words)))
        yield from _handle("".join(words), "name")
        yield from _handle(words[0][0] + words[-1], "initial")


def _addresses(known: Known) -> Iterator[str]:
    own = {address(known.login)} if known.kind == "git" else set()
    yield from sorted((known.emails | own) - {""})


def _handle(text: str, role: str) -> Iterator[Key]:
    handle = re.sub(r"[\W_]", "", text.casefold())
    if len(handle) >= _SHORTEST_HANDLE and handle not in _NOBODY:
        yield Key(HANDLE, handle, role)


def _words(name: str) -> list[str]:
    """In lower case and without accents; "Doe, Jane" is Jane Doe."""
    last, comma, first = name.partition(",")
    plain = unicodedata.normalize("NFKD", f"{first} {last}" if comma else name).casefold()
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [word for word in re.split(r"[\W_\d]+", bare) if word]
