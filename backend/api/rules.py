"""Who may call what: every route names one of these rules, and a test fails for one that does not."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from backend.accounts import access
from backend.accounts.api_tokens import use_api_token
from backend.accounts.models import User
from backend.api.errors import Refused


class BySession(SessionAuth):
    """A session of somebody who has one of these capabilities; CSRF is checked for writes.

    Raises access.Denied where somebody is signed in and has none; answers None where nobody is.
    """

    param_name = "session"
    """As the OpenAPI document names it, whatever prefix the cookie has where this runs."""

    def __init__(self, *capabilities: str) -> None:
        super().__init__()
        self.capabilities = frozenset(capabilities)

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:  # noqa: ARG002 - ninja's signature
        user = request.user
        if not isinstance(user, User):
            return None
        return _require(user, self.capabilities)


class ByToken(HttpBearer):
    """An API token, `Authorization: Bearer plb_…`, of an account that has one of these capabilities and means it to.

    No session is looked at where one is sent. Answers None where none is; raises Refused for one that is not good,
    access.Denied for one that is not for this.
    """

    param_name = "API token"

    def __init__(self, *capabilities: str) -> None:
        super().__init__()
        self.capabilities = frozenset(capabilities)

    def authenticate(self, request: HttpRequest, token: str) -> User:
        address = get_adapter(request).get_client_ip(request)
        user = use_api_token(token.strip(), address=address)
        if user is None:
            raise Refused(
                401,
                "no_token",
                "The token is unknown, revoked or expired.",
                "Make a new one in your account, under API tokens.",
            )
        return _require(user, self.capabilities)


def _require(user: User, capabilities: frozenset[str]) -> User:
    if capabilities and not capabilities & access.capabilities(user):
        raise access.Denied
    return user


Rule = tuple[ByToken, BySession] | BySession


def _reads(*capabilities: str) -> tuple[ByToken, BySession]:
    return ByToken(*capabilities), BySession(*capabilities)


ANYONE_KNOWN = _reads()
ANYONE_SIGNED_IN = BySession()
"""Their own data, whatever their role, and by no token."""
READS_FIGURES = _reads(access.READ_FIGURES)
READS_PULL_REQUESTS = _reads(access.READ_PULL_REQUESTS)
READS_STATUS = _reads(access.READ_FIGURES, access.READ_ADMINISTRATION)
READS_ADMINISTRATION = _reads(access.READ_ADMINISTRATION)
READS_PEOPLE = BySession(access.READ_ADMINISTRATION)
"""Who is who outside, with addresses: for people to look at, and for no script."""
ADMINISTERS = BySession(access.ADMINISTER)
"""No token changes anything."""


def caller(request: HttpRequest) -> User:
    """Who asks, in a route that a rule guards."""
    user = getattr(request, "auth", None)
    if not isinstance(user, User):
        raise access.Denied
    return user
