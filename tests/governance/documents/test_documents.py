"""Documents say what is configured, tell what is missing, and break by nothing that people enter."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pypdf import PdfReader

from backend.accounts.models import IdentityProvider
from backend.connections.models import Connection
from backend.governance.documents.facts import Facts, blanks, facts, label_of
from backend.governance.documents.pdf import pdf_of
from backend.governance.documents.writing import KINDS, Kind, plain, write
from backend.governance.models import Particulars
from backend.governance.models.particulars import NAMES
from backend.people.models import Organisation

AT: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
USED: Final = {
    "record-of-processing": set(NAMES) - {"authority", "processor_address"},
    "data-protection-agreement": {
        *("controller", "controller_address", "processor", "processor_address", "subprocessors"),
        *("hosting", "backups", "transfers", "protection_officer"),
    },
    "privacy-notice": set(NAMES) - {"processor_address", "backups"},
}
"""Which particulars stand in which document."""
of_each = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)


def text_of(pdf: bytes) -> str:
    """All of it, with the breaks of lines and pages taken for blanks."""
    pages = (page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return " ".join(" ".join(pages).split())


def filled(**values: str) -> Particulars:
    return Particulars.objects.create(
        pk=1, **{name: f"the {label_of(name)} as entered" for name in NAMES} | values
    )


@of_each
@pytest.mark.django_db
def test_with_nothing_filled_in_it_says_what_is_missing(kind: Kind) -> None:
    text = write(kind, facts(), at=AT)
    pdf = text_of(pdf_of(text, title=kind.name, at=AT))
    for name in USED[kind.key]:
        assert f"**\\[To be filled in: {label_of(name)}\\]**" in text
        assert f"[To be filled in: {label_of(name)}]" in pdf
    assert "Some of it is still to be filled in" in pdf
    assert "have a lawyer review it" in pdf
    assert "No source is connected yet." in pdf or kind.key == "data-protection-agreement"
    assert [one.name for one in blanks()] == list(NAMES)


@of_each
@pytest.mark.django_db
def test_with_all_filled_in_nothing_is_missing(kind: Kind) -> None:
    filled()
    Connection.objects.create(
        slug="ghe", name="Our GitHub", kind="github", url="https://github.demo.example"
    )
    IdentityProvider.objects.create(slug="sso", kind="oidc", name="Our sign-in", is_enabled=True)
    Organisation.objects.create(pk=1, pseudonyms=True, minimum_group_size=7)
    text = write(kind, facts(), at=AT)
    pdf = text_of(pdf_of(text, title=kind.name, at=AT))
    for name in USED[kind.key]:
        assert f"the {label_of(name)} as entered" in pdf
    assert "filled in:" not in pdf
    assert "still to be filled in" not in pdf
    assert "As of 2 March 2026" in pdf
    assert "fewer than 7 people" in pdf
    assert "shown by pseudonyms" in pdf
    assert "Source code: no line, no patch, no diff, no blob." in pdf
    if kind.key != "data-protection-agreement":
        assert "https://github.demo.example" in pdf
        assert "Our sign-in (OpenID Connect)" in pdf
    assert blanks() == []


@of_each
@pytest.mark.django_db
def test_every_category_with_personal_data_is_in_it(kind: Kind) -> None:
    found = facts()
    pdf = text_of(pdf_of(write(kind, found, at=AT), title=kind.name, at=AT))
    assert {"People and teams", "Accounts", "Code", "Audit log"} <= {
        area.name for area in found.personal
    }
    for area in found.personal:
        assert area.people in pdf
    for policy, _ in found.retentions:
        assert policy.says in pdf


@pytest.mark.django_db
def test_the_same_is_the_same_byte_for_byte() -> None:
    filled()
    text = write(KINDS[0], facts(), at=AT)
    assert pdf_of(text, title="A", at=AT) == pdf_of(text, title="A", at=AT)


def test_names_of_any_script_are_written() -> None:
    names = ("Åsa Çelik", "Ελένη", "Юлия", "東京", "한국", "ひらがな", "ไทย")
    text = text_of(pdf_of("\n\n".join(names), title="Names", at=AT))
    for name in names[:-1]:
        assert name in text
    assert "[U+0E44][U+0E17][U+0E22]" in text, "no font has these: their numbers"
    assert "مرحبا"[0] in text_of(pdf_of("مرحبا", title="Names", at=AT)) or text_of(
        pdf_of("مرحبا", title="Names", at=AT)
    )


LETTERS = st.text(
    st.characters(codec="utf-8") | st.sampled_from("|*_`#[]()<>&\\-+1. \n\t~"), max_size=40
)


@given(LETTERS)
def test_what_people_enter_is_text_to_markdown(entered: str) -> None:
    """In a cell and in a line of its own: one cell, one line, and the same letters."""
    written = plain(entered)
    html = (
        MarkdownIt("commonmark", {"html": False})
        .enable("table")
        .render(f"- {written}\n\n| a | b |\n| --- | --- |\n| {written} | end |\n")
    )
    assert html.count("<li>") == 1
    assert html.count("<td>") == 2
    assert html.count("<") == MarkdownIt().enable("table").render(
        "- x\n\n| a | b |\n| --- | --- |\n| x | end |\n"
    ).count("<")


@settings(max_examples=8, deadline=None)
@given(LETTERS)
def test_a_document_is_made_of_whatever_people_enter(entered: str) -> None:
    found = Facts(
        particulars=dict.fromkeys(NAMES, entered),
        sources=[(entered, entered, entered)],
        providers=[(entered, entered)],
        has_directory=True,
        personal=[],
        retentions=[],
        measures=[],
        never=(),
    )
    text = write(KINDS[2], found, at=AT)
    assert len(PdfReader(BytesIO(pdf_of(text, title="Any", at=AT))).pages) >= 2
