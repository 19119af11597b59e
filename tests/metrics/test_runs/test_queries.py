"""Figures and groups of runs: what they hold, and what is kept back about too few people."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.metrics import compute as all_figures
from backend.metrics.formulas.distribution import percentile_cont
from backend.metrics.models import RunFact
from backend.metrics.scope import Scope, scope_of
from backend.metrics.test_runs import compute, groups, queries
from backend.metrics.test_runs.narrowing import Narrowing
from backend.people.models import Identity, Team
from tests.factories import History, a_team, an_identity
from tests.tested import Machines

pytestmark = pytest.mark.django_db
START, END = date(2026, 3, 2), date(2026, 3, 30)
DAY = 24 * 3600
ALL = Narrowing()


@pytest.fixture
def machines() -> Machines:
    return Machines()


@pytest.fixture
def people(machines: Machines) -> list[Identity]:
    return [an_identity(machines.repository.connection) for _ in range(4)]


@pytest.fixture
def team(people: list[Identity]) -> Team:
    """Three of the four."""
    return a_team(*people[:3], slug="team-a")


def scope(
    team: Team | None = None, start: date = START, end: date = END, *, bots: bool = False
) -> Scope:
    return scope_of(team=team, start=start, end=end, with_bots=bots)


def measured() -> None:
    all_figures.measure()
    compute.note_everything()
    while compute.measure():
        pass


def ran(machines: Machines, day: int, seconds: int = 100, **values: object) -> None:
    """A run of a single job, that waited for ten seconds, each on a commit of its own."""
    asked = day * DAY
    conclusion = str(values.pop("conclusion", "success"))
    sha = str(values.pop("sha", f"{RunFact.objects.count()}.{day}.{seconds}"))
    job = ("test", conclusion, asked + 10, asked + 10 + seconds)
    machines.run(sha, conclusion, asked=asked, jobs=[job], **values)  # type: ignore[arg-type] # as given


def fill(machines: Machines, people: list[Identity]) -> None:
    """Six weeks of a run a day, every fourth of which failed, begun by three people in turn."""
    for day in range(-14, 28):
        conclusion = "success" if day % 4 else "failure"
        ran(machines, day, 100 + 10 * (day + 14), conclusion=conclusion, actor=people[day % 3])
    measured()


def test_the_figures_of_a_range(machines: Machines, people: list[Identity], team: Team) -> None:
    fill(machines, people)
    found = queries.figures(scope(team), ALL)
    times = [100 + 10 * (day + 14) for day in range(28)]
    assert found.runs is not None
    assert (found.runs.total, found.runs.succeeded, found.runs.failed) == (28, 21, 7)
    assert found.failure_rate is not None
    assert found.failure_rate.value == 0.25
    assert found.duration is not None
    assert found.duration.median == percentile_cont(times, 0.5)
    assert found.duration.p90 == percentile_cont(times, 0.9)
    assert found.duration.p95 == percentile_cont(times, 0.95)
    assert found.queue is not None
    assert (found.queue.median, found.queue.n) == (10, 28)
    assert (found.people, found.suppressed) == (3, None)
    assert found.previous is not None
    assert (found.previous.runs, found.previous.failure_rate) == (14, 3 / 14)
    assert [(week.start, week.runs) for week in found.weeks] == [
        (START + timedelta(weeks=week), 7) for week in range(4)
    ]
    assert found.weeks[0].duration_median == percentile_cont(times[:7], 0.5)
    assert [(one.name, one.runs) for one in queries.choices(scope(team)).items] == [("CI", 28)]


def test_nothing_is_not_0(machines: Machines) -> None:
    found = queries.figures(scope(), ALL)
    assert found.runs is not None
    assert found.runs.total == 0
    for figure in (found.failure_rate, found.duration, found.queue, found.feedback, found.wasted):
        assert figure is not None
        assert figure.reason
    assert found.failure_rate is not None
    assert found.failure_rate.value is None
    assert (found.tests, found.previous) == (None, None)
    assert found.wasted is not None
    assert found.wasted.seconds is None


def test_cancelled_and_skipped_are_neither(machines: Machines) -> None:
    for day, conclusion in enumerate(("success", "failure", "cancelled", "skipped", "neutral")):
        ran(machines, day, conclusion=conclusion)
    measured()
    found = queries.figures(scope(), ALL)
    assert found.runs is not None
    assert found.runs.neither == 3
    assert found.failure_rate is not None
    assert (found.failure_rate.value, found.failure_rate.denominator) == (0.5, 2)


def test_a_week_without_runs_is_a_week_all_the_same(machines: Machines) -> None:
    ran(machines, 0)
    ran(machines, 15)
    measured()
    weeks = queries.figures(scope(), ALL).weeks
    assert [week.runs for week in weeks] == [1, 0, 1, 0]
    assert [week.failure_rate for week in weeks] == [0, None, 0, None]


def test_wasted_time_is_of_failed_attempts_that_passed_later(machines: Machines) -> None:
    for sha in "ab":
        first = machines.run(sha, "failure", jobs=[("test", "failure", 10, 70)])
        machines.run(
            sha,
            external_id=first.external_id,
            attempt=2,
            asked=100,
            jobs=[("test", "success", 110, 150)],
        )
    ran(machines, 1, conclusion="failure")
    measured()
    found = queries.figures(scope(), ALL)
    assert found.wasted is not None
    assert (found.wasted.seconds, found.wasted.attempts) == (120, 2)
    (group,) = groups.everything(scope(), ALL, groups.Table(by="workflow"))
    assert (group.wasted_seconds, group.wasted_attempts, group.runs) == (120, 2, 5)
    (job,) = groups.everything(scope(), ALL, groups.Table(by="job"))
    assert (job.name, job.wasted_seconds, job.failed, job.runs) == ("test", 120, 3, 5)


def test_time_to_feedback_is_of_pull_requests_whose_checks_have_finished(
    machines: Machines, people: list[Identity], team: Team
) -> None:
    history = History(machines.repository)
    for number, author in enumerate(people):
        pull = history.pull(author)
        ran(machines, number, 100 * (number + 1), sha=pull.head_sha)
    waiting = [history.pull(author).head_sha for author in people[:3]]
    for sha in waiting:
        ran(machines, 5, sha=sha)
        machines.status(sha, "slow", "pending", 5 * DAY)
    measured()
    found = queries.figures(scope(), ALL)
    assert found.feedback is not None
    assert (found.feedback.median, found.feedback.n) == (260, 4)
    assert found.feedback_waiting == 3
    of_team = queries.figures(scope(team), ALL).feedback
    assert of_team is not None
    assert (of_team.median, of_team.n) == (210, 3)


def test_feedback_about_too_few_people_is_kept_back_over_all_teams_too(
    machines: Machines, people: list[Identity]
) -> None:
    history = History(machines.repository)
    for number, author in enumerate(people[:2]):
        ran(machines, number, sha=history.pull(author).head_sha)
    measured()
    found = queries.figures(scope(), ALL)
    assert found.feedback is not None
    assert (found.feedback.median, found.feedback.n) == (None, None)
    assert found.feedback.reason == "Of fewer than 3 people, so it is not shown."
    assert found.runs is not None
    assert found.runs.total == 2
    assert found.weeks[0].feedback_median is None


def test_a_team_of_too_few_people_is_kept_back(machines: Machines, people: list[Identity]) -> None:
    pair = a_team(*people[:2], slug="pair")
    for day in range(4):
        ran(machines, day, actor=people[day % 2])
    measured()
    found = queries.figures(scope(pair), ALL)
    assert found.suppressed is not None
    for figure in ("runs", "failure_rate", "queue", "duration", "feedback", "wasted", "people"):
        assert getattr(found, figure) is None
    assert all(week.suppressed and week.runs is None for week in found.weeks)
    assert [(one.name, one.runs) for one in queries.choices(scope(pair)).items] == [("CI", None)]
    (group,) = groups.everything(scope(pair), ALL, groups.Table(by="workflow"))
    assert (group.suppressed, group.runs, group.last_finished_at) == (True, None, None)
    (row,) = groups.heatmap(scope(pair), ALL).rows
    assert (row.suppressed, row.cells) == (True, [])
    (of_team,) = groups.everything(scope(), ALL, groups.Table(by="team", teams=(pair.pk,)))
    assert (of_team.key, of_team.suppressed, of_team.runs) == ("pair", True, None)


def test_one_workflow_of_too_few_people_is_kept_back_and_told_last(
    machines: Machines, people: list[Identity], team: Team
) -> None:
    for day in range(6):
        ran(machines, day, actor=people[day % 3])
    for day in range(9):
        ran(machines, day, workflow="Lonely", actor=people[0])
    measured()
    for sort in ("-runs", "runs"):
        found = groups.everything(scope(team), ALL, groups.Table(by="workflow", sort=sort))
        assert [(one.name, one.runs) for one in found] == [("CI", 6), ("Lonely", None)]
    choices = queries.choices(scope(team)).items
    assert [(one.name, one.runs) for one in choices] == [("CI", 6), ("Lonely", None)]
    of_all = queries.choices(scope()).items
    assert [(one.name, one.runs) for one in of_all] == [("Lonely", 9), ("CI", 6)]


def test_bots_and_schedules_are_nobody(
    machines: Machines, people: list[Identity], team: Team
) -> None:
    bot = an_identity(machines.repository.connection, is_bot=True)
    ran(machines, 0, actor=bot)
    ran(machines, 1, actor=people[0], event="schedule")
    ran(machines, 2, actor=people[0])
    measured()
    without, with_them = queries.figures(scope(), ALL), queries.figures(scope(bots=True), ALL)
    assert without.runs is not None
    assert with_them.runs is not None
    assert (without.runs.total, with_them.runs.total, with_them.people) == (2, 3, 1)


def test_figures_can_be_narrowed(machines: Machines) -> None:
    ran(machines, 0)
    ran(machines, 1, workflow="Release")
    ran(machines, 2, head_branch="topic", event="pull_request")
    machines.check("a", "lint", "failure", (0, 5), branch="topic")
    other = Machines()
    ran(other, 3)
    measured()

    def total(**narrow: str) -> int:
        runs = queries.figures(scope(), Narrowing(**narrow)).runs  # type: ignore[arg-type] # as the API checked
        assert runs is not None
        return runs.total

    assert total() == 5
    assert total(source="workflow") == 4
    assert total(source="check", branch="topic") == 1
    assert total(workflow="CI") == 3
    assert total(branches="default") == 3
    assert total(branches="other") == 2
    assert total(repository=other.repository.name_with_owner, workflow="CI") == 1
    assert total(repository="no/such") == 0


def test_groups_are_by_workflow_branch_and_team(
    machines: Machines, people: list[Identity], team: Team
) -> None:
    parent = a_team(slug="parent")
    team.parent = parent
    team.save()
    for day in range(6):
        ran(machines, day, actor=people[day % 3], head_branch="main" if day % 2 else "topic")
    machines.check("a", "lint", "failure", (0, 5))
    measured()

    def names(by: groups.By, **values: str) -> list[tuple[str, int | None]]:
        table = groups.Table(by=by, teams=(team.pk, parent.pk), **values)
        return [(one.name, one.runs) for one in groups.everything(scope(), ALL, table)]

    assert names("workflow") == [("CI", 6), ("lint", 1)]
    assert names("branch") == [("main", 3), ("topic", 3)]
    assert names("team") == [("Parent", 6), ("Team-A", 6)]
    assert names("job") == [("test", 6)]
    assert names("workflow", search="lin") == [("lint", 1)]
    page = groups.page(scope(), ALL, groups.Table(by="branch"), page=2, page_size=1)
    assert (page.total, [one.name for one in page.items]) == (2, ["topic"])


def test_jobs_are_counted_once_each_however_often_they_are_shown(machines: Machines) -> None:
    build = ("build", "success", 10, 50)
    first = machines.run("a", "failure", jobs=[build, ("test", "failure", 10, 90)])
    machines.run(
        "a",
        external_id=first.external_id,
        attempt=2,
        asked=200,
        jobs=[build, ("test", "success", 210, 270), ("deploy", "skipped", 270, 270)],
    )
    measured()
    found = groups.everything(scope(), ALL, groups.Table(by="job", sort="name"))
    assert [(one.name, one.runs, one.machine_seconds) for one in found] == [
        ("build", 1, 40),
        ("test", 2, 140),
    ]


@pytest.mark.parametrize("sort", list(groups.SORTS))
@pytest.mark.parametrize("by", ["workflow", "branch", "job"])
def test_every_group_can_be_sorted_by_everything_both_ways(
    machines: Machines, by: groups.By, sort: str
) -> None:
    ran(machines, 0)
    ran(machines, 1, 500, workflow="Release", head_branch="topic", conclusion="failure")
    machines.status("a", "jenkins", "success", 5)
    measured()
    up = groups.everything(scope(), ALL, groups.Table(by=by, sort=sort))
    down = groups.everything(scope(), ALL, groups.Table(by=by, sort=f"-{sort}"))
    assert {one.name for one in up} == {one.name for one in down}
    assert up


def test_the_heat_map_is_workflows_by_days(
    machines: Machines, people: list[Identity], team: Team
) -> None:
    """Of a team: all runs of its workflows, whoever began them, but of days of too few people none."""
    for person in people[:3]:
        ran(machines, 0, actor=person)
        ran(machines, 1, actor=person)
    ran(machines, 1, 300, conclusion="failure", actor=people[3])
    ran(machines, 2, 300, conclusion="failure", actor=people[0])
    ran(machines, 2, actor=people[1])
    ran(machines, 3, event="schedule", actor=people[0])
    ran(machines, 1, workflow="Not ours", actor=people[3])
    measured()
    found = groups.heatmap(scope(team), ALL)
    assert (found.days[0], found.days[-1], found.total) == (START, END - timedelta(days=1), 1)
    (row,) = found.rows
    assert [(cell.day.day, cell.suppressed, cell.runs, cell.failed) for cell in row.cells] == [
        (2, False, 3, 0),
        (3, False, 4, 1),
        (4, True, None, None),
        (5, False, 1, 0),  # nobody's
    ]
    assert (row.cells[1].failure_rate, row.cells[1].duration_median) == (0.25, 100)
    assert (row.cells[2].failure_rate, row.cells[2].duration_median) == (None, None)
    of_all = groups.heatmap(scope(), ALL).rows
    assert {row.name for row in of_all} == {"CI", "Not ours"}
    assert not any(cell.suppressed for row in of_all for cell in row.cells)


def test_days_and_weeks_are_the_teams_own(machines: Machines, people: list[Identity]) -> None:
    far = a_team(*people[:3], slug="far", time_zone="Pacific/Auckland")
    for person in people[:3]:
        ran(machines, 6, seconds=13 * 3600, actor=person)  # Sunday there, Monday 2 a.m. in UTC+13
    measured()
    (row,) = groups.heatmap(scope(far), ALL).rows
    assert [cell.day for cell in row.cells] == [date(2026, 3, 9)]
    weeks = queries.figures(scope(far), ALL).weeks
    assert [week.runs for week in weeks] == [0, 3, 0, 0]


@pytest.mark.parametrize("of_team", [True, False])
def test_answers_take_few_statements(team: Team, *, of_team: bool) -> None:
    asked = scope(team if of_team else None)
    for answer, statements in (
        (lambda: queries.figures(scope(team if of_team else None), ALL), 8 + 1),  # the scope's
        (lambda: queries.choices(asked), 1),
        (lambda: groups.heatmap(scope(team if of_team else None), ALL), 2 + 1),
        (lambda: groups.everything(asked, ALL, groups.Table(by="workflow")), 1),
    ):
        with CaptureQueriesContext(connection) as captured:
            answer()
        assert len(captured) == statements


def test_everything_adds_up(machines: Machines, people: list[Identity], team: Team) -> None:
    fill(machines, people)
    found = queries.figures(scope(team), ALL)
    by_workflow = groups.everything(scope(team), ALL, groups.Table(by="workflow"))
    assert found.runs is not None
    assert sum(week.runs or 0 for week in found.weeks) == found.runs.total
    assert sum(group.runs or 0 for group in by_workflow) == found.runs.total
    heat = groups.heatmap(scope(), ALL)
    assert sum(cell.runs or 0 for row in heat.rows for cell in row.cells) == found.runs.total
    assert sum(cell.failed or 0 for row in heat.rows for cell in row.cells) == found.runs.failed
