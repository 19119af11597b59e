"""Everybody who may come: people in their roles, nobody, and tokens."""

from collections.abc import Callable

import pytest
from django.test import Client

from backend.accounts.api_tokens import create_api_token
from backend.accounts.models import ApiToken, TeamGrant, User
from backend.accounts.store import add_service_account
from backend.delivery.store.ingest_tokens import create_ingest_token
from tests.api.conftest import ROLES, SignIn, World, made, sign_in, world
from tests.sign_in import an_account

__all__ = ["made", "sign_in", "world"]

TOKENS = ("token of lead a", "service account", "ingest token")
CAST = [*ROLES, "anonymous", *TOKENS]
Come = Callable[[str], Client]


@pytest.fixture
def come(sign_in: SignIn, world: World) -> Come:
    """A client of one of the cast: signed in, or sending its token with every request, or neither."""

    def as_one(name: str) -> Client:
        if name not in TOKENS:
            return sign_in(name)
        return Client(headers={"Authorization": f"Bearer {_token(name, world)}"})

    return as_one


def _token(name: str, world: World) -> str:
    """The lead's reads figures and rows; the service account's, of an auditor, reads figures alone."""
    owner = an_account(User.Role.OWNER)
    if name == "ingest token":
        repository = world.history.repository
        purposes = ["deployments", "incidents", "test_results"]
        return create_ingest_token(
            repository=repository,
            name="CI",
            purposes=purposes,
            expires_at=None,
            acting_user=owner,
        )[1]
    if name == "service account":
        account: User = add_service_account(
            name="Dashboard", role=User.Role.AUDITOR, responsible=owner
        )
        scopes, by = [ApiToken.Scope.FIGURES], owner
    else:
        account = by = an_account(User.Role.TEAM_LEAD)
        TeamGrant.objects.create(user=account, team=world.team_a)
        scopes = [ApiToken.Scope.FIGURES, ApiToken.Scope.ROWS]
    return create_api_token(user=account, name="script", scopes=scopes, days=1, acting_user=by)[1]
