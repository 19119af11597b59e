"""Events are chained in an order that nothing slips into; heads and documents are signed."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.accounts.models import SignInPolicy, User
from backend.audit import documents
from backend.audit.chain import GENESIS, latest_head, next_digest
from backend.audit.documents import Unsigned, prepare
from backend.audit.events import record
from backend.audit.models import Event, Head, Link, SignedDocument, Unsealed
from backend.audit.sealing import seal_some, sign_documents
from backend.delivery.models import GeneratedFileRule
from backend.keyring import signing
from tests.audit.chained import (
    a_head,
    a_log,
    a_sealer,
    as_superuser,
    events,
    execute,
    findings,
    head_file,
    offline,
)

KINDS = ["signed_in", "role_taken", "pull_requests_exported", "test_muted"]


@pytest.mark.django_db
def test_the_database_says_when_and_by_whom_whatever_the_application_says() -> None:
    event = record(name="tried")
    Event.objects.create(
        name="back-dated",
        action=3,
        object_pk="",
        recorded_at="2001-01-01T00:00:00Z",
        recorded_by="nobody",
    )
    stored = Event.objects.values_list("recorded_at", "recorded_by").order_by("pk")
    assert {by for _, by in stored} == {"postgres"}
    assert all(abs(at - event.timestamp) < timedelta(minutes=1) for at, _ in stored)


@pytest.mark.django_db
def test_an_event_is_queued_with_it_and_chained_once() -> None:
    first, second = record(name="tried"), record(name="tried")
    assert [*Unsealed.objects.values_list("pk", flat=True)] == [first.pk, second.pk]
    sealed = seal_some(witness=None)
    assert (sealed.events, sealed.position) == (2, 2)
    assert [*Link.objects.order_by("pk").values_list("event_id", flat=True)] == [
        first.pk,
        second.pk,
    ]
    assert not Unsealed.objects.exists()
    assert seal_some(witness=None).events == 0


@pytest.mark.django_db
def test_the_digest_is_what_the_documentation_says() -> None:
    record(name="tried", detail={"text": 'Žluťoučký "kůň" \n', "number": 1.10})
    seal_some(witness=None)
    event = Event.objects.get()
    ((content,),) = execute(
        "SELECT (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(event)) WHERE value <> 'null')::text"
        " FROM audit_event AS event"
    )
    assert content.startswith(
        f'{{"id": {event.pk}, "name": "tried", "action": 3, "holder": "", "subject": "", '
    )
    assert r'"additional_data": {"text": "Žluťoučký \"kůň\" \n", "number": 1.1}' in content
    assert next_digest(GENESIS, content) == bytes(Link.objects.get().digest)


@pytest.mark.django_db
def test_columns_that_come_later_are_null_in_older_rows() -> None:
    """Else all rows that are sealed would have another content. So were the columns when sealing began."""
    first = {
        *(
            "id",
            "content_type",
            "object_pk",
            "object_id",
            "object_repr",
            "serialized_data",
            "action",
        ),
        *("changes_text", "changes", "actor", "cid", "remote_addr", "remote_port", "timestamp"),
        *("additional_data", "actor_email", "name", "recorded_at", "recorded_by"),
        *("transaction", "operator", "subject", "holder"),
    }
    later = {field for field in Event._meta.concrete_fields if field.name not in first}
    told = [f.name for f in later if not f.null or f.has_default() or f.has_db_default()]
    assert told == []
    assert first <= {field.name for field in Event._meta.concrete_fields}


@pytest.mark.django_db
def test_a_row_that_went_before_it_was_sealed_leaves_its_place() -> None:
    gone, kept = record(name="tried"), record(name="tried")
    as_superuser("DELETE FROM audit_event WHERE id = %s", gone.pk)
    a_head()
    assert findings() == [f"Event {gone.pk}, at position 1, is gone."]
    assert Link.objects.get(position=2).event_id == kept.pk


@pytest.mark.django_db
def test_a_number_that_was_used_again_does_not_stop_the_sealer() -> None:
    a_log(3)
    first = events()[0]
    as_superuser("DELETE FROM audit_event WHERE id = %s", first)
    Event.objects.create(pk=first, name="forged", action=3, object_pk="")
    record(name="tried")
    assert seal_some(witness=None).position == 4
    a_head()
    assert findings() == [f"Event {first}, at position 1, is not what was sealed."]


@pytest.mark.django_db
@pytest.mark.parametrize("name", KINDS)
def test_a_privileged_event_gets_its_head_at_once(name: str, tmp_path: Path) -> None:
    sealer = a_sealer(tmp_path)
    sealer.turn()
    record(name=name)
    sealer.turn()
    head = latest_head()
    assert head is not None
    assert head.position == (1 if name in {"role_taken", "pull_requests_exported"} else 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "position"), [(SignInPolicy, 1), (User, 1), (GeneratedFileRule, 0)]
)
def test_so_does_a_change_of_who_may_what(
    model: type[Model], position: int, tmp_path: Path
) -> None:
    sealer = a_sealer(tmp_path)
    sealer.turn()
    kind = ContentType.objects.get_for_model(model)
    Event.objects.create(content_type=kind, action=1, object_pk="1")
    sealer.turn()
    head = latest_head()
    assert head is not None
    assert head.position == position


@pytest.mark.django_db
def test_other_heads_are_signed_each_minute_where_the_chain_grew(tmp_path: Path) -> None:
    sealer = a_sealer(tmp_path)
    with time_machine.travel(0, tick=False) as clock:
        clock.move_to(timezone.now())
        for _ in range(7):
            record(name="tried")
            sealer.turn()
            clock.shift(timedelta(seconds=20))
        clock.shift(timedelta(hours=1))
        sealer.turn()
        sealer.turn()
    assert [head.position for head in head_file(tmp_path)] == [1, 4, 7]
    assert all(head.is_valid for head in head_file(tmp_path))
    assert findings([*head_file(tmp_path)]) == []


@pytest.mark.django_db
def test_a_document_is_signed_with_the_head_beside_it(tmp_path: Path) -> None:
    sealer = a_sealer(tmp_path)
    sealer.turn()
    record(name="tried")
    made = prepare(kind="certificate", content={"who": "nobody", "rows": 3})
    with pytest.raises(Unsigned):
        documents.portable(made)
    sealer.turn()
    made.refresh_from_db()
    assert is_signed(made)
    head = Head.objects.latest("pk")
    assert (made.head_position, bytes(made.head_digest or b"")) == (1, bytes(head.digest))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "another"),
        ("content", '{"rows":4,"who":"nobody"}'),
        ("created_at", datetime(2020, 1, 1, tzinfo=UTC)),
        ("signed_at", datetime(2020, 1, 1, tzinfo=UTC)),
        ("key_id", "0" * 16),
        ("signature", bytes(64)),
        ("head_position", 7),
        ("head_digest", bytes(32)),
        ("id", 99),
    ],
)
def test_a_document_that_was_changed_is_not_what_was_signed(column: str, value: object) -> None:
    made = prepare(kind="certificate", content={"who": "nobody", "rows": 3})
    record(name="tried")
    sign_documents(head=a_head())
    made.refresh_from_db()
    assert is_signed(made)
    setattr(made, column, value)
    assert not is_signed(made)


@pytest.mark.django_db
def test_the_document_can_be_checked_by_anybody(tmp_path: Path) -> None:
    made = prepare(kind="certificate", content={"who": "ä", "rows": 3})
    sign_documents(head=a_head())
    made.refresh_from_db()
    file = tmp_path / "certificate.json"
    file.write_text(documents.portable(made))
    assert offline("--document", file) == (0, "The document is what was signed.\n")
    file.write_text(file.read_text().replace("certificate", "absolution"))
    assert offline("--document", file) == (1, "It is not signed by this key.\n")
    file.write_text(documents.portable(made).replace("ä", "ö"))
    assert offline("--document", file) == (1, "Its content is not what was signed.\n")


def is_signed(document: SignedDocument) -> bool:
    signature = bytes(document.signature or b"")
    return signing.is_signed(documents.signed_bytes(document), signature, key_id=document.key_id)


def committed() -> list[int]:
    return [*Event.objects.order_by("pk").values_list("pk", flat=True)]


def chained() -> list[tuple[int, int, bytes]]:
    found = Link.objects.order_by("pk").values_list("position", "event_id", "digest")
    return [(position, number, bytes(digest)) for position, number, digest in found]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["insert", "commit", "rollback"]), st.integers(0, 2)),
        st.tuples(st.just("seal"), st.integers(1, 3)),
    ),
    max_size=30,
)


@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(steps=STEPS, data=st.data())
def test_however_transactions_interleave_order_and_completeness_hold(
    steps: list[tuple[str, int]], data: st.DataObject
) -> None:
    """Three processes write and commit as they like while the sealer works; then one row is changed."""
    execute("TRUNCATE audit_event, audit_link, audit_head, audit_unsealed")
    with ExitStack() as stack:
        parameters = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
        parameters.pop("context", None)
        writers = [stack.enter_context(psycopg.connect(**parameters)) for _ in range(3)]
        seen: list[tuple[int, int, bytes]] = []
        for verb, number in [*steps, *(("commit", writer) for writer in range(3)), ("seal", 1_000)]:
            if verb == "insert":
                writers[number].execute(
                    "INSERT INTO audit_event (object_pk, object_repr, action, changes_text, timestamp, name)"
                    " VALUES ('', '', 3, '', now(), 'tried')"
                )
            elif verb == "seal":
                seal_some(witness=None, limit=number)
                assert chained()[: len(seen)] == seen
                seen = chained()
            else:
                getattr(writers[number], verb)()
    assert [position for position, _, _ in seen] == [*range(1, len(seen) + 1)]
    assert sorted(event for _, event, _ in seen) == committed()
    a_head()
    assert findings() == []
    if seen:
        position, event, _ = data.draw(st.sampled_from(seen), label="changed")
        as_superuser("UPDATE audit_event SET name = 'forged' WHERE id = %s", event)
        assert findings() == [f"Event {event}, at position {position}, is not what was sealed."]
