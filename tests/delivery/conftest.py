"""A repository to store in."""

import pytest

from backend.delivery.models import Repository
from tests.factories import a_repository


@pytest.fixture
def repository(db: None) -> Repository:
    return a_repository()
