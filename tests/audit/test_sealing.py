"""Events are chained in an order that nothing slips into; heads and documents are signed."""

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.audit import documents
from backend.audit.chain import GENESIS, latest_head, next_digest
from backend.audit.documents import Unsigned, prepare
from backend.audit.events import record
from backend.audit.head_file import HeadFile
from backend.audit.models import Event, Head, Link, SignedDocument, Unsealed
from backend.audit.sealing import seal_some, sign_documents
from tests.audit.chained import a_head, a_log, a_sealer, as_superuser, events, execute, findings

KINDS = [*("signed_in", "role_taken", "pull_requests_exported", "test_muted")]


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
    told = (
        f'{{"id": {event.pk}, "name": "tried", "action": 3, "changes_text": "", "object_pk": "", '
    )
    ((content,),) = execute(
        "SELECT (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(event)) WHERE value <> 'null')::text"
        " FROM audit_event AS event"
    )
    assert content.startswith(told)
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
    }
    later = {field for field in Event._meta.concrete_fields if field.name not in first}
    assert [field.name for field in later if not field.null or field.has_default()] == []
    assert first <= {field.name for field in Event._meta.concrete_fields}


@pytest.mark.django_db
def test_a_row_that_went_before_it_was_sealed_leaves_its_place() -> None:
    gone, kept = record(name="tried"), record(name="tried")
    as_superuser(f"DELETE FROM audit_event WHERE id = {gone.pk}")
    a_head()
    assert findings() == [f"Event {gone.pk}, at position 1, is gone."]
    assert Link.objects.get(position=2).event_id == kept.pk


@pytest.mark.django_db
def test_a_number_that_was_used_again_does_not_stop_the_sealer() -> None:
    a_log(3)
    first = events()[0]
    as_superuser(f"DELETE FROM audit_event WHERE id = {first}")
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
def test_other_heads_are_signed_each_minute_where_the_chain_grew(
    tmp_path: Path, time_machine: pytest.FixtureRequest
) -> None:
    sealer = a_sealer(tmp_path)
    for _ in range(3):
        record(name="tried")
        sealer.turn()
    assert [head.position for head in HeadFile(tmp_path)] == [1]
