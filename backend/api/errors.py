"""How a route says no: what it raises where it cannot answer; `site` turns it into the one error shape."""


class Unprocessable(Exception):
    """The query is well-formed but makes no sense; the message says why. Answered 422."""


class Refused(Exception):
    """The request is not taken; answered as it says. `retry_after`: in so many seconds it may be."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        remedy: str | None,
        *,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.remedy = status, code, message, remedy
        self.retry_after = retry_after


ERRORS = frozenset({401, 403, 404, 422, 503})
"""What every route may answer besides its result, in the one error shape."""
