"""What can go wrong with an outside system, in the words of somebody who can mend it."""

from datetime import datetime


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
