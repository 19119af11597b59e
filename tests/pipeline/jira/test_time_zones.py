"""No issue is skipped, whatever zone the account and the server are in, and whatever happens between two pages."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from backend.connections.models import Connection
from backend.connections.store import JiraChoice, add_connection
from backend.delivery.models import Issue
from backend.sources import hints
from backend.sources.models import Hint
from tests.pipeline.jira.conftest import TOKEN
from tests.pipeline.state import collect, work_to_the_end
from tests.simulators.jira import Simulator, World, running
from tests.simulators.jira.jql import search

pytestmark = pytest.mark.django_db

ZONES: Final = ("Asia/Kolkata", "America/St_Johns", "Pacific/Chatham", "Europe/Berlin", "UTC")
TURNS: Final = (
    datetime(2026, 3, 8, 5, 30, tzinfo=UTC),  # St John's goes forward, by an hour
    datetime(2026, 11, 1, 4, 30, tzinfo=UTC),  # and back: an hour is there twice
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),  # Berlin goes forward
    datetime(2026, 6, 1, 12, 0, tzinfo=UTC),
)
"""Moments around which all happens."""


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # an example takes half a second
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    zone=st.sampled_from(ZONES),
    turn=st.sampled_from(TURNS),
    before=st.integers(0, 5400),
    gaps=st.lists(st.integers(0, 3_600_000), min_size=4, max_size=14),
    touched=st.lists(st.integers(0, 13), max_size=8),
    page=st.integers(2, 5),
    lag=st.integers(0, 540),
    cloud=st.booleans(),
)
@example(  # what changed a moment ago leaves the front of a page that was told by its number
    zone="Pacific/Chatham",
    turn=TURNS[1],
    before=164,
    gaps=[
        *(15_879, 68_407, 154, 55_817, 155, 3_252_470, 0),
        *(3_433, 244_393, 131, 496, 231, 2_097_153, 510_509),
    ],
    touched=[11, 10, 1, 4, 10, 10],
    page=2,
    lag=2,
    cloud=True,
)
def test_no_issue_is_skipped(
    *,
    zone: str,
    turn: datetime,
    before: int,
    gaps: list[int],
    touched: list[int],
    page: int,
    lag: int,
    cloud: bool,
) -> None:
    world = World(time_zone=zone, maximum_page=page)
    world.add_token(TOKEN)
    world.now = (turn - timedelta(seconds=before)).timestamp()
    forge = world.create_project("FORGE")
    issues = [world.create_issue(forge) for _ in gaps]
    with running(world, cloud=cloud) as jira:
        connection = add_connection(
            kind="jira_cloud" if cloud else "jira_dc",
            url=jira.url,
            token=TOKEN,
            jira=JiraChoice(email=world.email if cloud else ""),
        )
        collect(connection)
        world.index_lag = lag
        for issue, gap in zip(issues, gaps, strict=True):
            world.tick(gap / 1000)
            world.comment(issue, at=world.now)
        meanwhile = iter(touched)

        def change(query: str) -> None:
            """What people do while a search is answered."""
            number = next(meanwhile, None) if "updated" in query else None
            if number is not None:
                world.tick(1)
                world.comment(issues[number % len(issues)], at=world.now)

        jira.before_each = change
        for _ in range(2):
            _look(connection)
            world.tick(lag + 1)
        jira.before_each = None
        _look(connection)
    stored = dict(Issue.objects.filter(connection=connection).values_list("key", "updated_at"))
    assert {key: round(at.timestamp(), 3) for key, at in stored.items()} == {
        issue.key: issue.updated for issue in issues
    }


def _look(connection: Connection) -> None:
    hints.arm(connection=connection, kind=Hint.Kind.ISSUES)
    work_to_the_end(connection)


def test_times_in_quotes_would_have_skipped_issues() -> None:
    """The trap is there: who asks by the server's minute, and not by the account's, misses what just changed."""
    world = World(time_zone="America/St_Johns")
    world.now = datetime(2026, 11, 1, 5, 0, tzinfo=UTC).timestamp()
    issue = world.create_issue(world.create_project("FORGE"))
    kolkata = datetime.fromtimestamp(issue.updated, ZoneInfo("Asia/Kolkata"))
    assert search(world, f'updated >= "{kolkata:%Y-%m-%d %H:%M}"') == []
    assert search(world, f"updated >= {round(issue.updated * 1000)}") == [issue]
    # An hour that is there twice is taken for the first of them: what is told twice is found, at least.
    assert search(world, 'updated >= "2026-11-01 01:30"') == [issue]


def test_no_query_names_a_time_in_quotes(world: World) -> None:
    with running(world) as jira:
        _read(jira)
        assert jira.ledger.queries
        assert [query for query in jira.ledger.queries if "updated" in query]
        assert not [
            query for query in jira.ledger.queries if re.search("updated [<>=]+ [\"']", query)
        ]


def _read(jira: Simulator) -> None:
    jira.world.create_issue(next(iter(jira.world.projects.values())))
    connection = add_connection(kind="jira_dc", url=jira.url, token=TOKEN)
    collect(connection)
    _look(connection)
