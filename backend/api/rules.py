"""Who may call what: every route names one of these rules, and a test fails for one that does not."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.security import SessionAuth

from backend.accounts import access
from backend.accounts.models import User


class Rule(SessionAuth):
    """A session of somebody who has a capability; CSRF is checked for writes.

    Raises access.Denied where somebody is signed in and has it not; answers None where nobody is.
    """

    param_name = "session"
    """As the OpenAPI document names it, whatever prefix the cookie has where this runs."""

    def __init__(self, capability: str | None) -> None:
        super().__init__()
        self.capability = capability

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:  # noqa: ARG002 - ninja's signature
        user = signed_in(request.user)
        if user and self.capability and self.capability not in access.capabilities(user):
            raise access.Denied
        return user


def signed_in(user: AbstractBaseUser | AnonymousUser) -> User | None:
    return user if isinstance(user, User) and user.is_authenticated else None


ANYONE_SIGNED_IN = Rule(None)
READS_FIGURES = Rule(access.READ_FIGURES)
READS_PULL_REQUESTS = Rule(access.READ_PULL_REQUESTS)
READS_ADMINISTRATION = Rule(access.READ_ADMINISTRATION)
ADMINISTERS = Rule(access.ADMINISTER)


def caller(request: HttpRequest) -> User:
    """Who is signed in, in a route that a rule guards."""
    user = signed_in(request.user)
    if user is None:
        raise access.Denied
    return user
