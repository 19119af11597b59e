"""The copy of what is held about a person: all that is theirs, nothing of anybody else, no secret."""

import io
import json
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from backend.audit.events import record
from backend.governance import access_export
from backend.governance.held import SECTIONS, Subject
from backend.governance.held.left_out import REASONS
from tests.factories import History, an_identity
from tests.governance.holdings import SECRET, Somebody, hold
from tests.roles import acting_as, make_roles

MINE, OTHER = "zzMINEzz", "zzOTHERzz"
ROOTS = {"accounts.User", "people.Person", "people.Identity", "people.DirectoryUser"}


def tables() -> list[type[Model]]:
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if not model._meta.proxy]


def relations(model: type[Model]) -> Iterator[tuple[str, str]]:
    for column in model._meta.concrete_fields:
        if isinstance(column.related_model, type):
            concrete = column.related_model._meta.concrete_model
            assert concrete is not None
            yield column.name, concrete._meta.label


def leading() -> set[str]:
    """Tables whose rows lead to a person, over however many others."""
    found = set(ROOTS)
    while True:
        more = {
            model._meta.label
            for model in tables()
            if any(label in found for _, label in relations(model))
        }
        if more <= found:
            return found
        found |= more


def test_every_table_that_leads_to_a_person_is_told_or_left_out_for_a_reason() -> None:
    told = {section.label for section in SECTIONS}
    assert leading() - told - REASONS.keys() == set()


def test_every_relation_to_a_person_is_told_or_left_out_for_a_reason() -> None:
    told = {
        f"{section.label}.{path}"
        for section in SECTIONS
        if not callable(section.by)
        for path in section.by
    }
    direct = {
        f"{model._meta.label}.{name}"
        for model in tables()
        for name, label in relations(model)
        if label in ROOTS
    }
    assert direct - told - REASONS.keys() == set()


def test_every_column_of_what_is_told_is_told_or_left_out_for_a_reason() -> None:
    told = {
        f"{section.label}.{where.partition('__')[0]}"
        for section in SECTIONS
        for where in section.columns.values()
    }
    columns = {
        f"{section.label}.{column.name}"
        for section in SECTIONS
        for column in section.model._meta.concrete_fields
        if not column.primary_key and column.related_model is None
    }
    assert columns - told - REASONS.keys() == set()


def test_nothing_is_left_out_that_is_not_there_or_is_told() -> None:
    columns = {
        f"{model._meta.label}.{column.name}"
        for model in tables()
        for column in model._meta.concrete_fields
    }
    labels = {model._meta.label for model in tables()}
    assert REASONS.keys() <= columns | labels
    assert not REASONS.keys() & {section.label for section in SECTIONS}


def opened(subject: Subject, whose: str = "you") -> tuple[dict[str, Any], str, bytes]:
    whole = b"".join(access_export.export(subject, whose=whose))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        page = archive.read("your-data.html").decode()
        document = archive.read("your-data.json")
    return json.loads(document), page, document


def subject(of: Somebody) -> Subject:
    return Subject(account=of.account.pk, person=of.person.pk)


@pytest.fixture
def me(db: None) -> Somebody:
    mine, other = Somebody(MINE), Somebody(OTHER)
    hold(mine, beside=other)
    hold(other, beside=Somebody(OTHER))
    return mine


def test_every_table_is_reached_and_nobody_else_is_in_it(me: Somebody) -> None:
    document, page, text = opened(subject(me))
    rows = {section["key"]: section["rows"] for section in document["sections"]}
    assert [key for key, found in rows.items() if not found] == []
    assert MINE in page
    assert MINE.lower().encode() in text
    for left_out in (OTHER, SECRET):
        assert left_out.lower() not in page.lower()
        assert left_out.lower().encode() not in text.lower()


def test_what_the_log_holds_under_a_key_of_theirs_is_told(me: Somebody) -> None:
    record(name="audit_read", actor=me.account, address="192.0.2.55")
    me.person.name = "Another name"
    me.person.save()
    document, page, _ = opened(subject(me))
    rows = {section["key"]: section["rows"] for section in document["sections"]}
    assert rows["your_acts"][-1]["address"] == "192.0.2.55"
    assert rows["acts_about_you"][-1]["changed"] == ["name"]
    assert not [name for row in rows["your_acts"] for name in row if name.startswith("_")]
    assert "192.0.2.55" in page


def test_what_is_counted_is_what_is_told(me: Somebody) -> None:
    document, _, _ = opened(subject(me))
    told = {section["key"]: len(section["rows"]) for section in document["sections"]}
    with CaptureQueriesContext(connection) as asked:
        counted = access_export.counts(subject(me))
    assert counted == told
    assert len(asked) <= 6


def test_somebody_of_whom_nothing_is_known_gets_an_empty_copy(db: None) -> None:
    document, page, _ = opened(Subject(account=None, person=None))
    assert {len(section["rows"]) for section in document["sections"]} == {0}
    assert "Nothing is held of: Account;" in page


def test_the_document_says_what_it_is_and_what_one_may_do(me: Somebody) -> None:
    document, page, _ = opened(subject(me), whose="Jo & Co")
    assert (document["format"], document["version"], document["about"]) == (
        access_export.FORMAT,
        1,
        "Jo & Co",
    )
    assert all(document[key] for key in ("recipients", "rights", "automated_decisions", "made_at"))
    for section in document["sections"]:
        assert all(section[key] for key in ("purpose", "source", "kept", "category", "title"))
    assert "Jo &amp; Co" in page
    assert "Art. 77" in page


class Elements(HTMLParser):
    """What a page holds: each element with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_runs_nothing_and_loads_nothing_whatever_a_name_holds(me: Somebody) -> None:
    evil = "<script>alert(1)</script><img src=//evil.example onerror=alert(1)>"
    me.person.name = evil
    me.person.save()
    document, page, _ = opened(subject(me), whose=evil)
    assert evil in json.dumps(document)
    for tag, attributes in Elements(page).found:
        assert tag not in {"script", "img", "link", "iframe", "object", "form", "base"}
        assert not any(name.startswith("on") or name in {"src", "style"} for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
    assert "url(" not in page
    assert "@import" not in page


def test_more_rows_than_are_read_at_a_time_are_all_told_and_shown_as_far_as_the_page_goes(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_export, "ROWS_READ", 3)
    monkeypatch.setattr(access_export, "ROWS_SHOWN", 2)
    history = History()
    author = an_identity(history.repository.connection)
    pulls = [history.pull(author) for _ in range(8)]
    found = Subject(account=None, person=author.person_id)
    with CaptureQueriesContext(connection) as few:
        document, page, _ = opened(found)
    told = {section["key"]: section["rows"] for section in document["sections"]}
    assert [row["number"] for row in told["pull_requests"]] == [one.number for one in pulls]
    assert "8 rows, the latest 2 of them here" in page
    assert pulls[-1].title in page
    assert pulls[0].title not in page
    assert len(few) <= 3 * len(SECTIONS)


def test_web_reads_all_of_it_with_its_own_rights(me: Somebody) -> None:
    make_roles()
    with acting_as("web"):
        document, _, _ = opened(subject(me))
        assert access_export.counts(subject(me))["accounts"] == 1
    assert all(section["rows"] for section in document["sections"])
