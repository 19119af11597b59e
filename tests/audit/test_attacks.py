"""Attacks on the audit log: what no process may do, and what shows when whoever has the database did it."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import ProgrammingError, transaction

from backend.audit.chain import GENESIS, next_digest, tail
from backend.audit.events import record
from backend.audit.models import Event, Link
from backend.audit.sealing import ChainContradicted, seal_some
from backend.audit.statements import Statement
from tests.audit.chained import (
    a_head,
    a_log,
    as_superuser,
    events,
    execute,
    exported,
    findings,
    signed_in_as,
)
from tests.roles import make_roles

pytestmark = pytest.mark.django_db
TABLES = ("audit_event", "audit_link", "audit_head", "audit_unsealed")
PROCESSES = ("web", "worker", "beat", "sealer")
INSERT = "INSERT INTO audit_event (object_pk, object_repr, action, changes_text, timestamp, name"


def refused(role: str, statement: str) -> None:
    with signed_in_as(role), pytest.raises(ProgrammingError), transaction.atomic():
        execute(statement)


# ---- as a process ----------------------------------------------------------------------------------------------------
@pytest.fixture
def roles() -> None:
    a_log(3)
    make_roles()


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("role", PROCESSES)
def test_no_process_changes_or_removes_anything(role: str, table: str) -> None:
    key = {"audit_link": "position", "audit_unsealed": "event_id"}.get(table, "id")
    refused(role, f"UPDATE {table} SET {key} = {key} + 1000")
    refused(role, f"TRUNCATE {table}")
    refused(role, f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    refused(role, f"DROP TABLE {table}")
    if (role, table) != ("sealer", "audit_unsealed"):
        refused(role, f"DELETE FROM {table}")
    refused(role, "SET session_replication_role = replica")


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize("role", ["web", "worker", "beat"])
def test_the_sealer_alone_chains_signs_and_removes(role: str) -> None:
    refused(role, "INSERT INTO audit_link VALUES (4, 4, '')")
    refused(role, "INSERT INTO audit_head (kind, position, digest, signed_at, key_id, signature)"
            " VALUES ('anchor', 3, '', now(), '', '')")  # fmt: skip
    refused(role, "INSERT INTO audit_unsealed VALUES (4)")
    refused(role, "SELECT audit_prune(1)")
    refused(role, "SELECT * FROM audit_unsealed")
    refused(role, "UPDATE audit_signeddocument SET signature = ''")
    if role != "web":
        refused(role, "SELECT * FROM audit_link")
        refused(role, "SELECT * FROM audit_head")


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_process_is_named_whatever_it_says(role: str) -> None:
    with signed_in_as(role):
        execute(
            f"{INSERT}, recorded_at, recorded_by) VALUES ('', '', 3, '', '2001-01-01', 'tried', '2001-01-01', 'beat')"
        )
        record(name="tried")  # the worker reads no column of what it writes but its number
    event = Event.objects.latest("pk")
    assert (event.recorded_by, event.recorded_at.year > 2001) == (role, True)
    assert seal_some(witness=None).position == 6


@pytest.mark.usefixtures("roles")
def test_a_process_chooses_no_number_that_is_another_event_s_to_be() -> None:
    number = events()[-1] + 1
    refused("web", f"{INSERT}, id) VALUES ('', '', 3, '', now(), 'tried', {number + 10})")
    assert record(name="tried").pk >= number


@pytest.mark.usefixtures("roles")
def test_the_sealer_records_its_own_acts_alone_and_sees_nothing_else() -> None:
    with signed_in_as("sealer"):
        record(name="audit_pruned", detail={"position": 1})
    for values in ("'', '', 3, '', now(), 'signed_in'", "'', '', 1, '', now(), ''"):
        refused("sealer", f"{INSERT}) VALUES ({values})")
    refused("sealer", f"{INSERT}, actor_id) VALUES ('', '', 3, '', now(), 'audit_pruned', 1)")
    readable = execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        " AND has_any_column_privilege('sealer', oid, 'SELECT') ORDER BY 1"
    )
    assert {name for (name,) in readable} == {
        *(*TABLES, "audit_signeddocument", "django_content_type"),
        # What it tells the syslog server is in the ledger of what leaves.
        *("outbound_query", "outbound_traffic"),
    }
    refused("sealer", "UPDATE audit_signeddocument SET content = ''")


@pytest.mark.parametrize("table", ["audit_event", "audit_link", "audit_head"])
def test_triggers_hold_for_the_owner_too(table: str) -> None:
    a_log(2)
    for statement in (
        f"DELETE FROM {table}",
        f"UPDATE {table} SET {'position = position' if table != 'audit_event' else 'id = id'}",
    ):
        with pytest.raises(ProgrammingError, match="takes new rows"), transaction.atomic():
            execute(statement)


@pytest.mark.usefixtures("roles")
def test_the_sealer_cannot_remove_what_is_younger_than_a_year() -> None:
    position, digest = tail()
    execute("INSERT INTO audit_head (kind, position, digest, signed_at, key_id, signature)"
            " VALUES ('anchor', %s, %s, '2001-01-01', '', '')", position, digest)  # fmt: skip
    with (
        signed_in_as("sealer"),
        pytest.raises(ProgrammingError, match="a year"),
        transaction.atomic(),
    ):
        execute("SELECT audit_prune(10)")


# ---- as superuser ----------------------------------------------------------------------------------------------------
LENGTH, AT = 12, 5
COLUMNS = [field.column for field in Event._meta.concrete_fields]
CHANGES = {
    "character varying": "coalesce({}, '') || 'x'",
    "text": "coalesce({}, '') || 'x'",
    "jsonb": """'{{"planted": 1.100}}'""",
    "inet": "'192.0.2.66'",
    "timestamp with time zone": "{} + interval '1 microsecond'",
    "bytea": "'planted'",
    "boolean": "NOT coalesce({}, false)",
    "ARRAY": "array['people.team']",
}
"""SQL, by the column's type."""


@pytest.fixture(params=["database", "export"])
def found(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., list[str]]:
    """Findings of `audit verify`, or of the script that has nothing but an export."""

    def ask(outside: list[Statement] | None = None) -> list[str]:
        if request.param == "database":
            return findings(outside)
        code, text = exported(tmp_path, outside)
        assert code in {0, 1}, text
        return text.splitlines() if code else []

    return ask


def test_what_nobody_touched_is_intact(found: Callable[..., list[str]]) -> None:
    heads = a_log(LENGTH, every=4)
    assert found() == found(heads) == []


@pytest.mark.parametrize("column", COLUMNS)
def test_any_changed_column_shows(column: str, found: Callable[..., list[str]]) -> None:
    a_log(LENGTH)
    ((kind,),) = execute(
        "SELECT data_type FROM information_schema.columns WHERE table_name = 'audit_event' AND column_name = %s",
        column,
    )
    changed = CHANGES.get(kind, f"coalesce({column}, 0) + 7000").format(column)
    as_superuser(f"UPDATE audit_event SET {column} = {changed} WHERE id = %s", events()[AT])
    told = "is gone" if column == "id" else "is not what was sealed"
    assert any(told in text and f"position {AT + 1}" in text for text in found())


@pytest.mark.parametrize(
    "changed",
    ["additional_data - 'exact'", """additional_data || '{"exact": 1.100}'""", "NULL", "'null'"],
)
def test_the_smallest_change_of_a_detail_shows(
    changed: str, found: Callable[..., list[str]]
) -> None:
    a_log(LENGTH)
    as_superuser(f"UPDATE audit_event SET additional_data = {changed} WHERE id = %s", events()[AT])
    assert any(f"position {AT + 1} is not" in text.replace(",", "") for text in found())


@pytest.mark.parametrize("place", [0, AT, LENGTH - 1])
def test_a_deleted_event_shows(place: int, found: Callable[..., list[str]]) -> None:
    a_log(LENGTH)
    as_superuser("DELETE FROM audit_event WHERE id = %s", events()[place])
    assert any("is gone" in text for text in found())


@pytest.mark.parametrize("place", [0, AT, LENGTH - 1])
def test_an_event_deleted_with_its_link_shows(place: int, found: Callable[..., list[str]]) -> None:
    a_log(LENGTH)
    number = events()[place]
    as_superuser("DELETE FROM audit_event WHERE id = %s", number)
    as_superuser("DELETE FROM audit_link WHERE event_id = %s", number)
    assert found()


def test_two_events_in_each_other_s_place_show(found: Callable[..., list[str]]) -> None:
    a_log(LENGTH)
    one, other = events()[3:5]
    for table in ("audit_event", "audit_link"):
        column = "id" if table == "audit_event" else "event_id"
        for before, after in ((one, -1), (other, one), (-1, other)):
            as_superuser(f"UPDATE {table} SET {column} = %s WHERE {column} = %s", after, before)
        assert found()
    as_superuser("UPDATE audit_link SET position = position + 1000 WHERE position IN (4, 5)")
    as_superuser("UPDATE audit_link SET position = 1009 - position WHERE position > 1000")
    assert found()


def test_an_emptied_log_shows_against_its_heads(found: Callable[..., list[str]]) -> None:
    heads = a_log(LENGTH)
    execute("TRUNCATE audit_event, audit_link, audit_unsealed")
    assert found(heads)
    execute("TRUNCATE audit_head")
    assert any("cut off" in text for text in found(heads))


def test_an_event_put_in_past_the_triggers_shows() -> None:
    a_log(LENGTH)
    as_superuser(
        f"{INSERT}, recorded_at, recorded_by) SELECT '', '', 3, '', now(), 'forged', now(), 'web'"
    )
    assert findings() == [
        f"Event {events()[-1]} is in no chain: it was put in past the database's triggers."
    ]


def test_an_event_put_between_others_shows(found: Callable[..., list[str]]) -> None:
    a_log(LENGTH)
    as_superuser("UPDATE audit_link SET position = position + 1000 WHERE position > 5")
    as_superuser("UPDATE audit_link SET position = position - 999 WHERE position > 1000")
    as_superuser(
        f"{INSERT}, recorded_at, recorded_by) SELECT '', '', 3, '', now(), 'forged', now(), 'web'"
    )
    as_superuser("INSERT INTO audit_link SELECT 6, max(id), %s FROM audit_event", bytes(32))
    assert found()


def rebuild() -> None:
    """Make every digest anew, so that the chain fits what the events say now."""
    digest = GENESIS
    for link in Link.objects.order_by("pk"):
        ((content,),) = execute(
            "SELECT (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(event)) WHERE value <> 'null')::text"
            " FROM audit_event AS event WHERE id = %s",
            link.event_id,
        )
        digest = next_digest(digest, content)
        as_superuser("UPDATE audit_link SET digest = %s WHERE position = %s", digest, link.pk)


def test_a_chain_made_anew_contradicts_its_heads(found: Callable[..., list[str]]) -> None:
    a_log(LENGTH)
    as_superuser("UPDATE audit_event SET name = 'forged' WHERE id = %s", events()[AT])
    rebuild()
    assert any("contradicts the chain" in text for text in found())


def test_a_chain_made_anew_without_its_heads_contradicts_those_outside(
    found: Callable[..., list[str]],
) -> None:
    """Even where the sealer was made to sign the new one, as nobody can who has the database alone."""
    heads = a_log(LENGTH, every=4)
    as_superuser("UPDATE audit_event SET name = 'forged' WHERE id = %s", events()[AT])
    execute("TRUNCATE audit_head")
    rebuild()
    a_head()
    assert found() == []
    assert [text for text in found(heads) if "contradicts the chain" in text]
    assert found(heads[:1]) == []  # it is of what came before


def test_a_head_that_nobody_signed_shows(found: Callable[..., list[str]]) -> None:
    a_log(LENGTH)
    as_superuser("UPDATE audit_event SET name = 'forged' WHERE id = %s", events()[AT])
    rebuild()
    position, digest = tail()
    as_superuser("UPDATE audit_head SET digest = %s WHERE position = %s", digest, position)
    assert any("not signed by" in text for text in found())


@pytest.mark.parametrize("cut", [1, 4, LENGTH])
def test_a_tail_that_was_cut_off_shows_against_a_head_held_outside(
    cut: int, found: Callable[..., list[str]]
) -> None:
    heads = a_log(LENGTH, every=1)
    numbers = events()[-cut:]
    as_superuser("DELETE FROM audit_event WHERE id = ANY(%s)", numbers)
    as_superuser("DELETE FROM audit_link WHERE event_id = ANY(%s)", numbers)
    as_superuser("DELETE FROM audit_head WHERE position > %s", LENGTH - cut)
    if cut < LENGTH:
        assert found() == found(heads[:-cut]) == []  # which nothing inside can show
    assert any("cut off" in text for text in found(heads))


def test_the_beginning_cannot_be_cut_off_by_a_head_that_is_no_anchor(
    found: Callable[..., list[str]],
) -> None:
    heads = a_log(LENGTH, every=4)
    as_superuser("DELETE FROM audit_event WHERE id = ANY(%s)", events()[:4])
    as_superuser("DELETE FROM audit_link WHERE position <= 4")
    assert found()
    as_superuser("UPDATE audit_head SET kind = 'anchor' WHERE position = 4")
    assert any("not signed by" in text for text in found(heads))


def test_links_that_point_to_one_event_twice_are_not_possible() -> None:
    a_log(3)
    for before, after in pairwise(events()):
        with pytest.raises(Exception, match="unique"), transaction.atomic():
            as_superuser("UPDATE audit_link SET event_id = %s WHERE event_id = %s", after, before)


@pytest.mark.parametrize("rebuilt", [False, True], ids=["cut", "rebuilt"])
def test_the_sealer_goes_on_with_no_chain_but_its_own(rebuilt: bool) -> None:  # noqa: FBT001
    (witness,) = a_log(LENGTH)
    record(name="tried")
    if rebuilt:
        as_superuser("UPDATE audit_event SET name = 'forged' WHERE id = %s", events()[AT])
        rebuild()
    else:
        as_superuser("DELETE FROM audit_link WHERE position > 9")
    with pytest.raises(ChainContradicted):
        seal_some(witness=witness)
