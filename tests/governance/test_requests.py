"""Requests of people: their legal clock, what is done with them and by whom, and what is left of them afterwards."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from backend.accounts import break_glass
from backend.accounts.models import User
from backend.audit.models import Event
from backend.governance import requests
from backend.governance.erasing import person_requests
from backend.governance.models import Erasure, SubjectRequest
from backend.governance.requests import NotPossible, TooOften, months_after, timing
from backend.people.models import Organisation, Person
from tests.sign_in import an_account

DAYS = st.dates(min_value=date(2018, 5, 25), max_value=date(2200, 1, 1))


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        (date(2026, 3, 2), 1, date(2026, 4, 2)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
    ],
)
def test_a_month_ends_on_the_same_day_or_on_the_last_one(day: date, months: int, due: date) -> None:
    assert months_after(day, months) == due


@given(day=DAYS, months=st.integers(1, 36))
def test_it_is_always_in_the_month_that_is_meant_and_never_later_than_the_same_day(
    day: date, months: int
) -> None:
    due = months_after(day, months)
    assert (due.year - day.year) * 12 + due.month - day.month == months
    assert due.day == min(day.day, monthrange(due.year, due.month)[1])


@given(due_on=DAYS, left=st.integers(-400, 400))
def test_how_much_time_is_left_is_told_in_four_steps(due_on: date, left: int) -> None:
    told = timing(due_on, today=due_on - timedelta(days=left))
    if left < 0:
        expected = "overdue"
    elif left <= 2:
        expected = "due_in_2_days"
    else:
        expected = "due_in_7_days" if left <= 7 else "in_time"
    assert told == expected


@pytest.fixture
def jo(db: None) -> User:
    user = an_account(User.Role.MEMBER, email="jo@plumbline.example")
    user.person = Person.objects.create(name="Jo")
    user.save()
    return user


@pytest.fixture
def admin(db: None) -> User:
    return an_account(User.Role.ADMINISTRATOR)


def a_letter(admin: User, kind: str = "access", **values: object) -> SubjectRequest:
    defaults = {
        "who": "Sam, 1 Long Road",
        "person": None,
        "asked_on": requests.today(),
        "identity_checked": "By their passport.",
        "text": "It is wrong.",
        "mode": "remove" if kind == "erasure" else "",
    }
    return requests.enter(kind=kind, acting_user=admin, **defaults | values)  # type: ignore[arg-type]


def state(request: SubjectRequest) -> str:
    return str(requests.requests().get(pk=request.pk).state)  # type: ignore[attr-defined]


def recorded(request: SubjectRequest) -> list[str]:
    about = Event.objects.filter(content_type__model="subjectrequest", object_id=request.pk)
    return list(about.exclude(name="").order_by("pk").values_list("name", flat=True))


def test_the_clock_starts_on_the_day_in_the_organisations_time_zone(jo: User) -> None:
    Organisation.objects.create(pk=1, time_zone="Pacific/Auckland")
    with time_machine.travel(datetime(2026, 1, 30, 12, tzinfo=UTC), tick=False):
        request = requests.ask(kind="access", acting_user=jo)
    assert (request.asked_on, request.due_on) == (date(2026, 1, 31), date(2026, 2, 28))


def test_a_month_passes_with_its_reminders(jo: User, admin: User) -> None:
    """From in time over seven and two days to overdue; extended in time, it is in time again."""
    with time_machine.travel(datetime(2026, 1, 31, 9, tzinfo=UTC), tick=False) as now:
        request = requests.ask(kind="access", acting_user=jo)
        seen = []
        for day in (31, 31 + 20, 31 + 21, 31 + 25, 31 + 26, 31 + 28, 31 + 29):
            now.move_to(datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(days=day - 1))
            seen.append(next(name for name, number in requests.timings().items() if number))
        assert seen == [
            "in_time",
            "in_time",
            "due_in_7_days",
            "due_in_7_days",
            "due_in_2_days",
            "due_in_2_days",
            "overdue",
        ]
        with pytest.raises(NotPossible, match="month is over"):
            requests.extend(request=request, reason="Many at once.", acting_user=admin)
        now.move_to(datetime(2026, 2, 28, 9, tzinfo=UTC))
        requests.extend(request=request, reason="Many at once.", acting_user=admin)
        request.refresh_from_db()
        assert (request.due_on, state(request)) == (date(2026, 4, 30), "extended")
        assert requests.timings()["in_time"] == 1
        with pytest.raises(NotPossible, match="once"):
            requests.extend(request=request, reason="Again.", acting_user=admin)


def test_a_copy_is_handed_over_for_a_while_and_each_download_is_on_record(
    jo: User, admin: User
) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False) as now:
        request = requests.ask(kind="access", acting_user=jo)
        with pytest.raises(NotPossible, match="not available"):
            requests.take(request=request, acting_user=jo)
        requests.hand_over(request=request, acting_user=admin)
        assert state(request) == "fulfilled"
        requests.take(request=request, acting_user=jo)
        with pytest.raises(TooOften):
            requests.take(request=request, acting_user=jo)
        now.shift(timedelta(minutes=2))
        requests.take(request=request, acting_user=jo)
        now.shift(requests.AVAILABLE)
        with pytest.raises(NotPossible, match="not any more"):
            requests.take(request=request, acting_user=jo)
        requests.hand_over(request=request, acting_user=admin)
        requests.take(request=request, acting_user=jo)
    downloads = recorded(request).count("subject_access_downloaded")
    assert downloads == 3
    assert recorded(request)[:2] == ["subject_request_made", "subject_access_handed_over"]


def test_an_erasure_fulfils_its_request_by_having_finished(jo: User, admin: User) -> None:
    request = requests.ask(kind="erasure", mode="remove", acting_user=jo)
    with pytest.raises(NotPossible, match="Start the erasure"):
        requests.fulfil(request=request, done="All gone.", acting_user=admin)
    erasure = requests.erase(
        request=request, mode="remove", reason="They asked.", acting_user=admin
    )
    assert (erasure.kind, erasure.subject_id, erasure.mode) == ("person", jo.person_id, "remove")
    assert state(request) == "open"
    with pytest.raises(NotPossible, match="already"):
        requests.erase(request=request, mode="remove", reason="Again.", acting_user=admin)
    with pytest.raises(NotPossible, match="under way"):
        requests.refuse(request=request, reason="No.", acting_user=admin)
    now = datetime.now(UTC)
    Erasure.objects.filter(pk=erasure.pk).update(
        approved_by=an_account(User.Role.OWNER), approved_at=now, started_at=now, finished_at=now
    )
    assert state(request) == "fulfilled"
    assert requests.timings()["in_time"] == 0
    with pytest.raises(NotPossible, match="closed"):
        requests.withdraw(request=request, acting_user=jo)


def test_an_account_that_is_nobodys_becomes_somebodys_to_be_erased_with_them(admin: User) -> None:
    alone = an_account("", email="alone@plumbline.example")
    request = requests.ask(kind="erasure", mode="pseudonymise", acting_user=alone)
    erasure = requests.erase(
        request=request, mode="pseudonymise", reason="They asked.", acting_user=admin
    )
    alone.refresh_from_db()
    assert alone.person_id == erasure.subject_id


def test_what_is_withdrawn_calls_its_erasure_off_unless_that_was_approved(
    jo: User, admin: User
) -> None:
    request = requests.ask(kind="erasure", mode="remove", acting_user=jo)
    erasure = requests.erase(request=request, mode="remove", reason="Asked.", acting_user=admin)
    with transaction.atomic():
        Erasure.objects.filter(pk=erasure.pk).update(approved_at=datetime.now(UTC))
        with pytest.raises(NotPossible, match="approved"):
            requests.withdraw(request=request, acting_user=jo)
        transaction.set_rollback(True)
    requests.withdraw(request=request, acting_user=jo)
    erasure.refresh_from_db()
    assert (state(request), erasure.refused_by) == ("withdrawn", jo)


def test_a_refused_erasure_can_be_asked_for_again_or_its_request_refused(
    jo: User, admin: User
) -> None:
    request = requests.ask(kind="erasure", mode="remove", acting_user=jo)
    first = requests.erase(request=request, mode="remove", reason="Asked.", acting_user=admin)
    Erasure.objects.filter(pk=first.pk).update(refused_at=datetime.now(UTC))
    again = requests.erase(request=request, mode="remove", reason="Asked.", acting_user=admin)
    assert again.pk != first.pk
    Erasure.objects.filter(pk=again.pk).update(refused_at=datetime.now(UTC))
    requests.refuse(request=request, reason="It is needed for a claim.", acting_user=admin)
    assert state(request) == "refused"


@pytest.mark.parametrize(
    ("kind", "text", "mode"),
    [
        ("rectification", " ", ""),
        ("objection", "", ""),
        ("erasure", "", ""),
        ("access", "", "remove"),
    ],
)
def test_a_wish_says_what_it_needs_to(jo: User, kind: str, text: str, mode: str) -> None:
    with pytest.raises(NotPossible):
        requests.ask(kind=kind, text=text, mode=mode, acting_user=jo)


def test_nobody_asks_for_the_same_twice_at_once_or_all_day_long(jo: User) -> None:
    for _ in range(requests.A_DAY_AT_MOST):
        request = requests.ask(kind="access", acting_user=jo)
        with pytest.raises(NotPossible, match="already"):
            requests.ask(kind="access", acting_user=jo)
        requests.withdraw(request=request, acting_user=jo)
    with pytest.raises(TooOften):
        requests.ask(kind="access", acting_user=jo)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1, minutes=1)):
        requests.ask(kind="access", acting_user=jo)


def test_a_letter_needs_a_day_that_has_been_and_a_word_on_who_it_is(admin: User) -> None:
    with pytest.raises(NotPossible, match="still to come"):
        a_letter(admin, asked_on=requests.today() + timedelta(days=1))
    with pytest.raises(NotPossible, match="who asks"):
        a_letter(admin, identity_checked=" ")
    unknown = a_letter(admin)
    with pytest.raises(NotPossible, match="nobody"):
        requests.hand_over(request=unknown, acting_user=admin)
    requests.fulfil(request=unknown, done="Nothing is held.", acting_user=admin)
    assert state(unknown) == "fulfilled"
    with pytest.raises(NotPossible, match="nothing is held"):
        requests.erase(
            request=a_letter(admin, "erasure"), mode="remove", reason="Asked.", acting_user=admin
        )


def test_who_entered_a_letter_neither_hands_the_copy_over_nor_downloads_it(
    jo: User, admin: User
) -> None:
    letter = a_letter(admin, person=jo.person)
    with pytest.raises(NotPossible, match="nobody else yet: make one"):
        requests.hand_over(request=letter, acting_user=admin)
    other, third = an_account(User.Role.OWNER), an_account(User.Role.ADMINISTRATOR)
    with pytest.raises(NotPossible, match="You entered it yourself: another owner or admin"):
        requests.hand_over(request=letter, acting_user=admin)
    requests.hand_over(request=letter, acting_user=other)
    with pytest.raises(NotPossible, match="You entered it yourself"):
        requests.take(request=letter, acting_user=admin)
    with pytest.raises(NotPossible, match="hand it over yourself first"):
        requests.take(request=letter, acting_user=third)
    requests.take(request=letter, acting_user=other)
    assert recorded(letter).count("subject_access_downloaded") == 1


def test_a_second_account_of_who_entered_it_is_no_second_person(jo: User, admin: User) -> None:
    twin = an_account(User.Role.OWNER)
    admin.person = twin.person = Person.objects.create()
    admin.save()
    twin.save()
    letter = a_letter(admin, person=jo.person)
    with pytest.raises(NotPossible, match=r"yourself.*nobody else yet"):
        requests.hand_over(request=letter, acting_user=twin)


def test_an_emergency_account_is_neither_of_the_two(jo: User, admin: User) -> None:
    glass, other = an_account(User.Role.OWNER), an_account(User.Role.OWNER)
    letter, early = a_letter(admin, person=jo.person), a_letter(glass, person=jo.person)
    break_glass.mark(user=glass)
    with pytest.raises(NotPossible, match="nobody's own"):
        a_letter(glass, person=jo.person)
    with pytest.raises(NotPossible, match="nobody's own"):
        requests.hand_over(request=letter, acting_user=glass)
    early.refresh_from_db()
    with pytest.raises(NotPossible, match="begin anew"):
        requests.hand_over(request=early, acting_user=other)
    own = requests.ask(kind="access", acting_user=jo)
    requests.hand_over(request=own, acting_user=glass)
    requests.take(request=own, acting_user=jo)


@pytest.mark.parametrize("verb", ["extend", "refuse", "fulfil"])
def test_what_a_person_is_told_is_said_in_words(admin: User, verb: str) -> None:
    request = a_letter(admin, "objection")
    said = {"done" if verb == "fulfil" else "reason": " "}
    with pytest.raises(NotPossible, match="in words"):
        getattr(requests, verb)(request=request, acting_user=admin, **said)


def test_a_request_outlives_whoever_asked_and_names_them_no_more(jo: User, admin: User) -> None:
    marks = ["zzMark", "zzRoad"]
    asked = requests.ask(kind="objection", text="I am zzMark.", acting_user=jo)
    requests.extend(request=asked, reason="Dear zzMark", acting_user=admin)
    requests.refuse(request=asked, reason="Dear zzMark", acting_user=admin)
    a_letter(admin, person=jo.person, who="zzMark, zzRoad", identity_checked="zzMark's passport")
    other = a_letter(admin, who="Another")
    assert jo.person_id is not None
    assert person_requests.forget(person=jo.person_id, accounts=[jo.pk]) == 2
    assert person_requests.forget(person=jo.person_id, accounts=[jo.pk]) == 0
    kept = list(SubjectRequest.objects.order_by("pk").values())
    assert not [mark for mark in marks if mark in str(kept)]
    assert [row["account_id"] for row in kept] == [None, None, None]
    assert (kept[0]["kind"], kept[0]["outcome"]) == ("objection", "refused")
    other.refresh_from_db()
    assert other.who == "Another"
    events = Event.objects.filter(content_type__model="subjectrequest")
    told = str(list(events.values("changes", "additional_data", "object_repr")))
    assert not [mark for mark in marks if mark in told]


def test_the_database_keeps_a_request_whole(jo: User) -> None:
    request = requests.ask(kind="access", acting_user=jo)
    with pytest.raises(IntegrityError), transaction.atomic():
        SubjectRequest.objects.filter(pk=request.pk).update(outcome="refused")
    request.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        request.save()
