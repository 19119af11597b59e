"""Tokens for reports: made by administrators, shown once, revoked, and recorded."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.models import Event
from backend.delivery.models import IngestToken, Repository
from backend.delivery.store.ingest_tokens import create_ingest_token, use_ingest_token
from tests.factories import a_repository
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
Role = User.Role
PAGE = "/admin/delivery/ingesttoken/"


@pytest.fixture
def repository() -> Repository:
    return a_repository(name_with_owner="acme/shop")


def wish(repository: Repository, **values: Any) -> dict[str, Any]:
    later = timezone.now() + timedelta(days=30)
    defaults = {
        "repository": repository.pk,
        "name": "CI of the shop",
        "purposes": ["deployments", "test_results"],
        "expires_at_0": f"{later:%Y-%m-%d}",
        "expires_at_1": "12:00:00",
    }
    return defaults | values


def test_a_token_is_shown_once_and_works(
    client: Client, administrator: User, repository: Repository
) -> None:
    answer = client.post(f"{PAGE}add/", wish(repository))
    (token,) = re.findall(r"plb_[-\w]{43}", answer.content.decode())
    stored = IngestToken.objects.get()
    assert use_ingest_token(token) == stored
    assert stored.purposes == ["deployments", "test_results"]
    assert (stored.created_by, stored.beginning) == (administrator, token[:10])
    for page in (PAGE, f"{PAGE}{stored.pk}/change/"):
        again = client.get(page).content.decode()
        assert token not in again
        assert stored.digest not in again
    event = Event.objects.get(name="ingest_token_created")
    assert (event.actor, event.object_pk) == (administrator, str(stored.pk))
    assert token not in str(event.additional_data)
    assert event.additional_data["repository"] == "acme/shop"


@pytest.mark.parametrize(
    "wrong",
    [
        {"purposes": []},
        {"purposes": ["everything"]},
        {"name": ""},
        {"repository": ""},
        {"expires_at_0": "2020-01-01"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_makes_no_sense_is_refused(
    client: Client, administrator: User, repository: Repository, wrong: dict[str, Any]
) -> None:
    answer = client.post(f"{PAGE}add/", wish(repository) | wrong)
    assert b"errorlist" in answer.content
    assert not IngestToken.objects.exists()


def test_revoking_asks_and_is_recorded(
    client: Client, administrator: User, repository: Repository
) -> None:
    stored, token = create_ingest_token(
        repository=repository,
        name="CI",
        purposes=["incidents"],
        expires_at=None,
        acting_user=administrator,
    )
    form = {"action": "revoke", ACTION_CHECKBOX_NAME: [stored.pk]}
    assert b"Revoke these tokens?" in client.post(PAGE, form).content
    assert use_ingest_token(token) == stored
    client.post(PAGE, form | {"confirmed": "yes"})
    assert use_ingest_token(token) is None
    assert Event.objects.get(name="ingest_token_revoked").actor == administrator


def test_an_auditor_makes_and_revokes_none(client: Client, repository: Repository) -> None:
    made_by = an_account(Role.OWNER)
    stored, token = create_ingest_token(
        repository=repository,
        name="CI",
        purposes=["incidents"],
        expires_at=None,
        acting_user=made_by,
    )
    sign_in(client, an_account(Role.AUDITOR))
    assert client.get(PAGE).status_code == 200
    assert client.post(f"{PAGE}add/", wish(repository)).status_code == 403
    client.post(PAGE, {"action": "revoke", ACTION_CHECKBOX_NAME: [stored.pk], "confirmed": "yes"})
    assert use_ingest_token(token) == stored
