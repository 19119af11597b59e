"""The register of security incidents by the API: refusals in words, and downloads that are on record."""

from pathlib import Path

import pytest
from django.test import Client

from backend.accounts.models import User
from backend.audit.models import Event
from backend.audit.sealing import sign_documents
from backend.governance.incidents import report
from tests.audit.chained import a_head, offline
from tests.governance.incidents.known import an_incident, close
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
API = "/api/v1/security-incidents"


def test_what_cannot_be_is_refused_in_words(client: Client) -> None:
    admin = an_account(User.Role.ADMINISTRATOR)
    sign_in(client, admin)
    new = {"title": "A", "what_happened": "B", "detected_at": "2999-01-01T00:00:00Z"}
    answer = client.post(API, new, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_possible")
    assert "still to come" in answer.json()["message"]
    incident = an_incident(admin)
    assert client.get(f"{API}/{incident.pk}/report.pdf").status_code == 404
    close(incident, admin)
    facts = {"title": "Another"}
    answer = client.post(f"{API}/{incident.pk}/facts", facts, content_type="application/json")
    assert "is closed" in answer.json()["message"]


def test_what_is_open_comes_first(client: Client) -> None:
    admin = an_account(User.Role.ADMINISTRATOR)
    closed, opened = close(an_incident(admin), admin), an_incident(admin)
    sign_in(client, admin)
    told = client.get(f"{API}?show=all").json()
    assert [one["id"] for one in told["items"]] == [opened.pk, closed.pk]
    assert (told["waiting"], told["overdue"]) == (1, 0)


def test_the_signed_report_is_verified_offline_and_taking_it_is_on_record(
    client: Client, tmp_path: Path
) -> None:
    admin = an_account(User.Role.ADMINISTRATOR)
    incident = close(an_incident(admin), admin)
    sign_in(client, an_account(User.Role.AUDITOR))
    address = f"{API}/{incident.pk}/report.json"
    assert client.get(address).json()["code"] == "not_signed"
    report.write_down()
    sign_documents(head=a_head())
    file = tmp_path / "report.json"
    file.write_bytes(client.get(address).content)
    assert offline("--document", file) == (0, "The document is what was signed.\n")
    taken = Event.objects.get(name="security_incident_exported")
    assert taken.additional_data == {"document": "report", "form": "json"}
