"""What erasures and retention remove at once is told at once; under its cover nothing else passes by the log."""

from collections.abc import Iterable

import pytest
from django.apps import apps
from django.db import ProgrammingError, transaction
from django.db import connection as database

from backend import clock
from backend.accounts.models import SignInPolicy
from backend.audit.events import record
from backend.audit.models import Event
from backend.audit.names import ACTS
from backend.audit.recording import NotRecorded
from backend.audit.triggers import governed, governed_tables
from backend.governance.erasing import by_name, engine, everything
from backend.governance.erasing.person import REWRITTEN
from backend.governance.models import Erasure
from backend.governance.retention.policies import POLICIES
from backend.people.models import Person
from tests.factories import a_repository
from tests.governance.erased import a_repository_of, approved, carry_out
from tests.governance.filled import fill

pytestmark = pytest.mark.django_db


def told() -> set[str]:
    """Kinds of rows that the triggers have told of, as at the end of a transaction."""
    with database.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    events = Event.objects.filter(name="row_changed").select_related("content_type")
    return {f"{one.content_type.app_label}.{one.content_type.model}" for one in events}


def of_tables(tables: Iterable[str]) -> set[str]:
    """Governed models, by their tables."""
    models = {model._meta.db_table: model for model in map(apps.get_model, governed())}
    return {
        str(models[table]._meta.concrete_model._meta.label_lower)
        for table in tables
        if table in governed_tables()
    }


def test_an_erasure_covers_what_erasures_touch_and_nothing_else() -> None:
    touched = {
        *(model._meta.db_table for model in everything.doomed()),
        *(one.model._meta.db_table for one in everything.links()),
        *(one.table for kind in ("repository", "connection") for one in by_name.steps(kind, 0)),
        *REWRITTEN,
        *("audit_subjectkey", "governance_subjectrequest"),
    }
    assert set(ACTS["erasure_went_on"].covers) == of_tables(touched)


def test_retention_covers_what_policies_remove_and_nothing_else() -> None:
    removed = {table for one in POLICIES for purge in one.purges for table in purge.tables}
    assert set(ACTS["retention_went_on"].covers) == of_tables(removed)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["repository", "connection", "everything"])
def test_what_an_erasure_takes_is_not_told_row_by_row(kind: str) -> None:
    source = fill()
    subject = {"repository": a_repository_of(source).pk, "connection": source.pk}.get(kind)
    erasure = approved(kind, subject)
    before = set(Event.objects.values_list("pk", flat=True))
    carry_out(erasure)
    changed = Event.objects.exclude(pk__in=before).filter(name="row_changed")
    # That nobody reports any more is told; and it is before anything goes.
    assert {
        (one.content_type.model, one.get_action_display())
        for one in changed.select_related("content_type")
        if one.content_type
    } == {("ingesttoken", "update")}


def test_what_no_erasure_touches_is_told_beside_a_true_one() -> None:
    erasure = approved("repository", a_repository().pk)
    engine.work(deadline=0)
    told()
    record(name="erasure_went_on", subject=erasure)
    SignInPolicy.objects.update_or_create(pk=1)
    before = told()
    SignInPolicy.objects.update(idle_minutes=7)
    assert "accounts.signinpolicy" in told() - before


@pytest.mark.parametrize("state", ["none", "asked", "approved", "finished"])
def test_no_erasure_is_told_of_that_does_not_go_on(state: str) -> None:
    subject = a_repository()
    erasure = approved("repository", subject.pk)
    changes = {"finished": {"started_at": clock.now(), "finished_at": clock.now()}}
    Erasure.objects.filter(pk=erasure.pk).update(**changes.get(state, {}))
    about = {"none": Person.objects.create()}.get(state, erasure)
    if state == "asked":
        other = a_repository()
        about = Erasure.objects.create(kind="repository", subject_id=other.pk, asked_at=clock.now())
    with pytest.raises(NotRecorded), transaction.atomic():
        record(name="erasure_went_on", subject=about)


@pytest.mark.parametrize("name", ["erasure_went_on", "retention_went_on"])
def test_web_tells_of_neither(name: str) -> None:
    erasure = approved("repository", a_repository().pk)
    Erasure.objects.update(started_at=clock.now())
    with database.cursor() as cursor:
        cursor.execute("CREATE ROLE web IN ROLE pg_read_all_data, pg_write_all_data")
        cursor.execute("SET SESSION AUTHORIZATION web")
        with pytest.raises(ProgrammingError, match="by the worker alone"), transaction.atomic():
            Event(name=name, action=3, object_id=erasure.pk).save(force_insert=True)
        cursor.execute("RESET SESSION AUTHORIZATION")
