"""Erasures by API: who they are about is for people to look at, with a record of it, and for no script."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from backend.accounts.api_tokens import create_api_token
from backend.accounts.models import User
from backend.audit import documents
from backend.audit.models import Event
from backend.audit.sealing import sign_documents
from backend.governance.models import Erasure
from backend.people.models import Person
from tests.audit.chained import a_head, offline
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
SUBJECTS = "/api/v1/erasures/subjects?kind=person&search=jo"


@pytest.mark.parametrize("path", ["/api/v1/erasures", SUBJECTS], ids=["list", "subjects"])
def test_no_token_reads_who_is_erased_or_could_be(client: Client, path: str) -> None:
    Person.objects.create(name="Jo Doe")
    owner = an_account(User.Role.OWNER)
    _, token = create_api_token(
        user=owner, name="script", scopes=["administration"], days=1, acting_user=owner
    )
    answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert "Jo" not in answer.content.decode()


def test_looking_for_a_person_is_recorded(client: Client) -> None:
    Person.objects.create(name="Jo Doe")
    sign_in(client, an_account(User.Role.AUDITOR))
    assert client.get(SUBJECTS).json()["items"][0]["name"] == "Jo Doe"
    assert Event.objects.filter(name="people_read").count() == 1


def test_the_certificate_that_is_taken_along_can_be_checked_by_anybody(
    client: Client, tmp_path: Path
) -> None:
    now, owner = timezone.now(), an_account(User.Role.OWNER)
    content = {"rows": {"delivery_repository": 1}}
    erasure = Erasure.objects.create(
        kind=Erasure.Kind.REPOSITORY,
        asked_at=now,
        approved_at=now,
        finished_at=now,
        certificate=documents.prepare(kind="certificate of erasure", content=content),
    )
    sign_in(client, owner)
    path = f"/api/v1/erasures/{erasure.pk}/certificate.json"
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_signed")
    sign_documents(head=a_head())
    file = tmp_path / "certificate.json"
    file.write_bytes(client.get(path).content)
    assert offline("--document", file) == (0, "The document is what was signed.\n")
