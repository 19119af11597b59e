"""Identities by the source's id, teams as the source tells them, memberships dated from when they are seen."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection as database

from backend.connections.models import Connection
from backend.delivery.records import ActorRecord, TeamRecord
from backend.people.models import Identity, Membership, Organisation, Person, Team
from backend.people.store import resolve_identities, store_teams

pytestmark = pytest.mark.django_db


@pytest.fixture
def source() -> Connection:
    return Connection.objects.create(
        slug="ghes", kind="github", name="ghes", url="https://g.example"
    )


def user(number: int, login: str | None = None) -> ActorRecord:
    return ActorRecord("user", login or f"dev{number:04}", number)


def test_one_account_is_one_identity_and_a_changed_login_is_a_rename(source: Connection) -> None:
    first = resolve_identities(connection=source, accounts=[user(1), user(2), user(1)])
    again = resolve_identities(connection=source, accounts=[user(1, "renamed"), user(2)])
    assert set(first.values()) == set(again.values())
    assert Identity.objects.get(external_id=1).login == "renamed"


def test_identities_without_an_id_are_known_by_kind_and_login(source: Connection) -> None:
    git = ActorRecord("git", "dev@git.example", None)
    mannequin = ActorRecord("mannequin", "dev@git.example", None)
    found = resolve_identities(connection=source, accounts=[git, mannequin])
    assert resolve_identities(connection=source, accounts=[mannequin, git]) == found
    assert len(set(found.values())) == 2


def test_unchanged_identities_keep_their_rows(source: Connection) -> None:
    def versions() -> list[tuple[int, str]]:
        with database.cursor() as cursor:
            cursor.execute("SELECT id, xmin::text FROM people_identity ORDER BY id")
            return list(cursor.fetchall())

    accounts = [user(1), ActorRecord("git", "dev@git.example", None)]
    resolve_identities(connection=source, accounts=accounts)
    before = versions()
    resolve_identities(connection=source, accounts=accounts)
    assert versions() == before


def test_bots_are_marked_by_type_by_name_and_by_the_organisations_list(source: Connection) -> None:
    Organisation.objects.create(pk=1, bot_logins=["release-*"])
    accounts = [
        ActorRecord("bot", "checks", 1),
        ActorRecord("user", "updates[bot]", 2),
        ActorRecord("user", "Release-Train", 3),
        ActorRecord("user", "dev0004", 4),
    ]
    resolve_identities(connection=source, accounts=accounts)
    marked = Identity.objects.filter(is_bot=True).values_list("external_id", flat=True)
    assert sorted(i for i in marked if i) == [1, 2, 3]


def test_a_mark_that_a_person_took_away_stays_away(source: Connection) -> None:
    bot = ActorRecord("bot", "checks", 1)
    resolve_identities(connection=source, accounts=[bot])
    Identity.objects.update(is_bot=False)
    resolve_identities(connection=source, accounts=[bot])
    assert not Identity.objects.get().is_bot


def test_teams_come_with_their_tree_and_their_people_but_without_bots(source: Connection) -> None:
    parent = TeamRecord(7, "product", "Product", None, (user(1),))
    child = TeamRecord(8, "web", "Web", 7, (user(1), user(2), ActorRecord("bot", "b[bot]", 3)))
    store_teams(connection=source, teams=[child, parent])
    assert Team.objects.get(slug="web").parent == Team.objects.get(slug="product")
    assert Person.objects.count() == 2
    assert Membership.objects.filter(team__slug="web", starts_on=None, ends_on=None).count() == 2


def test_who_joins_or_leaves_later_is_dated(source: Connection) -> None:
    team = TeamRecord(7, "web", "Web", None, (user(1), user(2)))
    store_teams(connection=source, teams=[team])
    with time_machine.travel(datetime(2026, 8, 3, 12, tzinfo=UTC), tick=False):
        changed = TeamRecord(7, "web", "The web", None, (user(2), user(3)))
        for _ in range(2):
            store_teams(connection=source, teams=[changed])
    rows = Membership.objects.order_by("person__name").values_list(
        "person__name", "starts_on", "ends_on"
    )
    day = date(2026, 8, 3)
    assert list(rows) == [("dev0001", None, day), ("dev0002", None, None), ("dev0003", day, None)]
    assert Team.objects.get().name == "The web"


def test_a_slug_that_is_taken_gets_the_teams_number(source: Connection) -> None:
    Team.objects.create(slug="web", name="Web by hand")
    store_teams(connection=source, teams=[TeamRecord(7, "web", "Web", None, ())])
    assert Team.objects.get(external_id=7).slug == "web-7"
