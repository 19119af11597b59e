"""Who is signed in to the administration."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from backend.accounts.models import User
from tests.sign_in import an_account, sign_in


@pytest.fixture(autouse=True)
def no_former_attempts() -> Iterator[None]:
    """Rate limits and used codes of other tests do not count."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def administrator(client: Client) -> User:
    user = an_account(User.Role.ADMINISTRATOR)
    sign_in(client, user)
    return user


@pytest.fixture
def auditor(client: Client) -> User:
    user = an_account(User.Role.AUDITOR)
    sign_in(client, user)
    return user
