"""Changed teams and memberships: what they touch is measured again, exactly, and nothing else."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.delivery.models import PendingMeasurement
from backend.metrics import compute
from backend.metrics.measuring import measure_some
from backend.metrics.models import PullRequestFact, PullRequestTeam
from backend.people.models import Identity, Membership, Organisation, Team
from tests.factories import MONDAY, History, a_team, an_identity
from tests.tested import Machines
from tests.worked import Tracker

pytestmark = pytest.mark.django_db
TABLES = (
    "metrics_pullrequestfact",
    "metrics_pullrequestteam",
    "metrics_pullrequestcell",
    "metrics_issueteam",
    "metrics_runteam",
    "metrics_measuredteam",
    "metrics_measuredmembership",
)


def figures() -> dict[str, list[Any]]:
    """All rows, without their own keys."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT to_jsonb(t) - 'id' FROM {table} t ORDER BY 1::text")  # noqa: S608 - constants
            found[table] = cursor.fetchall()
    return found


def catch_up() -> None:
    while compute.catch_up() or measure_some():
        pass


class World:
    """Five people in a tree of four teams, with pull requests, issues and runs over six weeks."""

    def __init__(self) -> None:
        Organisation.objects.create(pk=1)
        history = History()
        self.people = [an_identity(history.repository.connection) for _ in range(5)]
        top = a_team(slug="top")
        self.teams = [top, *(a_team(parent=top) for _ in range(3))]
        for index, one in enumerate(self.people):
            assert one.person is not None
            Membership.objects.create(team=self.teams[index % 4], person=one.person)
        tracker = Tracker(begin=MONDAY)
        for day in range(0, 42, 2):
            who = self.people[day % 5]
            opened = MONDAY + timedelta(days=day, hours=day % 24)
            history.pull(
                who,
                opened=opened,
                merged=30 + day,
                reviews=((20, "approved", self.people[(day + 1) % 5]),),
            )
        for one in self.people:
            tracker.issue(one, (2, "In Progress"), (90, "Done"))
        machines = Machines(history.repository)
        for index, one in enumerate(self.people):
            machines.run(f"{index:040x}", actor=one)
        compute.recompute_all()
        catch_up()

    def change(self, kind: str, first: int, second: int, day: date | None) -> None:
        team, person = self.teams[first % 4], self.people[second % 5].person
        assert person is not None
        team.refresh_from_db()
        if kind == "join":
            Membership.objects.update_or_create(
                team=team, person=person, starts_on=day, defaults={"ends_on": None}
            )
        elif kind == "leave":
            rows = Membership.objects.filter(team=team, person=person)
            rows.filter(starts_on=day).delete()
            rows.filter(starts_on=None).update(ends_on=day)
        elif kind == "move":
            team.parent = (
                None if first % 4 < second % 4 or first % 4 == 0 else self.teams[second % 4]
            )
            team.save()
        elif kind == "zone":
            team.time_zone = ("", "Pacific/Kiritimati", "America/Los_Angeles")[second % 3]
            team.save()
        elif kind == "hours":
            team.working_hours = ("", "Mon-Sun 06:00-22:00")[second % 2]
            team.days_off = [day] if day else []
            team.save()
        elif kind == "organisation":
            zone = ("UTC", "Asia/Tokyo")[first % 2]
            hours = ("Mon-Fri 09:00-17:00", "Mon-Thu 08:00-18:00")[second % 2]
            Organisation.objects.update(time_zone=zone, working_hours=hours)
        elif kind == "new":
            self.teams[3] = a_team(self.people[second % 5], parent=self.teams[first % 3])
        elif kind == "person":
            Identity.objects.filter(pk=self.people[first % 5].pk).update(person=person)
        else:
            Membership.objects.filter(team=team).delete()


_days = st.none() | st.integers(-3, 45).map(lambda day: (MONDAY + timedelta(days=day)).date())
_kinds = ["join", "leave", "move", "zone", "hours", "organisation", "new", "person", "empty"]
_changes = st.lists(
    st.lists(
        st.tuples(st.sampled_from(_kinds), st.integers(0, 19), st.integers(0, 19), _days),
        min_size=1,
        max_size=3,
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_changes)
def test_what_is_measured_again_comes_to_what_measuring_all_does(
    rounds: list[list[tuple[str, int, int, date | None]]],
) -> None:
    with transaction.atomic():  # taken back, so that each example begins anew
        world = World()
        for changes in rounds:
            for change in changes:
                world.change(*change)
            catch_up()
        before = figures()
        compute.recompute_all()
        catch_up()
        assert figures() == before
        transaction.set_rollback(True)


def test_only_who_is_touched_is_measured_again() -> None:
    world = World()
    one = world.people[0]
    Membership.objects.filter(person=one.person).update(ends_on=date(2026, 3, 10))
    assert compute.catch_up()
    waiting = set(PendingMeasurement.objects.values_list("pk", flat=True))
    own = PullRequestFact.objects.filter(author=one).values_list("pk", flat=True)
    assert waiting == set(own)
    assert not compute.catch_up()


def test_a_moved_team_takes_its_people_along() -> None:
    world = World()
    moved = world.teams[3]
    Team.objects.filter(pk=moved.pk).update(parent=None)
    catch_up()
    top = PullRequestTeam.objects.filter(team=world.teams[0]).values("fact")
    assert not PullRequestTeam.objects.filter(team=moved, fact__in=top).exists()
    assert PullRequestTeam.objects.filter(team=moved).exists()


def test_working_time_goes_by_the_team_the_author_was_in_for_longest() -> None:
    history = History()
    author = an_identity(history.repository.connection)
    a_team(author, since=date(2026, 1, 5), working_hours="Mon-Fri 00:00-24:00")
    longest = a_team(author, since=date(2025, 1, 6), working_hours="Mon-Fri 08:00-12:00")
    pull = history.pull(author, opened=MONDAY, merged=24 * 7, commits=(0,))
    compute.measure()
    fact = PullRequestFact.objects.get(pk=pull.pk)
    assert fact.cycle_working_seconds == 5 * 4 * 3600
    Team.objects.filter(pk=longest.pk).update(days_off=[date(2026, 3, 3)])
    catch_up()
    fact.refresh_from_db()
    assert fact.cycle_working_seconds == fact.pickup_working_seconds == 4 * 4 * 3600
    assert fact.cycle_seconds == 7 * 24 * 3600
