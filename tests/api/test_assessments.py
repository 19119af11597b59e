"""Self-assessments by API: asked for by administrators, read by auditors, taken along as they were made."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from backend import clock
from backend.accounts.models import User
from backend.governance.asvs import assessing, looks
from backend.governance.asvs.catalogue import claims
from backend.governance.asvs.promises import promises
from backend.governance.models import Assessment, AssessmentFile
from backend.pipeline.tasks import assess
from tests.audit.chained import offline
from tests.governance.asvs.looked import RELEASE, a_look, a_small_one
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
API = "/api/v1/assessments"


@pytest.fixture
def administrator(client: Client) -> Client:
    sign_in(client, an_account(User.Role.ADMINISTRATOR))
    return client


def test_before_the_first_one_every_promise_stands_there_without_a_result(
    administrator: Client,
) -> None:
    told = administrator.get(f"{API}/promises").json()
    assert (told["assessed_at"], told["number"]) == (None, None)
    assert [one["key"] for one in told["items"]] == [one.key for one in promises()]
    assert {one["verdict"] for one in told["items"]} == {None}


def test_one_that_was_asked_for_is_made_and_read(administrator: Client, settings: Any) -> None:
    settings.RELEASE = RELEASE
    looks.note(a_look())
    asked = administrator.post(API).json()
    assert (asked["finished_at"], asked["counts"], asked["cause"]) == (None, {}, "demand")
    assert administrator.post(API).json()["code"] == "already_asked"
    assert administrator.get(f"{API}/{asked['number']}").status_code == 404
    assess()
    listed = administrator.get(API).json()
    assert [one["number"] for one in listed["items"]] == [asked["number"]]
    assert sum(listed["items"][0]["counts"].values()) == 259
    read = administrator.get(f"{API}/{asked['number']}").json()
    assert [one["id"] for one in read["requirements"]] == list(claims())
    assert read["running"] == RELEASE
    assert {proof["source"] for one in read["requirements"] for proof in one["proofs"]} == {
        *("live", "host", "build")
    }
    kept = administrator.get(f"{API}/promises").json()
    assert kept["number"] == asked["number"]
    assert None not in {one["verdict"] for one in kept["items"]}


def test_the_list_says_what_the_next_one_could_not_show(administrator: Client) -> None:
    with time_machine.travel(datetime(2026, 11, 27, 12, tzinfo=UTC), tick=False):
        sign_in(administrator, an_account(User.Role.AUDITOR))
        told = administrator.get(API).json()
    assert told["next_due"] == "2026-12-01"
    assert told["host_looked_at"] is None
    assert "the host has not told yet" in told["why_no_evidence"]
    assert told["may_ask"] is False


def test_reports_are_taken_along_as_they_were_made(administrator: Client) -> None:
    made = a_small_one()
    kinds = {"html": "text/html", "pdf": "application/pdf", "csv": "text/csv"}
    for kind, content_type in kinds.items():
        answer = administrator.get(f"{API}/{made.pk}/report.{kind}")
        assert answer.content == b"told"
        assert answer["Content-Type"].startswith(content_type)
        assert (
            f'filename="plumbline-asvs-self-assessment-{made.pk}.{kind}"'
            in (answer["Content-Disposition"])
        )
    assert administrator.get(f"{API}/{made.pk}/report.exe").status_code == 422


def test_the_signed_document_is_verified_offline(administrator: Client, tmp_path: Path) -> None:
    made = a_small_one()
    answer = administrator.get(f"{API}/{made.pk}/report.json")
    file = tmp_path / "assessment.json"
    file.write_bytes(answer.content)
    assert offline("--document", file)[0] == 0
    told = json.loads(answer.content)
    told["content"] = told["content"].replace("built here", "signed")
    file.write_text(json.dumps(told))
    assert offline("--document", file)[0] == 1


def test_one_that_is_not_signed_yet_says_so(administrator: Client) -> None:
    made = a_small_one()
    assert made.document is not None
    type(made.document).objects.update(signature=None)
    answer = administrator.get(f"{API}/{made.pk}/report.json")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_signed")


def test_one_that_could_not_be_made_says_why(administrator: Client) -> None:
    one = assessing.ask(cause=Assessment.Cause.DEMAND)
    Assessment.objects.update(
        last_error="OSError: the worker's log has more.", finished_at=clock.now()
    )
    told = administrator.get(API).json()["items"][0]
    assert told["failed"]
    assert told["error"] == "OSError: the worker's log has more."
    assert administrator.get(f"{API}/{one.pk}").status_code == 404
    assert not AssessmentFile.objects.exists()
