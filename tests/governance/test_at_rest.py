"""What the host signed about encryption at rest is read, believed only as signed, and put on record once."""

from datetime import datetime
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client
from host.at_rest import PLAIN, Verdict
from host.volumes.judgement import BELOW_MACHINE, EVALUATION, Record
from host.volumes.places import Place

from backend.accounts.models import User
from backend.audit.models import Event
from backend.governance.at_rest import judgement, record_attestations
from tests import servers
from tests.sign_in import an_account, sign_in


@pytest.fixture
def record(tmp_path: Path, settings: LazySettings) -> Record:
    settings.SECRETS_DIR = servers.make_secrets(tmp_path / "secrets")
    made = Record(tmp_path / "data", tmp_path / "keys")
    made.make({})
    key = (tmp_path / "keys/host/at_rest_verify_key").read_bytes()
    (tmp_path / "secrets/at_rest_verify_key").write_bytes(key)
    settings.AT_REST_DIR = made.folder
    return made


def judge(record: Record) -> None:
    record.judge([Place("data", "/data", "8:1", Verdict(PLAIN, "sda is not encrypted"))])


@pytest.mark.parametrize(
    ("kind", "name"),
    [(BELOW_MACHINE, "encryption_attested"), (EVALUATION, "evaluation_excepted")],
    ids=[BELOW_MACHINE, EVALUATION],
)
@pytest.mark.django_db
def test_an_attestation_is_put_on_record_once(record: Record, kind: str, name: str) -> None:
    record.attest(kind, "a storage system", "A. Person")
    judge(record)
    call_command("at_rest")
    judge(record)
    assert record_attestations() == 0
    event = Event.objects.get(name=name)
    assert event.additional_data["attested_at"]
    assert "A. Person" not in str(event.additional_data)


@pytest.mark.parametrize("kind", [BELOW_MACHINE, EVALUATION])
@pytest.mark.django_db
def test_an_evaluation_says_on_every_page_when_it_ends(
    record: Record, client: Client, kind: str
) -> None:
    made = record.attest(kind, "a trial", "A. Person")
    judge(record)
    member = sign_in(client, an_account(User.Role.MEMBER))
    until = member.get("/api/v1/me").json()["evaluation_until"]
    assert (datetime.fromisoformat(until).timestamp() if until else 0) == made.until
    assert bool(until) is (kind == EVALUATION)


def test_what_is_not_signed_is_not_believed(record: Record) -> None:
    judge(record)
    found = judgement()
    assert found
    assert (found.accepted, found.places[0].state) == (False, PLAIN)
    file = record.folder / "judgement.json"
    file.chmod(0o644)
    file.write_text(file.read_text().replace("false", "true"))
    assert judgement() is None


def test_where_nobody_judges_there_is_no_judgement(tmp_path: Path, settings: LazySettings) -> None:
    settings.AT_REST_DIR = tmp_path
    assert judgement() is None
