"""What git's complaints mean for somebody who can mend it. Pure: git's words in, a SourceError out."""

from datetime import UTC, datetime, timedelta
from typing import Final

from backend.outbound.proxy import PROXY_AWAY, WHAT_TO_DO, not_open
from backend.sources.errors import CredentialRefused, Forbidden, NotFound, Passing, SourceError

WAIT: Final = timedelta(minutes=1)
_AGAIN: Final = "Nothing is lost; Plumbline tries again."


class NoBranch(SourceError):
    """The default branch is not there: nothing was pushed yet, or it was renamed."""


class TooLarge(SourceError):
    """The repository needs more memory than its connection gives a clone."""


def explained(complaint: str, *, host: str) -> SourceError:
    """The reason and the remedy for what git wrote to its standard error, in the C locale."""
    for words, explain in _MEANINGS:
        if any(word in complaint for word in words):
            return explain(host)
    fatal = [line for line in complaint.splitlines() if line.startswith(("fatal:", "error:"))]
    said = fatal[-1][:200] if fatal else "git gave no reason"
    return SourceError(f"Cloning from {host} failed: {said}.", _AGAIN)


def took_too_long(host: str) -> SourceError:
    return Passing(f"Cloning from {host} took too long.", _AGAIN)


def too_large() -> SourceError:
    return TooLarge(
        "The clone is larger than the connection allows.",
        "Allow larger clones at the connection if the worker has the memory; else commits are read by REST.",
        permanent=True,
    )


def no_space(_: str) -> SourceError:
    return SourceError(
        "The clone does not fit into the space set aside for clones.",
        "Give the worker more clone space (PLUMBLINE_CLONE_SPACE), or forbid cloning for the connection.",
    )


def _refused(host: str) -> SourceError:
    return CredentialRefused(
        f"{host} refuses the token for cloning.",
        "The token is wrong, expired or revoked: make a new one and enter it.",
        permanent=True,
    )


def _forbidden(host: str) -> SourceError:
    return Forbidden(
        f"{host} forbids the token to clone.",
        "Give the token read access to contents, or forbid cloning for the connection.",
        permanent=True,
    )


def _not_found(host: str) -> SourceError:
    return NotFound(
        f"{host} does not know this repository, or hides it from the token.",
        "Check that the repository exists and that the token may read its contents.",
        permanent=True,
    )


def _certificate(host: str) -> SourceError:
    return SourceError(
        f"The certificate of {host} cannot be verified.",
        "If your own authority signed it, paste that authority's certificate into the connection.",
        permanent=True,
    )


def _limited(host: str) -> SourceError:
    return SourceError(
        f"{host} asks to wait.",
        "Nothing to do: collection goes on by itself.",
        retry_at=datetime.now(UTC) + WAIT,
    )


def _unknown_name(host: str) -> SourceError:
    return SourceError(
        f"The name {host} is not known.",
        "Check the address, and that this machine's name server knows it.",
    )


def _not_open(host: str) -> SourceError:
    return SourceError(not_open(host), WHAT_TO_DO)


def _proxy_away(_: str) -> SourceError:
    return SourceError(*PROXY_AWAY)


def _unreachable(host: str) -> SourceError:
    return SourceError(
        f"{host} cannot be reached.",
        "Check the address and port, and that a firewall or proxy lets this machine through.",
    )


def _no_branch(host: str) -> SourceError:
    return NoBranch(
        f"The repository's default branch is not, or no longer, there on {host}.",
        "Nothing to do: its new name arrives with the next look at the repository.",
    )


def _moved(host: str) -> SourceError:
    return SourceError(
        f"{host} sends us on to another address for this repository.",
        "Nothing to do after a rename: the new name arrives with the next look at the repository.",
    )


def _broken_off(host: str) -> SourceError:
    return Passing(f"{host} broke off the clone.", _AGAIN)


# In this order: what says more comes before what follows from it.
_MEANINGS: Final = (
    (("File too large",), lambda _: too_large()),
    (("No space left on device", "Disk quota exceeded"), no_space),
    (("CONNECT tunnel failed, response 403", "code 403 from proxy after CONNECT"), _not_open),
    (("CONNECT tunnel failed", "from proxy after CONNECT"), _unreachable),
    (("Could not resolve proxy",), _proxy_away),
    (("Authentication failed", "could not read Username", "terminal prompts disabled"), _refused),
    (("returned error: 401",), _refused),
    (("returned error: 403",), _forbidden),
    (("returned error: 429",), _limited),
    (("returned error: 404", "not found", "returned error: 410"), _not_found),
    (("couldn't find remote ref",), _no_branch),
    (("returned error: 30", "redirect"), _moved),
    (("Could not resolve host",), _unknown_name),
    (("certificate", "SSL"), _certificate),
    (("Operation too slow", "timed out", "Timeout"), took_too_long),
    (("Failed to connect", "Connection refused", "Couldn't connect"), _unreachable),
    (("returned error: 5", "early EOF", "hung up", "disconnect", "RPC failed"), _broken_off),
    (("Empty reply", "Recv failure", "transfer closed", "unexpected"), _broken_off),
)
