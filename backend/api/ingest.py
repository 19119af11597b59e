"""How the organisation's own systems report: by a token that is good for one repository and certain purposes.

It comes as `Authorization: Bearer plb_…`. No session is looked at, so that there is nothing to forge.
"""

from django.http import HttpRequest
from ninja.security.http import HttpAuthBase

from backend.api.errors import Refused
from backend.delivery.models import IngestToken, Repository
from backend.delivery.store.ingest_tokens import use_ingest_token

_SCHEME = "bearer"


class Reporting(HttpAuthBase):
    """A token for a purpose. Raises Refused for every other caller."""

    openapi_scheme = _SCHEME
    param_name = "ingest token"
    """As the OpenAPI document names it."""

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = IngestToken.Purpose(purpose)

    def __call__(self, request: HttpRequest) -> IngestToken:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        found = use_ingest_token(token.strip()) if scheme.lower() == _SCHEME else None
        if found is None:
            raise Refused(
                401,
                "no_token",
                "There is no token, or it is unknown, revoked or expired.",
                "Send Authorization: Bearer and an ingest token; an administrator makes one.",
            )
        if self.purpose not in found.purposes:
            raise Refused(
                403,
                "wrong_purpose",
                f"This token is not for {self.purpose.label}.",
                "Use one that is; an administrator makes it.",
            )
        return found


def reporting(purpose: str) -> Reporting:
    """The guard of a route that takes reports; `reporter` then tells whose they are."""
    return Reporting(purpose)


def sent_with(request: HttpRequest) -> IngestToken:
    """The token that the caller was let in by."""
    token: IngestToken = request.auth  # type: ignore[attr-defined] # ninja's, of what the guard answered
    return token


def reporter(request: HttpRequest, *, named: str = "") -> Repository:
    """The repository that the caller's token is for. Raises Refused where the report names another one."""
    repository = sent_with(request).repository
    if named and named.lower() != repository.name_with_owner.lower():
        raise Refused(
            403,
            "foreign_repository",
            f"This token is for {repository}, and for no other repository.",
            "Use a token of the repository that you report for.",
        )
    return repository
