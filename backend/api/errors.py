"""How a route says no: what it raises where the query cannot be answered; `site` turns it into the one error shape."""


class Unprocessable(Exception):
    """The query is well-formed but makes no sense; the message says why. Answered 422."""


ERRORS = frozenset({401, 403, 404, 422, 503})
"""What every route may answer besides its result, in the one error shape."""
