"""Personal values stand in the log under a key of each person's own, and go with it."""

import pytest
from django.db import connection

from backend.accounts.models import User
from backend.audit import subjects
from backend.audit.events import record
from backend.audit.models import Event, SubjectKey
from backend.audit.reading import opened
from backend.people.models import Person
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db


def _bytes() -> str:
    """Everything that stands in the table, as a dump would have it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(audit_event::text, chr(10)) FROM audit_event")
        return str(cursor.fetchone()[0]).lower()


def test_who_did_it_and_whom_it_is_about_are_sealed_and_read_again() -> None:
    user = an_account(User.Role.OWNER, email="marked@plumbline.example")
    person = Person.objects.create(name="Marked Name")
    record(
        name="people_merged",
        actor=user,
        subject=person,
        address="192.0.2.77",
        detail={"by": "Marked Detail"},
        words={"reason": "Marked Reason"},
    )
    stored = _bytes()
    assert "marked" not in stored
    assert "192.0.2.77" not in stored
    (told,) = opened(Event.objects.filter(name="people_merged"))
    assert (told.email, told.address) == ("marked@plumbline.example", "192.0.2.77")
    assert told.about == "Marked Name"
    assert told.detail == {"by": "Marked Detail", "reason": "Marked Reason"}


def test_words_about_no_person_are_under_the_key_of_who_acts() -> None:
    user = an_account(User.Role.OWNER)
    record(name="single_sign_on_refused", actor=user, words={"detail": "You are Marked"})
    assert "marked" not in _bytes()
    (told,) = opened(Event.objects.filter(name="single_sign_on_refused"))
    assert told.detail == {"detail": "You are Marked"}


def test_a_change_of_a_person_keeps_its_values_sealed() -> None:
    person = Person.objects.create(name="Marked Before")
    person.name = "Marked After"
    person.save()
    assert "marked" not in _bytes()
    (told,) = opened(Event.objects.filter(action=Event.Action.UPDATE))
    assert told.changes == {"name": ["Marked Before", "Marked After"]}


def test_without_their_key_nobody_reads_them_and_none_is_made_anew() -> None:
    user = an_account(User.Role.OWNER)
    other = an_account(User.Role.ADMINISTRATOR)
    record(name="signed_in", actor=user, subject=user)
    record(name="signed_in", actor=other, subject=other)
    assert subjects.forget([subjects.user(user.pk)]) == 1
    record(name="signed_out", actor=user, subject=user, address="192.0.2.1")
    told = {one.event.actor_id: one for one in opened(Event.objects.filter(name="signed_in"))}
    assert (told[user.pk].email, told[user.pk].about) == (None, "")
    assert told[user.pk].actor_erased
    assert told[user.pk].subject_erased
    assert told[other.pk].email == other.email
    assert not told[other.pk].actor_erased
    (later,) = opened(Event.objects.filter(name="signed_out"))
    assert (later.email, later.address, later.event.sealed_actor) == (None, None, None)


def test_forgetting_whom_the_log_never_held_keeps_them_out_of_it() -> None:
    assert subjects.forget(["person/7"]) == 0
    assert subjects.secrets_for(["person/7", "person/8"]).keys() == {"person/8"}


def test_a_process_without_the_key_writes_the_numbers_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = an_account(User.Role.OWNER)
    monkeypatch.setattr("backend.keyring.holds_web_key", lambda: False)
    event = record(name="signed_in", actor=user, subject=user)
    assert (event.actor_id, event.subject) == (user.pk, f"user/{user.pk}")
    assert event.sealed_actor is event.sealed_subject is None
    assert not event.object_repr


def test_a_sealed_value_does_not_open_as_somebody_elses() -> None:
    keys = subjects.secrets_for(["user/1"])
    sealed = subjects.seal({"email": "a"}, subject="user/1", keys=keys)
    assert subjects.unseal(sealed, subject="user/1", keys=keys) == {"email": "a"}
    moved = {"user/2": keys["user/1"]}
    assert subjects.unseal(sealed, subject="user/2", keys=moved) is None
    assert SubjectKey.objects.count() == 1
