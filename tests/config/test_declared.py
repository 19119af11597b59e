"""Every column, and every table of the database, is declared in the inventory; what is not is found and told."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.contrib.postgres.fields import ArrayField
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import isolate_apps

from backend.config import declared
from backend.config.declared import complaints, managed_models
from backend.inventory import AREAS, TABLES, retention
from backend.inventory.terms import Area, DataClass, Table
from backend.people.models import Person


def test_every_column_is_declared_and_nothing_else_is() -> None:
    assert complaints() == []


@pytest.mark.django_db
def test_the_database_has_no_table_besides() -> None:
    """A partition is of a table that is declared."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(parent.relname, own.relname) FROM pg_class AS own"
            " LEFT JOIN pg_inherits ON inhrelid = own.oid"
            " LEFT JOIN pg_class AS parent ON parent.oid = inhparent"
            " WHERE own.relnamespace = 'public'::regnamespace AND own.relkind IN ('r', 'p', 'v', 'm', 'f')"
        )
        found = {name for (name,) in cursor.fetchall()}
    assert found == {model._meta.db_table for model in managed_models().values()}


@pytest.mark.django_db
def test_the_database_has_no_column_besides() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = ANY(%s)",
            [[model._meta.db_table for model in managed_models().values()]],
        )
        stored = set(cursor.fetchall())
    assert stored == {
        (managed_models()[table.label]._meta.db_table, column.name)
        for table in TABLES.values()
        for column in table.columns
    }


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[models.Model]]:
    """A model with a column of each kind that somebody may forget to declare."""
    with isolate_apps("backend.people"):

        class Planted(models.Model):
            person = models.ForeignKey(Person, models.CASCADE, related_name="+")
            nick = models.CharField(max_length=9)
            tags = ArrayField(models.CharField(max_length=9))

            class Meta:
                app_label = "people"

            def __str__(self) -> str:
                return self.nick

        monkeypatch.setattr(
            declared, "managed_models", lambda: {**managed_models(), "people.planted": Planted}
        )
        yield Planted


def declare(monkeypatch: pytest.MonkeyPatch, table: Table) -> None:
    area = Area(key="test", name="Test", says="", people="Testers.", tables=(table,))
    monkeypatch.setattr(declared, "AREAS", (*AREAS, area))
    monkeypatch.setattr(declared, "TABLES", {**TABLES, table.label: table})


PLANTED = Table(
    label="people.planted",
    purpose="A test.",
    keep=retention.HISTORY,
    grants={},
    about="person",
    identifier="id",
    personal="person_id nick",
    work="tags",
    notes={"tags": "Words."},
)


@pytest.mark.usefixtures("planted")
def test_a_table_that_nobody_declared_is_told_with_what_to_write() -> None:
    (told,) = complaints()
    assert told.startswith("people.planted is in no area of backend/inventory")
    assert told.endswith("with a class for each of: id person_id nick tags")


@pytest.mark.usefixtures("planted")
def test_a_table_that_nobody_declared_stops_the_grants() -> None:
    with pytest.raises(CommandError, match=r"people\.planted is in no area"):
        call_command("grants")


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize(
    ("table", "told"),
    [
        (PLANTED, None),
        (replace(PLANTED, personal="person_id"), "people.planted.nick has no class: add “nick”"),
        (replace(PLANTED, operational="nock"), "people.planted.nock is in area “Test”"),
        (replace(PLANTED, operational="nick"), "people.planted.nick has two classes"),
        (replace(PLANTED, notes={}), "people.planted.tags holds several values"),
        (
            replace(PLANTED, identifier="id person_id", personal="nick"),
            "people.planted.person_id refers to a person",
        ),
        (replace(PLANTED, about=""), "people.planted holds personal data"),
        (replace(PLANTED, about="nick"), "about=“nick” of people.planted leads to no person"),
        (replace(PLANTED, about="pk"), "about=“pk” of people.planted leads to no person"),
        (replace(PLANTED, about="person__x"), "about=“person__x” of people.planted leads to no"),
        (
            replace(PLANTED, grants={"guest": ("SELECT",)}),
            "people.planted grants something to guest",
        ),
        (
            replace(PLANTED, grants={"web": ("SELECT (id, nock)",)}),
            "people.planted grants web the column nock",
        ),
        (replace(PLANTED, label="people.gone"), "people.gone is in area “Test”"),
    ],
    ids=[
        *("right", "undeclared", "superfluous", "twice", "unsaid", "reference"),
        *("nobody", "text", "not itself", "nowhere", "role", "column", "gone"),
    ],
)
def test_what_is_wrong_with_a_line_is_told(
    monkeypatch: pytest.MonkeyPatch, table: Table, told: str | None
) -> None:
    declare(monkeypatch, table)
    found = complaints()
    assert any(one.startswith(told) for one in found) if told else found == []


def test_secrets_are_read_by_one_process_at_most() -> None:
    """What opens something is of no use to two of them. beat reads nothing at all."""
    for table in TABLES.values():
        secret = {one.name for one in table.columns if one.data_class is DataClass.SECRET}
        readers = {role for role, given in table.grants.items() if secret and "SELECT" in given}
        assert len(readers) < 2 or table.label == "people.organisation", table.label
        assert "beat" not in table.grants, table.label
