"""What passes the application's own record by is in the log all the same, and what is in it stands there once."""

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from backend.accounts.models import TeamGrant, User
from backend.audit import triggers
from backend.audit.events import record
from backend.audit.models import Event, SubjectKey
from backend.audit.names import ACTS
from backend.people.models import Identity, Membership, Person, Team
from backend.tombstones.models import Tombstone
from tests.factories import a_connection
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db


def _commit() -> list[Event]:
    """What the triggers add, as at the end of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return list(Event.objects.filter(name="row_changed").order_by("pk"))


def _sql(statement: str, *arguments: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)


@pytest.fixture
def user() -> User:
    user = an_account(User.Role.MEMBER, email="marked@plumbline.example")
    _commit()
    return user


def test_a_change_through_the_application_stands_there_once(user: User) -> None:
    team = Team.objects.create(slug="a", name="A")
    team.name = "B"
    team.save()
    grant = TeamGrant.objects.create(user=user, team=team)
    grant.delete()
    assert _commit() == []


def test_a_bulk_update_is_recorded_with_its_columns_and_values_that_tell_nothing_personal(
    user: User,
) -> None:
    User.objects.filter(pk=user.pk).update(
        role=User.Role.OWNER, email="other@plumbline.example", is_active=False
    )
    (event,) = _commit()
    assert (event.action, event.object_id) == (Event.Action.UPDATE, user.pk)
    assert event.content_type == ContentType.objects.get_for_model(User)
    assert event.changes == {"role": ["member", "owner"], "is_active": [True, False]}
    assert sorted(event.additional_data["columns"]) == ["email", "is_active", "role"]
    assert event.additional_data["database_role"]


@pytest.mark.parametrize("act", ["insert", "delete"])
def test_rows_that_come_and_go_by_sql_are_recorded(act: str) -> None:
    person = Person.objects.create(name="A")
    team = Team.objects.create(slug="a", name="A")
    _commit()
    _sql("INSERT INTO people_membership (team_id, person_id) VALUES (%s, %s)", team.pk, person.pk)
    if act == "delete":
        _commit()
        _sql("DELETE FROM people_membership")
    *_, event = _commit()
    assert event.get_action_display() == {"insert": "create", "delete": "delete"}[act]
    assert event.changes["team_id"] == ([None, team.pk] if act == "insert" else [team.pk, None])


def test_one_act_that_covers_a_table_tells_of_all_its_rows() -> None:
    administrator = an_account(User.Role.ADMINISTRATOR)
    team = Team.objects.create(slug="a", name="A")
    people = Person.objects.bulk_create(Person(name=str(n)) for n in range(3))
    Membership.objects.bulk_create(Membership(team=team, person=one) for one in people)
    record(name="members_set", actor=administrator, subject=team)
    kind = ContentType.objects.get_for_model(Person)
    assert {event.content_type for event in _commit()} == {kind}


@pytest.mark.parametrize(
    ("name", "covers"),
    [
        ("signed_in", ["*"]),
        ("audit_read", ["accounts.user", "people.membership"]),
        ("people_merged", ["accounts.user", "people.membership"]),
    ],
)
def test_a_forged_event_silences_nothing_that_its_name_does_not_tell(
    user: User, name: str, covers: list[str]
) -> None:
    Event.objects.create(name=name, action=3, covers=covers)
    User.objects.filter(pk=user.pk).update(role=User.Role.OWNER)
    (event,) = _commit()
    assert event.changes == {"role": ["member", "owner"]}


def test_no_act_covers_every_table() -> None:
    assert not [name for name, act in ACTS.items() if "*" in act.covers]
    team = Team.objects.create(slug="a", name="A")
    _commit()
    Event.objects.create(name="retention_went_on", action=3, covers=["*"])
    Team.objects.filter(pk=team.pk).update(name="B")
    assert [event.object_id for event in _commit()] == [team.pk]


def test_nobody_makes_a_trigger_of_their_own_that_writes_into_the_log() -> None:
    _sql("CREATE ROLE somebody")
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_function_privilege('somebody', 'audit_governed()', 'EXECUTE')")
        assert cursor.fetchone() == (False,)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE tombstones_tombstone SET lifted_at = now()", "tombstone"),
        ("UPDATE audit_subjectkey SET secret = NULL, forgotten_at = now()", "subjectkey"),
        (
            """
            INSERT INTO governance_erasure (kind, mode, subject_name, reason, preview, done, asked_at, approved_at,
                attempts, last_error) VALUES ('everything', '', '', '', '{}', '{}', now(), now(), 0, '')
            """,
            "erasure",
        ),
    ],
)
def test_what_brings_back_blinds_or_erases_by_sql_is_recorded(statement: str, kind: str) -> None:
    Tombstone.objects.create(kind="address", digest=b"x", erasure_id=1, erased_at=timezone.now())
    SubjectKey.objects.create(subject="user/0", secret=b"x")
    _commit()
    _sql(statement)
    assert [event.content_type and event.content_type.model for event in _commit()] == [kind]


def test_who_acted_in_the_same_transaction_is_taken_for_who_did_it(user: User) -> None:
    administrator = an_account(User.Role.ADMINISTRATOR)
    record(name="access_exported", actor=administrator)
    User.objects.filter(pk=user.pk).update(role=User.Role.OWNER)
    assert _commit()[-1].actor == administrator


def test_nobody_says_of_another_transaction_that_it_told(user: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        this = cursor.fetchone()[0]
    event = Event.objects.create(name="x", action=3, transaction=this + 1)
    event.refresh_from_db()
    assert event.transaction == this


def test_what_is_not_for_people_to_change_is_not_recorded(user: User) -> None:
    connection_of_it = a_connection()
    identity = Identity.objects.create(connection=connection_of_it, kind="user", login="a")
    _commit()
    Identity.objects.filter(pk=identity.pk).update(login="b")
    User.objects.filter(pk=user.pk).update(last_login=user.joined_at)
    assert _commit() == []
    Identity.objects.filter(pk=identity.pk).update(is_bot=True)
    assert len(_commit()) == 1


def test_a_record_that_cannot_be_written_takes_the_change_with_it(user: User) -> None:
    _sql("ALTER TABLE audit_event ADD CONSTRAINT full_up CHECK (name <> 'row_changed') NOT VALID")
    with pytest.raises(DatabaseError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(role=User.Role.OWNER)
        _commit()
    user.refresh_from_db()
    assert user.role == User.Role.MEMBER


def test_migrating_again_makes_the_triggers_the_declared_ones(user: User) -> None:
    with connection.cursor() as cursor:
        one = next(iter(triggers.declared()))
        cursor.execute(f"DROP TRIGGER {one.name} ON {one.table}")
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER audit_former AFTER INSERT ON people_team FOR EACH ROW"
            " EXECUTE FUNCTION audit_governed()"
        )
        call_command("migrate", verbosity=0)
        cursor.execute(
            "SELECT tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE proname = 'audit_governed'"
        )
        assert {name for (name,) in cursor} == {one.name for one in triggers.declared()}
