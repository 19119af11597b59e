"""The report as people read it."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from backend import clock
from backend.governance.asvs import assessing, looks, report
from backend.governance.asvs.catalogue import Source, claims
from backend.governance.models import Assessment
from tests.governance.asvs.looked import a_look, bad, named

pytestmark = pytest.mark.django_db


@pytest.fixture
def content() -> dict[str, Any]:
    """With something amiss, something that changed, and words that could do harm."""
    looks.note(a_look())
    assessing.ask(cause=Assessment.Cause.DEMAND)
    assessing.work()
    looks.note(a_look(at=clock.now() + timedelta(seconds=1), **bad(named(Source.HOST)[0])))
    one = assessing.ask(cause=Assessment.Cause.DEMAND)
    assessing.work()
    one.refresh_from_db()
    found = assessing.content_of(one)
    found["requirements"][0]["says"] = "=cmd|' /C calc'!A0 <script>alert(1)</script> | **x** `y`"
    return found


def test_csv_has_a_row_a_requirement_and_no_formulas(content: dict[str, Any]) -> None:
    text = report.written("csv", content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["id"] for row in rows] == list(claims())
    assert rows[0]["says"].startswith("'=cmd|")
    assert not [
        value for row in rows for value in row.values() if value[:1] in ("=", "+", "-", "@")
    ]


def test_html_stands_alone_and_escapes(content: dict[str, Any]) -> None:
    text = report.written("html", content).decode()
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert not re.search(r'(src|href)="', text)
    assert "default-src &#x27;none&#x27;" in text or "default-src 'none'" in text
    assert "Self-assessed against OWASP ASVS 4.0.3" in text
    assert all(f'id="{about}"' in text for about in claims())


def test_pdf_has_every_requirement_and_what_to_do(content: dict[str, Any]) -> None:
    pages = [
        page.extract_text() for page in PdfReader(io.BytesIO(report.written("pdf", content))).pages
    ]
    whole = " ".join(" ".join(pages).split())
    assert not [about for about in claims() if about not in whole]
    assert "Self-assessed" in pages[0]
    assert "Close it." in whole
    assert "CC BY-SA 4.0" in whole[-300:]


@pytest.mark.parametrize("kind", ["csv", "html", "pdf"])
def test_the_same_content_makes_the_same_bytes(kind: str, content: dict[str, Any]) -> None:
    assert report.written(kind, content) == report.written(kind, content)
