"""Notices and the closing report: every item is there, what is not known is said to be so, and the signature holds."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from backend.accounts.models import User
from backend.audit import documents
from backend.audit.sealing import sign_documents
from backend.governance.documents.pdf import pdf_of
from backend.governance.incidents import affected, notices, register, report
from backend.governance.models import Particulars, SecurityIncident
from tests.audit.chained import a_head
from tests.governance.incidents.known import an_incident, close
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def admin() -> User:
    return an_account(User.Role.ADMINISTRATOR)


def written(kind: notices.Notice, incident: SecurityIncident, *, with_words: bool = True) -> str:
    zone = ZoneInfo("Europe/Berlin")
    return notices.write(kind, incident, at=NOON, zone=zone, with_words=with_words)


def test_what_is_not_known_is_said_to_be_so_and_nothing_is_empty(admin: User) -> None:
    text = written(notices.NOTICES["authority"], an_incident(admin, at=NOON))
    for item in ("33(3)(a)", "33(3)(b)", "33(3)(c)", "33(3)(d)", "72 hours end"):
        assert item in text
    assert text.count("Not known yet") >= 8
    assert "To be filled in: data protection officer" in text
    assert "Art. 33(4)" in text
    assert "2 March 2026, 13:00 CET" in text
    assert "| |" not in text
    sections = text.split("\n## ")[1:]
    assert all(one.partition("\n")[2].strip() for one in sections)


def test_what_is_known_fills_it_and_cannot_change_its_shape(admin: User) -> None:
    Particulars.objects.create(
        pk=1, controller="Company", protection_officer="dpo@company.example", authority="LfDI"
    )
    facts = {
        "causes": "# A heading\n| a cell",
        "consequences": "Phishing.",
        "measures": "Wiped.",
        "contact": "A desk.",
        "integrity": True,
    }
    incident = an_incident(admin, at=NOON, **facts)
    exposed = affected.Exposed(start=NOON - timedelta(hours=2), tables=["people.person"])
    affected.expose(incident=incident, exposed=exposed, acting_user=admin)
    register.decide_on_people(
        incident=incident, tell=True, reason="A high risk.", acting_user=admin
    )
    incident.refresh_from_db()
    for key in ("authority", "people"):
        text = written(notices.NOTICES[key], incident)
        assert "dpo@company.example" in text
        assert "Phishing." in text
        assert "\n# A heading" not in text
        assert "Not known yet" not in text
        assert pdf_of(text, title="Notice", at=NOON).startswith(b"%PDF")
    assert "0 people, 0 records" in written(notices.NOTICES["authority"], incident)


def test_without_words_none_is_there(admin: User) -> None:
    words: dict[str, Any] = {"title": "zz", "what_happened": "zz", "causes": "zz"}
    incident = close(an_incident(admin, **words), admin)
    for kind in (*notices.NOTICES.values(), notices.REPORT):
        text = written(kind, incident, with_words=False)
        assert "zz" not in text
        assert "Left out, since words can name people" in text


def test_the_closing_report_is_signed_and_holds_no_word(admin: User) -> None:
    incident = close(an_incident(admin, title="zzwords"), admin)
    assert "waits for its signature" in written(notices.REPORT, incident)
    assert report.write_down() == 1
    sign_documents(head=a_head())
    incident = register.incidents().get(pk=incident.pk)
    document = incident.report
    assert document is not None
    assert document.kind == report.KIND
    assert document.signature is not None
    told = json.loads(document.content)
    assert told == incident.closing
    assert [one["act"] for one in told["timeline"]][-1] == "security_incident_closed"
    assert told["counted"]["records"] == 0
    assert "zzwords" not in document.content
    assert json.loads(documents.portable(document))["document"] == report.KIND
    text = written(notices.REPORT, incident)
    assert "as it was when the incident was closed" in text
    SecurityIncident.objects.filter(pk=incident.pk).update(title="(erased)")
    incident.refresh_from_db()
    assert "is not as it was when" in written(notices.REPORT, incident)
