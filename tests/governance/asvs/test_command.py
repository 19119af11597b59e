"""`manage.py asvs`, and what scripts/appliance asvs hands over to it."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backend.audit.models import Event
from backend.audit.sealing import sign_documents
from backend.governance.management.commands import asvs
from backend.governance.models import Assessment, HostLook
from tests.audit.chained import a_head
from tests.governance.asvs.looked import a_look

pytestmark = pytest.mark.django_db


def told(output: Path, *arguments: str) -> bytes:
    call_command("asvs", *arguments, f"--output={output}")
    return output.read_bytes()


def test_text_tells_the_counts_and_what_to_do(tmp_path: Path) -> None:
    text = told(tmp_path / "out").decode()
    assert text.startswith("Self-assessed against OWASP ASVS 4.0.3")
    assert "On the host: scripts/appliance asvs" in text
    assert Assessment.objects.get().cause == "command"
    assert Event.objects.filter(name="operator_command").count() == 1


def test_json_is_the_signed_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The sealer, which signs each few seconds.
    monkeypatch.setattr("time.sleep", lambda _: sign_documents(head=a_head()))
    found = json.loads(told(tmp_path / "out", "--format=json"))
    assert found["signature"]
    assert len(json.loads(found["content"])["requirements"]) == 259


def test_json_without_a_sealer_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asvs, "SIGNED_WITHIN", 0)
    with pytest.raises(CommandError, match="Does the sealer run"):
        told(tmp_path / "out", "--format=json")
    assert not (tmp_path / "out").exists()


def test_csv_html_and_pdf_are_files_as_they_were_made(tmp_path: Path) -> None:
    rows = told(tmp_path / "out", "--format=csv").decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(rows)))) == 259
    assert told(tmp_path / "out", "--format=html").startswith(b"<!doctype html>")
    assert told(tmp_path / "out", "--format=pdf").startswith(b"%PDF")


def looked(monkeypatch: pytest.MonkeyPatch, content: Any) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(content)))
    call_command("asvs", "looked")


def test_what_the_host_found_is_put_on_record(monkeypatch: pytest.MonkeyPatch) -> None:
    told = a_look().model_dump(mode="json")
    looked(monkeypatch, told)
    look = HostLook.objects.get()
    assert look.findings == told["findings"]
    assert look.evidence == told["evidence"]
    assert look.release == told["release"]


def test_what_cannot_be_read_is_refused_and_nothing_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = a_look().model_dump(mode="json")
    wrong: list[dict[str, Any]] = [
        {**told, "more": 1},
        {**told, "looked_at": "yesterday"},
        {"findings": []},
    ]
    for broken in wrong:
        with pytest.raises(CommandError):
            looked(monkeypatch, broken)
    assert not HostLook.objects.exists()
