"""What may be a deployment, of all sources, from stored rows."""

import pytest

from backend.delivery.candidates import candidates
from tests.factories import a_repository

pytestmark = pytest.mark.django_db


def test_a_repository_without_anything_has_none() -> None:
    assert list(candidates(a_repository().pk)) == []
