"""Who did it and from where, for the changes that a request makes."""

from auditlog.middleware import AuditlogMiddleware
from django.http import HttpRequest


class ActorMiddleware(AuditlogMiddleware):  # type: ignore[misc] # the library has no types
    """Takes nothing for the record from headers that a caller can set as they like."""

    @staticmethod
    def _get_remote_port(request: HttpRequest) -> None:  # noqa: ARG004
        return None
