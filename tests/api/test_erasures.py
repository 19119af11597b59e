"""Erasures by API: who they are about is for people to look at, with a record of it, and for no script."""

from pathlib import Path

import pytest
from django.test import Client

from backend.accounts import break_glass
from backend.accounts.api_tokens import create_api_token
from backend.accounts.models import User
from backend.audit.models import Event
from backend.audit.sealing import sign_documents
from backend.governance import erasures
from backend.people.models import Person
from tests.audit.chained import a_head, offline
from tests.factories import a_repository
from tests.governance.erased import approved, carry_out
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


def test_a_certificate_that_was_taken_along_is_verified_offline(
    client: Client, tmp_path: Path
) -> None:
    erasure = carry_out(approved("repository", a_repository().pk))
    sign_in(client, an_account(User.Role.AUDITOR))
    address = f"/api/v1/erasures/{erasure.pk}/certificate.json"
    assert client.get(address).json()["code"] == "not_signed"
    sign_documents(head=a_head())
    file = tmp_path / "certificate.json"
    file.write_bytes(client.get(address).content)
    assert offline("--document", file) == (0, "The document is what was signed.\n")
    file.write_text(file.read_text().replace("repository", "connection", 1))
    assert offline("--document", file)[0] == 1


def test_whoever_does_not_approve_is_told_why(client: Client) -> None:
    asks, glass = an_account(User.Role.OWNER), an_account(User.Role.OWNER)
    an_account(User.Role.ADMINISTRATOR)
    break_glass.mark(user=glass)
    erasure = erasures.ask(
        kind="repository", subject_id=a_repository().pk, reason="asked to", acting_user=asks
    )
    address = f"/api/v1/erasures/{erasure.pk}"
    told = sign_in(client, asks).get(address).json()
    assert (told["may_approve"], told["approvers"]) == (False, 1)
    assert told["why_not_approved"].startswith("You asked for it yourself")
    told = sign_in(client, glass).get(address).json()
    assert (told["may_approve"], told["is_own"]) == (False, False)
    assert "nobody's own" in told["why_not_approved"]
    told = client.get("/api/v1/erasures").json()
    assert not told["may_ask"]
    assert "nobody's own" in told["why_not_asked"]
    told = sign_in(client, an_account(User.Role.AUDITOR)).get(address).json()
    assert told["why_not_approved"] is None
