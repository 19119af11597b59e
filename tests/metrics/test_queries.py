"""Figures of a range: they agree between facts and cells, and keep back what is about too few people."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.metrics import compute, queries, results, rows
from backend.metrics.formulas.distribution import percentile_cont
from backend.metrics.scope import Scope, scope_of
from backend.people.models import Identity, Organisation, Team
from backend.people.names import Names
from tests.factories import MONDAY, History, a_team, an_identity

pytestmark = pytest.mark.django_db
START, END = date(2026, 3, 2), date(2026, 3, 30)


@pytest.fixture
def history() -> History:
    return History()


@pytest.fixture
def people(history: History) -> list[Identity]:
    return [an_identity(history.repository.connection) for _ in range(4)]


@pytest.fixture
def team(people: list[Identity]) -> Team:
    """Three of the four."""
    return a_team(*people[:3], slug="team-a")


def scope(
    team: Team | None = None, start: date = START, end: date = END, *, bots: bool = False
) -> Scope:
    return scope_of(team=team, start=start, end=end, with_bots=bots)


def fill(history: History, people: list[Identity]) -> None:
    """Six weeks in which three people merge a pull request a day, every other one reviewed."""
    for day in range(-14, 28):
        author, reviewer = people[day % 3], people[3]
        history.pull(
            author,
            opened=MONDAY + timedelta(days=day, hours=1),
            merged=3 + day % 7,
            reviews=((1 + day % 2, "approved", reviewer),) if day % 2 else (),
            lines=10 * (day + 20),
        )
    compute.measure()


def test_the_figures_of_a_range(history: History, people: list[Identity], team: Team) -> None:
    fill(history, people)
    found = queries.figures(scope(team))
    cycles = [(4 + day % 7) * 3600 for day in range(28)]
    assert found.cycle_time is not None
    assert found.cycle_time.median == percentile_cont(cycles, 0.5)
    assert found.cycle_time.p90 == percentile_cont(cycles, 0.9)
    assert found.cycle_time.n == 28
    assert found.pickup is not None
    assert (found.pickup.median, found.pickup.n) == (2 * 3600, 14)
    assert found.review_rate is not None
    assert (found.review_rate.value, found.unreviewed) == (0.5, 14)
    assert found.batch_size is not None
    assert found.batch_size.median == percentile_cont([10 * (d + 20) for d in range(28)], 0.5)
    assert found.throughput is not None
    assert (found.throughput.merged, found.throughput.per_week_median) == (28, 7)
    assert (found.people, found.suppressed) == (3, None)
    assert sum(bucket.n for bucket in found.histogram) == 28
    assert [bucket.from_seconds for bucket in found.histogram][:3] == [0, 900, 1800]
    assert found.previous is not None
    assert found.previous.merged == 14
    assert found.previous.review_rate == 0.5


@pytest.mark.parametrize("of_team", [True, False])
def test_weeks_from_cells_are_those_from_facts(
    history: History, people: list[Identity], team: Team, *, of_team: bool
) -> None:
    """With bots every week comes from facts, and there are no bots."""
    fill(history, people)
    asked = team if of_team else None
    from_cells = queries.figures(scope(asked))
    from_facts = queries.figures(scope(asked, bots=True))
    assert from_cells.weeks == from_facts.weeks
    assert [week.n for week in from_cells.weeks] == [7, 7, 7, 7]
    for week in from_cells.weeks:
        alone = queries.figures(scope(asked, week.start, week.start + timedelta(days=7)))
        assert alone.cycle_time is not None
        assert alone.cycle_time.median == week.cycle_time_median
        assert alone.cycle_time.n == week.n


def test_weekly_stages_add_up_to_the_median(
    history: History, people: list[Identity], team: Team
) -> None:
    fill(history, people)
    for week in queries.figures(scope(team)).weeks:
        assert week.stages is not None
        total = sum(week.stages.model_dump().values())
        assert total == pytest.approx(week.cycle_time_median, abs=1e-6)


def test_weeks_at_the_edges_hold_only_the_days_in_range(
    history: History, people: list[Identity], team: Team
) -> None:
    fill(history, people)
    found = queries.figures(scope(team, date(2026, 3, 5), date(2026, 3, 20)))
    assert [(week.n, week.partial) for week in found.weeks] == [(4, True), (7, False), (4, True)]
    assert found.range.weeks_partial == [date(2026, 3, 2), date(2026, 3, 16)]
    assert found.throughput is not None
    assert (found.throughput.weeks, found.throughput.merged) == (1, 15)


def test_the_range_is_half_open_in_the_teams_time_zone(
    history: History, people: list[Identity]
) -> None:
    berlin = a_team(*people[:3], slug="berlin", time_zone="Europe/Berlin")
    midnight = datetime(2026, 3, 1, 23, tzinfo=UTC)
    for second in (-1, 0):
        for author in people[:3]:
            history.pull(author, opened=midnight + timedelta(seconds=second), merged=0)
    compute.measure()
    before = queries.figures(scope(berlin, date(2026, 3, 1), date(2026, 3, 2)))
    after = queries.figures(scope(berlin, date(2026, 3, 2), date(2026, 3, 3)))
    assert [f.cycle_time and f.cycle_time.n for f in (before, after)] == [3, 3]


def test_nothing_in_range_is_no_zero_and_has_a_reason(team: Team) -> None:
    found = queries.figures(scope(team))
    assert found.suppressed is None
    assert found.cycle_time is not None
    assert (found.cycle_time.median, found.cycle_time.n) == (None, 0)
    assert found.cycle_time.reason == queries.NOTHING
    assert found.review_rate is not None
    assert (found.review_rate.value, found.review_rate.reason) == (None, queries.NOTHING)
    assert [week.cycle_time_median for week in found.weeks] == [None] * 4
    assert found.previous is None


def assert_nothing_told(found: results.Figures) -> None:
    assert found.suppressed is not None
    told = found.model_dump(
        exclude={"team", "range", "suppressed", "versions", "computed_at", "weeks"}
    )
    assert {name for name, value in told.items() if value not in (None, [])} == set()
    assert all(week.suppressed and week.n is None and not week.stages for week in found.weeks)


def test_figures_about_fewer_people_than_the_minimum_are_kept_back(
    history: History, people: list[Identity], team: Team
) -> None:
    for author in people[:2]:
        history.pull(author, merged=3)
        history.pull(author)
        history.pull(author, closed=4)
        history.pull(author, closed=4, draft=True)
    compute.measure()
    assert_nothing_told(queries.figures(scope(team)))


def test_the_minimum_is_the_organisations(
    history: History, people: list[Identity], team: Team
) -> None:
    Organisation.objects.create(pk=1, minimum_group_size=4)
    fill(history, people)
    assert_nothing_told(queries.figures(scope(team)))
    Organisation.objects.update(minimum_group_size=1)
    assert queries.figures(scope(team)).suppressed is None


def test_a_person_with_two_accounts_counts_once(
    history: History, people: list[Identity], team: Team
) -> None:
    Identity.objects.filter(pk=people[1].pk).update(person=people[0].person_id)
    for author in people[:3]:
        history.pull(author, merged=3)
    compute.measure()
    assert queries.figures(scope(team)).suppressed is not None


def test_a_bot_makes_no_group(history: History, people: list[Identity], team: Team) -> None:
    bot = an_identity(history.repository.connection, is_bot=True)
    for author in (*people[:2], bot):
        history.pull(author, merged=3)
    compute.measure()
    assert queries.figures(scope(bots=True)).suppressed is not None


def test_one_figure_about_too_few_is_kept_back_alone(
    history: History, people: list[Identity], team: Team
) -> None:
    """All three merged, but only one was reviewed."""
    for index, author in enumerate(people[:3]):
        reviews = ((1, "approved", people[3]),) if not index else ()
        history.pull(author, merged=3, reviews=reviews)
    compute.measure()
    found = queries.figures(scope(team))
    assert found.cycle_time is not None
    assert found.cycle_time.n == 3
    for figure in (found.pickup, found.review, found.merge, found.time_to_first_review):
        assert figure is not None
        assert (figure.median, figure.n) == (None, None)
        assert "fewer than 3" in (figure.reason or "")


def test_a_week_about_too_few_is_kept_back_alone(
    history: History, people: list[Identity], team: Team
) -> None:
    for author in people[:3]:
        history.pull(author, merged=3)
    history.pull(people[0], opened=MONDAY + timedelta(days=7), merged=3)
    compute.measure()
    found = queries.figures(scope(team))
    weeks = found.weeks
    assert [week.suppressed for week in weeks] == [False, True, False, False]
    assert found.throughput is not None
    told = found.throughput
    assert (told.merged, told.per_week_median, told.weeks) == (4, 0, 3), "of the weeks shown"
    assert (weeks[1].n, weeks[1].cycle_time_median, weeks[1].stages) == (None, None, None)


def test_bots_are_left_out_counted_and_shown_if_asked_for(
    history: History, people: list[Identity]
) -> None:
    bot = an_identity(history.repository.connection, is_bot=True)
    for author in (*people[:3], bot):
        history.pull(author, merged=3)
        history.pull(author, closed=3, draft=True)
    compute.measure()
    without, with_them = queries.figures(scope()), queries.figures(scope(bots=True))
    assert without.throughput is not None
    assert with_them.throughput is not None
    assert (without.throughput.merged, with_them.throughput.merged) == (3, 4)
    assert {one.reason: one.n for one in without.excluded} == {
        "bot_author": 1,
        "draft_never_opened": 3,
    }
    assert {one.reason: one.n for one in with_them.excluded} == {"draft_never_opened": 4}


def test_open_waiting_and_closed_are_counted_apart(
    history: History, people: list[Identity], team: Team
) -> None:
    for author in people[:3]:
        history.pull(author, merged=3)
        history.pull(author)
        history.pull(author, reviews=((1, "commented", people[3]),))
        history.pull(author, draft=True)
        history.pull(author, closed=5)
    compute.measure()
    found = queries.figures(scope(team))
    assert (found.open, found.waiting, found.closed_unmerged) == (9, 3, 3)
    assert found.time_to_first_review is not None
    assert found.time_to_first_review.n == 3


def test_a_person_in_two_teams_counts_once_in_the_parent(
    history: History, people: list[Identity]
) -> None:
    parent = a_team(slug="parent")
    a_team(*people[:3], slug="one", parent=parent)
    a_team(*people[:3], slug="two", parent=parent)
    fill(history, people)
    found = queries.figures(scope(parent))
    assert found.throughput is not None
    assert (found.people, found.throughput.merged) == (3, 28)


def test_months_come_from_cells(history: History, people: list[Identity], team: Team) -> None:
    fill(history, people)
    months = queries.months(scope(team, date(2026, 1, 1), date(2026, 4, 1)))
    assert [(month.start, month.n) for month in months] == [
        (date(2026, 2, 1), 13),
        (date(2026, 3, 1), 29),
    ]


@pytest.mark.parametrize("of_team", [True, False])
def test_figures_take_few_statements(team: Team, *, of_team: bool) -> None:
    asked = scope(team if of_team else None)
    with CaptureQueriesContext(connection) as captured:
        queries.figures(asked)
    assert len(captured) == 5


def test_the_table_is_sorted_searched_and_paged(
    history: History, people: list[Identity], team: Team
) -> None:
    fill(history, people)
    first = rows.page(scope(team), rows.Table(sort="-cycle_time"), page=1, page_size=10)
    last = rows.page(scope(team), rows.Table(sort="-cycle_time"), page=3, page_size=10)
    cycles = [row.cycle_seconds for row in first.items]
    assert (first.total, len(first.items), len(last.items)) == (28, 10, 8)
    assert cycles == sorted(cycles, key=lambda c: -(c or 0))
    wanted = first.items[0]
    for search in (f"#{wanted.number}", f"change {wanted.number}"):
        found = rows.page(scope(team), rows.Table(search=search), page=1, page_size=10)
        assert wanted.id in [row.id for row in found.items]
    of_author = rows.page(scope(team), rows.Table(search=people[0].login), page=1, page_size=50)
    assert {row.author for row in of_author.items} == {people[0].login}
    assert wanted.url == (
        f"https://ghes.example/{history.repository.name_with_owner}/pull/{wanted.number}"
    )


@pytest.mark.parametrize("sort", list(rows.SORTS))
def test_every_column_can_be_sorted_by_both_ways(
    history: History, people: list[Identity], team: Team, sort: str
) -> None:
    fill(history, people)
    up = rows.page(scope(team), rows.Table(sort=sort), page=1, page_size=50)
    down = rows.page(scope(team), rows.Table(sort=f"-{sort}"), page=1, page_size=50)
    assert {row.id for row in up.items} == {row.id for row in down.items}
    assert len(up.items) == 28


def test_a_part_that_is_no_measurement_is_null_in_its_row(
    history: History, people: list[Identity]
) -> None:
    history.pull(people[0], merged=5, commits=())
    compute.measure()
    (row,) = rows.page(scope(), rows.Table(), page=1, page_size=10).items
    assert (row.coding_seconds, row.pickup_seconds, row.review_seconds) == (None, None, None)
    assert row.cycle_seconds == 5 * 3600
    assert row.flags == ["commits_unknown", "unreviewed"]


def test_open_ones_say_where_they_stand(history: History, people: list[Identity]) -> None:
    history.pull(people[0])
    compute.measure()
    (row,) = rows.page(scope(), rows.Table(state="open"), page=1, page_size=10).items
    assert (row.stage, row.stage_since, row.cycle_seconds) == ("pickup", MONDAY, None)


def test_a_large_scatter_is_a_sample_that_stays_the_same(
    history: History,
    people: list[Identity],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rows, "MAXIMUM_POINTS", 10)
    fill(history, people)
    found = rows.scatter(scope())
    assert (found.n, found.shown, found.sampled) == (28, 10, True)
    assert rows.scatter(scope()) == found


def test_the_page_of_one_tells_what_counted_and_why_not(
    history: History, people: list[Identity]
) -> None:
    bot = an_identity(history.repository.connection, is_bot=True)
    author, reviewer = people[:2]
    pull = history.pull(
        author,
        merged=10,
        events=((2, "ready_for_review"), (10, "merged")),
        reviews=(
            (1, "commented", reviewer),
            (3, "commented", author),
            (4, "approved", bot),
            (5, "approved", reviewer),
            (11, "commented", reviewer),
        ),
    )
    compute.measure()
    found = rows.detail(pull.pk, within=None, names=Names())
    assert found is not None
    assert [(event.kind, event.note) for event in found.events] == [
        ("first_commit", None),
        ("opened", None),
        ("commented", "during_draft"),
        ("ready_for_review", None),
        ("commented", "by_author"),
        ("approved", "by_bot"),
        ("approved", None),
        ("merged", None),
        ("commented", "after_end"),
    ]
    assert [(stage.name, stage.seconds) for stage in found.stages] == [
        ("coding", 3 * 3600),
        ("pickup", 3 * 3600),
        ("review", 0),
        ("merge", 5 * 3600),
    ]
    assert found.stages[-1].to == pull.merged_at
    assert sum(stage.seconds for stage in found.stages) == found.cycle_seconds
