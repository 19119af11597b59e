"""What can go wrong with an outside system, in the words of somebody who can mend it."""

import socket
import ssl
from datetime import datetime

import httpx


class SourceError(Exception):
    """Something went wrong outside. `action` tells a person what to do.

    `permanent`: it will not pass by itself. `retry_at`: the source asked to be left alone until then.
    """

    def __init__(
        self, reason: str, action: str, *, permanent: bool = False, retry_at: datetime | None = None
    ) -> None:
        super().__init__(reason)
        self.reason, self.action = reason, action
        self.permanent, self.retry_at = permanent, retry_at


class CredentialRefused(SourceError):
    """The token is not accepted, or no longer."""


class NotFound(SourceError):
    """The object is gone, or hidden from this credential: the source does not tell which."""


class Forbidden(SourceError):
    """The credential is good and may not do this: a permission is missing, or a feature is switched off."""


class Unprocessable(SourceError):
    """The server understood and cannot do it: so it answers where a commit that is asked for is not there."""


class Passing(SourceError):
    """It may well work at the next try: a gateway's error, a time-out, a body that ended too soon."""


class Overloaded(Passing):
    """The server gave up on the answer; a smaller page may succeed."""


def unreachable(host: str, error: httpx.TransportError) -> SourceError:
    """Why no connection came about, in the words of somebody who can mend it."""
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    for one in causes:
        if isinstance(one, ssl.SSLCertVerificationError):
            return SourceError(
                f"The certificate of {host} cannot be verified: {one.verify_message}.",
                "If your own authority signed it, paste that authority's certificate into the connection.",
                permanent=True,
            )
        if isinstance(one, socket.gaierror):
            return SourceError(
                f"The name {host} is not known.",
                "Check the address, and that this machine's name server knows it.",
            )
    if any(isinstance(one, ssl.SSLError) for one in causes):
        return SourceError(
            f"{host} does not speak TLS as expected.",
            "Check the port, and that the server offers TLS 1.2 or newer.",
        )
    return SourceError(
        f"{host} cannot be reached.",
        "Check the address and port, and that a firewall or proxy lets this machine through.",
    )
