"""Two people, and only people: who may ask, approve, refuse and withdraw, and what is on record of it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from backend.accounts import access, break_glass
from backend.accounts.models import ApiToken, User
from backend.audit.models import Event
from backend.governance import erasures, two_people
from backend.governance.erasing import engine
from backend.governance.models import Erasure
from backend.people.models import Person
from tests.factories import a_repository
from tests.governance.erased import approved, carry_out
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db


def asked(by: User | None = None, kind: str = "repository") -> Erasure:
    subject = a_repository().pk if kind == "repository" else None
    return erasures.ask(
        kind=kind,
        subject_id=subject,
        reason="asked to",
        acting_user=by or an_account(User.Role.ADMINISTRATOR),
    )


def test_nobody_approves_what_they_asked_for() -> None:
    owner = an_account(User.Role.OWNER)
    erasure = asked(owner)
    with pytest.raises(erasures.ErasureRefused, match="another owner or administrator"):
        erasures.approve(erasure=erasure, acting_user=owner)
    erasures.approve(erasure=erasure, acting_user=an_account(User.Role.ADMINISTRATOR))
    erasure.refresh_from_db()
    assert erasures.state_of(erasure) == "approved"


def test_one_person_with_two_accounts_is_one_person() -> None:
    one, other = an_account(User.Role.OWNER), an_account(User.Role.ADMINISTRATOR)
    User.objects.filter(pk__in=[one.pk, other.pk]).update(person=Person.objects.create())
    one.refresh_from_db()
    other.refresh_from_db()
    with pytest.raises(erasures.ErasureRefused, match="yourself"):
        erasures.approve(erasure=asked(one), acting_user=other)


def test_nobody_approves_their_own_erasure() -> None:
    owner = an_account(User.Role.OWNER)
    person = Person.objects.create()
    User.objects.filter(pk=owner.pk).update(person=person)
    an_account(User.Role.OWNER)
    owner.refresh_from_db()
    erasure = erasures.ask(
        kind="person",
        subject_id=person.pk,
        mode="remove",
        reason="asked to",
        acting_user=an_account(User.Role.ADMINISTRATOR),
    )
    with pytest.raises(erasures.ErasureRefused, match="about yourself"):
        erasures.approve(erasure=erasure, acting_user=owner)


def approvers(kind: str, asked_by: User | None, subject_id: int | None = None) -> int:
    people = list(two_people.others(None))
    return erasures.approvers(kind=kind, subject_id=subject_id, asked_by=asked_by, among=people)


def test_an_emergency_account_neither_asks_nor_approves_nor_counts() -> None:
    glass, owner = an_account(User.Role.OWNER), an_account(User.Role.OWNER)
    early, erasure = asked(glass), asked(owner)
    break_glass.mark(user=glass)
    with pytest.raises(erasures.ErasureRefused, match="nobody's own"):
        asked(glass)
    assert approvers("repository", owner) == 0
    with pytest.raises(erasures.ErasureRefused, match="use an account of your own"):
        erasures.approve(erasure=erasure, acting_user=glass)
    early.refresh_from_db()
    with pytest.raises(erasures.ErasureRefused, match="begin anew with an account of your own"):
        erasures.approve(erasure=early, acting_user=owner)
    erasures.refuse(erasure=early, acting_user=owner)
    assert not engine.due().exists()


def test_another_account_of_who_asked_does_not_count() -> None:
    one, other = an_account(User.Role.OWNER), an_account(User.Role.OWNER)
    assert approvers("everything", one) == 1
    User.objects.filter(pk__in=[one.pk, other.pk]).update(person=Person.objects.create())
    one.refresh_from_db()
    assert approvers("everything", one) == 0


def test_whom_it_is_about_does_not_count() -> None:
    asks, other = an_account(User.Role.OWNER), an_account(User.Role.OWNER)
    User.objects.filter(pk=other.pk).update(person=Person.objects.create())
    other.refresh_from_db()
    assert approvers("person", asks, other.person_id) == 0
    assert approvers("repository", asks, other.person_id) == 1


@pytest.mark.parametrize("role", ["auditor", "team_lead", "member", ""])
def test_who_does_not_administer_neither_asks_nor_approves(role: str) -> None:
    user = an_account(role)
    with pytest.raises(access.Denied):
        asked(user)
    with pytest.raises(access.Denied):
        erasures.approve(erasure=asked(), acting_user=user)


def test_a_token_is_no_second_person() -> None:
    owner = an_account(User.Role.OWNER)
    owner.token = ApiToken(user=owner, scopes=ApiToken.Scope.values)
    with pytest.raises(access.Denied):
        erasures.approve(erasure=asked(), acting_user=owner)


def test_everything_takes_an_owner() -> None:
    erasure = asked(kind="everything")
    other = an_account(User.Role.ADMINISTRATOR)
    with pytest.raises(erasures.ErasureRefused, match="takes an owner"):
        erasures.approve(erasure=erasure, acting_user=other)
    assert approvers("everything", erasure.asked_by) == 0
    assert approvers("repository", erasure.asked_by) == 1
    erasures.approve(erasure=erasure, acting_user=an_account(User.Role.OWNER))


def test_what_is_withdrawn_or_refused_never_begins() -> None:
    owner = an_account(User.Role.OWNER)
    own, refused, late = asked(owner), asked(), approved("repository", a_repository().pk)
    for erasure in (own, refused, late):
        erasures.refuse(erasure=erasure, acting_user=owner)
        erasure.refresh_from_db()
    assert [erasures.state_of(one) for one in (own, refused, late)] == [
        *("withdrawn", "refused", "refused")
    ]
    assert not engine.due().exists()
    with pytest.raises(erasures.ErasureRefused, match="decided already"):
        erasures.approve(erasure=own, acting_user=an_account(User.Role.OWNER))


def test_what_has_begun_is_not_taken_back() -> None:
    erasure = carry_out(approved("repository", a_repository().pk))
    with pytest.raises(erasures.ErasureRefused, match="too late"):
        erasures.refuse(erasure=erasure, acting_user=an_account(User.Role.OWNER))


def test_one_thing_is_asked_for_once_at_a_time() -> None:
    erasure = asked()
    with pytest.raises(erasures.ErasureRefused, match="already"):
        erasures.ask(
            kind="repository",
            subject_id=erasure.subject_id,
            reason="again",
            acting_user=an_account(User.Role.OWNER),
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["repository", "person", "everything"])
def test_of_two_who_ask_at_the_same_moment_one_is_told_so(kind: str) -> None:
    subject = {"repository": a_repository().pk, "person": Person.objects.create().pk}.get(kind)
    owners = [an_account(User.Role.OWNER) for _ in range(2)]
    has_asked, may_commit = threading.Event(), threading.Event()

    def ask(owner: User, mode: str, *, first: bool) -> str:
        try:
            with transaction.atomic():
                if not first:
                    assert has_asked.wait(20)
                erasures.ask(
                    kind=kind,
                    subject_id=subject,
                    mode=mode if kind == "person" else "",
                    reason="asked to",
                    acting_user=owner,
                )
                if first:
                    has_asked.set()
                    assert may_commit.wait(20)
        except erasures.ErasureRefused as refused:
            return str(refused)
        finally:
            connection.close()
        return "asked"

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, owners[0], "remove", first=True)
        second = pool.submit(ask, owners[1], "pseudonymise", first=False)
        while not second.done() and not waits_for_another():
            time.sleep(0.01)
        may_commit.set()
        assert first.result(20) == "asked"
        assert second.result(20) == "This is asked for already: see the list."
    assert Erasure.objects.get().asked_by == owners[0]
    assert Event.objects.filter(name="erasure_asked_for").count() == 1


def waits_for_another() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("subject", [None, 0])
def test_what_is_not_there_is_not_asked_for(subject: int | None) -> None:
    with pytest.raises((LookupError, erasures.ErasureRefused)):
        erasures.ask(
            kind="repository", subject_id=subject, reason="x", acting_user=an_account("owner")
        )
    assert not Erasure.objects.exists()


def test_all_of_it_is_on_record_without_the_name() -> None:
    before = set(Event.objects.values_list("pk", flat=True))
    erasure = carry_out(approved("repository", a_repository(name_with_owner="org/hidden").pk))
    erasures.lift(erasure=erasure, acting_user=an_account(User.Role.OWNER))
    events = Event.objects.exclude(pk__in=before).exclude(name="").order_by("pk")
    names = [one.name for one in events if one.name.startswith("erasure_")]
    assert names == [
        *("erasure_asked_for", "erasure_approved", "erasure_started", "erasure_finished"),
        "erasure_lifted",
    ]
    assert "hidden" not in repr(list(events.values()))


def test_one_that_fails_again_and_again_is_parked_until_somebody_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    erasure = approved("repository", a_repository().pk)

    def fail(_: str) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(engine, "subjects_of", fail)
        for _ in range(engine.ATTEMPTS):
            Erasure.objects.update(lease_until=None)
            with pytest.raises(ZeroDivisionError):
                engine.work(deadline=0)
    erasure.refresh_from_db()
    assert erasures.state_of(erasure) == "parked"
    assert "ZeroDivisionError" in (erasures.problem(erasure) or "")
    Erasure.objects.update(lease_until=None)
    assert not engine.work(deadline=0)
    erasures.retry(erasure=erasure, acting_user=an_account(User.Role.ADMINISTRATOR))
    assert carry_out(erasure).certificate is not None


def test_where_nothing_can_be_erased_of_it_any_more_it_says_so() -> None:
    repository = a_repository()
    erasure = approved("repository", repository.pk)
    repository.delete()
    with pytest.raises(LookupError):
        engine.work(deadline=0)
    erasure.refresh_from_db()
    assert erasure.last_error == "There is no such repository."
