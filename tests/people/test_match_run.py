"""Rounds of matching through the database: what is joined, offered, marked and undone."""

from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from backend.accounts.models import User
from backend.accounts.sign_ins import LABEL, sign_ins
from backend.accounts.store import add_service_account
from backend.audit.models import Event
from backend.connections.models import Connection
from backend.delivery.records import ActorRecord
from backend.people import moving
from backend.people.bot_marks import say_bot
from backend.people.match_run import Outcome, anything_new, match_people
from backend.people.models import (
    DirectoryUser,
    Identity,
    Membership,
    Merge,
    Offer,
    Organisation,
    Person,
    Team,
)
from backend.people.store import resolve_identities
from tests.factories import a_connection
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db
_numbers = count(1)
DAY = date(2026, 3, 2)


@pytest.fixture
def source() -> Connection:
    return a_connection(url="https://ghes.example")


@pytest.fixture
def owner() -> User:
    return an_account(User.Role.OWNER, email="owner@plumbline.example")


def known(source: Connection, *accounts: ActorRecord) -> list[Identity]:
    found = resolve_identities(connection=source, accounts=accounts)
    return [Identity.objects.get(pk=found[account]) for account in accounts]


def user(login: str, *, email: str = "", name: str = "") -> ActorRecord:
    return ActorRecord("user", login, next(_numbers), name=name, email=email)


def git(email: str) -> ActorRecord:
    return ActorRecord("git", email, None)


def a_round() -> Outcome:
    done: Outcome = match_people(sign_ins=sign_ins())
    return done


def everything() -> dict[str, list[Any]]:
    """All rows that a merge can touch."""
    return {
        "people": list(Person.objects.order_by("pk").values_list()),
        "identities": list(Identity.objects.order_by("pk").values_list()),
        "memberships": list(Membership.objects.order_by("pk").values_list()),
        "accounts": list(User.objects.order_by("pk").values_list("pk", "person")),
    }


def test_an_address_that_the_source_gives_to_an_account_joins_it_with_its_commits(
    source: Connection,
) -> None:
    account, commits = known(
        source, user("jdoe", email="Jane@Work.Example", name="Jane Doe"), git("jane@work.example")
    )
    assert a_round().joined == 1
    person = Person.objects.get()
    assert person.name == "Jane Doe"
    assert set(person.identities.all()) == {account, commits}
    merge = Merge.objects.get()
    assert merge.evidence == [["same address", "jane@work.example"]]
    assert merge.acting_user == ""
    assert a_round() == Outcome(joined=0, offers=0, marked=0)


def test_who_signs_in_is_linked_by_their_address_alone(source: Connection) -> None:
    jane = an_account(User.Role.MEMBER, email="jane@work.example")
    known(source, git("jane@work.example"), git("someone@work.example"))
    a_round()
    jane.refresh_from_db()
    assert jane.person == Identity.objects.get(login="jane@work.example").person
    assert Identity.objects.get(login="someone@work.example").person is None


def test_a_link_that_was_undone_is_not_made_again(source: Connection, owner: User) -> None:
    jane = an_account(User.Role.MEMBER, email="jane@work.example")
    known(source, git("jane@work.example"))
    before = everything()
    a_round()
    moving.undo(merge=Merge.objects.get(), acting_user=owner)
    assert everything() == before
    assert a_round().joined == 0
    jane.refresh_from_db()
    assert jane.person is None


def test_an_address_of_two_accounts_of_one_server_is_asked_about(source: Connection) -> None:
    known(
        source,
        user("one", email="shared@work.example"),
        user("two", email="shared@work.example"),
        git("shared@work.example"),
    )
    assert a_round() == Outcome(joined=0, offers=3, marked=0)


def test_a_refused_offer_is_never_made_again_and_an_accepted_one_joins(
    source: Connection, owner: User
) -> None:
    other = a_connection(url="https://other.example")
    known(source, user("jdoe-work"), user("asmith-x"))
    known(other, user("jdoe-work"), user("asmith-x"))
    assert a_round() == Outcome(joined=0, offers=2, marked=0)
    first, second = Offer.objects.order_by("pk")
    moving.refuse(offer=first, acting_user=owner)
    moving.accept(offer=second, acting_user=owner)
    assert a_round() == Outcome(joined=0, offers=0, marked=0)
    assert list(Offer.objects.values_list("pk", "answer")) == [(first.pk, "refused")]
    merge = Merge.objects.get()
    assert (merge.reason, merge.acting_user) == ("accepted", owner.email)
    assert {"offer_refused", "people_merged"} <= set(Event.objects.values_list("name", flat=True))


def test_a_merge_of_people_in_teams_is_undone_to_the_very_rows(
    source: Connection, owner: User
) -> None:
    team, other = (Team.objects.create(slug=slug, name=slug) for slug in "ab")
    first, second = (Person.objects.create(name=name) for name in ("A", "B"))
    for person, login in ((first, "aaa"), (second, "bbb")):
        Identity.objects.filter(pk=known(source, user(login))[0].pk).update(person=person)
    days = [DAY + timedelta(days=number) for number in (0, 10, 20)]
    Membership.objects.create(team=team, person=first, starts_on=days[0], ends_on=days[2])
    Membership.objects.create(team=team, person=second, starts_on=days[1])
    Membership.objects.create(team=other, person=second)
    account = an_account(User.Role.MEMBER)
    User.objects.filter(pk=account.pk).update(person=second)
    told = DirectoryUser.objects.create(user_name="b@plumbline.example", person=second)
    before = everything()
    join = moving.joining(persons=[first.pk, second.pk])
    (merge,) = moving.carry_out(joins=[join], reason=Merge.Reason.BY_HAND, acting_user=owner)
    assert list(first.memberships.order_by("pk").values_list("team", "starts_on", "ends_on")) == [
        (team.pk, days[0], None),
        (other.pk, None, None),
    ]
    for one in (account, told):
        one.refresh_from_db()
        assert one.person == first
    assert list(Person.objects.all()) == [first]
    moving.undo(merge=merge, acting_user=owner)
    told.refresh_from_db()
    assert (everything(), told.person) == (before, second)
    with pytest.raises(moving.CannotUndo, match="undone already"):
        moving.undo(merge=merge, acting_user=owner)


def test_who_left_the_team_after_a_merge_has_left_it_once_that_is_undone(
    source: Connection, owner: User
) -> None:
    team = Team.objects.create(slug="a", name="a")
    first, second = (Person.objects.create(name=name) for name in ("A", "B"))
    for person in (first, second):
        Membership.objects.create(team=team, person=person)
    join = moving.joining(persons=[first.pk, second.pk])
    Membership.objects.filter(person=first).update(starts_on=DAY)
    (merge,) = moving.carry_out(joins=[join], reason=Merge.Reason.BY_HAND, acting_user=owner)
    left = DAY + timedelta(days=30)
    Membership.objects.update(ends_on=left)
    moving.undo(merge=merge, acting_user=owner)
    assert list(
        Membership.objects.order_by("pk").values_list("person", "starts_on", "ends_on")
    ) == [
        (first.pk, DAY, left),
        (second.pk, None, left),
    ]


def test_a_later_merge_of_the_same_is_undone_first(source: Connection, owner: User) -> None:
    people = [Person.objects.create(name=name) for name in "ABC"]
    for person in people:
        (one,) = known(source, user(f"login-of-{person.name}"))
        Identity.objects.filter(pk=one.pk).update(person=person)
    before = everything()
    merges = [
        moving.carry_out(
            joins=[moving.joining(persons=[people[a].pk, people[b].pk])],
            reason=Merge.Reason.BY_HAND,
            acting_user=owner,
        )[0]
        for a, b in ((1, 2), (0, 1))
    ]
    with pytest.raises(moving.CannotUndo, match=rf"Merge {merges[1].pk} .* undo that first"):
        moving.undo(merge=merges[0], acting_user=owner)
    for merge in reversed(merges):
        moving.undo(merge=merge, acting_user=owner)
    assert everything() == before


def test_what_is_undone_is_not_joined_again_and_a_persons_word_stands_above_that(
    source: Connection, owner: User
) -> None:
    pair = known(source, user("jdoe", email="jane@work.example"), git("jane@work.example"))
    before = everything()
    a_round()
    moving.undo(merge=Merge.objects.get(), acting_user=owner)
    assert everything() == before
    assert a_round() == Outcome(joined=0, offers=0, marked=0)
    moving.carry_out(joins=[moving.joining(pair)], reason=Merge.Reason.BY_HAND, acting_user=owner)
    assert Person.objects.get().identities.count() == 2
    assert not Offer.objects.exists()


def test_whose_an_identity_is_can_be_said_by_hand(source: Connection, owner: User) -> None:
    account, commits = known(
        source, user("jdoe", email="jane@work.example"), git("jane@work.example")
    )
    a_round()
    moving.give(identity=commits, person=None, acting_user=owner)
    a_round()
    assert not Identity.objects.filter(pk=commits.pk, person__isnull=False).exists()
    other = Person.objects.create(name="Other")
    moving.give(identity=commits, person=other, acting_user=owner)
    a_round()
    commits.refresh_from_db()
    assert commits.person == other
    with pytest.raises(moving.CannotUndo, match="undo that first"):
        moving.undo(merge=Merge.objects.order_by("pk")[0], acting_user=owner)
    assert Identity.objects.get(pk=account.pk).person is not None


def test_bots_follow_the_list_and_a_persons_word_stands_above_it(
    source: Connection, owner: User
) -> None:
    train, checks = known(source, user("release-train"), ActorRecord("bot", "checks", 5))
    home = Organisation.objects.create(pk=1)

    def marked() -> set[str]:
        a_round()
        return set(Identity.objects.filter(is_bot=True).values_list("login", flat=True))

    assert marked() == {"checks"}
    home.bot_logins = ["Release-*"]
    home.save()
    assert marked() == {"checks", "release-train"}
    say_bot(identity=train, is_bot=False, acting_user=owner)
    say_bot(identity=checks, is_bot=False, acting_user=owner)
    assert marked() == set()
    say_bot(identity=train, is_bot=None, acting_user=owner)
    assert marked() == {"release-train"}
    home.bot_logins = []
    home.save()
    assert marked() == set()
    assert Event.objects.filter(name="bot_marked", actor=owner).count() == 3


def test_a_bot_is_no_persons(source: Connection) -> None:
    known(
        source,
        ActorRecord("bot", "checks", 4, email="checks@work.example"),
        git("checks@work.example"),
        git("updates[bot]"),
    )
    assert a_round().joined == 0
    assert not Person.objects.exists()


def test_a_round_is_due_for_new_rows_and_not_at_once_again(source: Connection) -> None:
    assert not anything_new()
    known(source, git("jane@work.example"))
    assert anything_new()
    a_round()
    known(source, git("other@work.example"))
    assert not anything_new()
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        assert anything_new()
        a_round()
        assert not anything_new()


def test_a_name_stands_until_another_is_told_and_hidden_addresses_are_none(
    source: Connection,
) -> None:
    (one,) = known(source, ActorRecord("user", "jdoe", 9, name="Jane", email="jane at work"))
    again = [ActorRecord("user", "jdoe", 9), ActorRecord("user", "jdoe", 9, name="Jane Doe")]
    for account, name in zip(again, ("Jane", "Jane Doe"), strict=True):
        (same,) = known(source, account)
        assert (same, same.name) == (one, name)
    assert not one.addresses.exists()


def test_whatever_refers_to_a_person_can_be_moved() -> None:
    """With a key of its own, and no rule that a person has it once. What cannot needs code of its own."""
    relations = moving._relations()
    assert LABEL in relations
    for name, field in relations.items():
        meta = field.model._meta
        assert not field.unique, name
        assert not any(field.name in one.fields for one in meta.total_unique_constraints), name
        assert [key.column for key in meta.pk_fields] == ["id"], name


def test_nobody_says_who_they_are_themselves(source: Connection, owner: User) -> None:
    """Or an administrator would see anybody's own figures."""
    mine, other = (Person.objects.create(name=name) for name in ("Mine", "Other"))
    User.objects.filter(pk=owner.pk).update(person=mine)
    owner.refresh_from_db()
    own, foreign = sorted(
        known(source, git("own@w.example"), git("other@w.example")), key=lambda one: one.pk
    )
    Identity.objects.filter(pk=own.pk).update(person=mine)
    Identity.objects.filter(pk=foreign.pk).update(person=other)
    offer = Offer.objects.create(first=own, second=foreign, strength=50)
    before = everything()
    both = moving.joining(persons=[mine.pk, other.pk])
    for act in (
        lambda: moving.accept(offer=offer, acting_user=owner),
        lambda: moving.give(identity=foreign, person=mine, acting_user=owner),
        lambda: moving.give(identity=own, person=other, acting_user=owner),
        lambda: moving.carry_out(joins=[both], reason="by hand", acting_user=owner),
    ):
        with pytest.raises(moving.OwnPerson):
            act()
    assert everything() == before
    somebody_else = an_account(User.Role.ADMINISTRATOR)
    assert moving.accept(offer=offer, acting_user=somebody_else) is not None


def test_no_service_account_is_a_person(source: Connection, owner: User) -> None:
    account = add_service_account(name="Jane", role="member", responsible=owner)
    User.objects.filter(pk=account.pk).update(email="jane@work.example")
    known(source, user("jdoe", email="jane@work.example"), git("jane@work.example"))
    a_round()
    account.refresh_from_db()
    assert account.person is None
