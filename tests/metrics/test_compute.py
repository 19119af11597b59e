"""From stored events to facts, their teams and cells: what is stored, and what is left alone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.delivery.models import PendingMeasurement, PullRequest, Review
from backend.metrics import cells, compute
from backend.metrics.formulas import pull_request
from backend.metrics.formulas.distribution import QUANTILES, percentile_cont
from backend.metrics.models import (
    Basis,
    MeasuredIdentity,
    PullRequestCell,
    PullRequestFact,
    PullRequestTeam,
)
from backend.people.models import Identity, Membership, Organisation, Team
from tests.factories import MONDAY, History, a_team, an_identity

pytestmark = pytest.mark.django_db


@pytest.fixture
def history() -> History:
    return History()


def person(history: History, *, known: bool = True, is_bot: bool = False) -> Identity:
    return an_identity(history.repository.connection, person=known, is_bot=is_bot)


def slugs(pull: PullRequest) -> set[str]:
    return set(PullRequestTeam.objects.filter(fact=pull.pk).values_list("team__slug", flat=True))


def versions() -> dict[str, list[Any]]:
    """Every row of the metrics with the transaction that wrote it."""
    found = {}
    with connection.cursor() as cursor:
        for model in (
            PullRequestFact,
            PullRequestTeam,
            PullRequestCell,
            MeasuredIdentity,
            Basis,
        ):
            table = model._meta.db_table
            cursor.execute(f"SELECT t.xmin::text, t::text FROM {table} t ORDER BY 2")  # noqa: S608
            found[table] = cursor.fetchall()
    return found


def test_a_fact_holds_what_the_formulas_say(history: History) -> None:
    author, reviewer = person(history), person(history)
    pull = history.pull(
        author,
        merged=48,
        commits=(-4, 2),
        reviews=((10, "commented", reviewer), (24, "approved", reviewer)),
        lines=30,
        generated=500,
    )
    assert compute.measure() == 1
    fact = PullRequestFact.objects.get(pk=pull.pk)
    assert (fact.coding_seconds, fact.pickup_seconds) == (4 * 3600, 10 * 3600)
    assert (fact.review_seconds, fact.merge_seconds) == (14 * 3600, 24 * 3600)
    assert fact.cycle_seconds == 52 * 3600
    assert fact.first_review_seconds == 10 * 3600
    assert fact.started_at == MONDAY - timedelta(hours=4)
    assert (fact.size_lines, fact.size_files) == (30, 1)
    assert (fact.author_key, fact.is_bot, fact.flags) == (author.person_id, False, [])
    assert not PendingMeasurement.objects.exists()


def test_files_that_are_not_known_are_no_size_of_zero(history: History) -> None:
    pull = history.pull(person(history), merged=1)
    pull.files.all().delete()
    compute.measure()
    fact = PullRequestFact.objects.get(pk=pull.pk)
    assert fact.size_lines is None
    assert "files_unknown" in fact.flags


def test_an_author_without_a_person_is_still_one_of_the_people(history: History) -> None:
    author = person(history, known=False)
    pull = history.pull(author, merged=1)
    compute.measure()
    assert PullRequestFact.objects.get(pk=pull.pk).author_key == -author.pk


def test_a_pull_request_is_in_the_authors_teams_and_those_above_once_each(
    history: History,
) -> None:
    author = person(history)
    top = a_team(slug="top")
    middle = a_team(author, slug="middle", parent=top)
    a_team(author, slug="one", parent=middle)
    a_team(author, slug="two", parent=middle)
    a_team(person(history), slug="other", parent=top)
    pull = history.pull(author, merged=1)
    compute.measure()
    assert slugs(pull) == {"top", "middle", "one", "two"}
    assert PullRequestTeam.objects.filter(fact=pull.pk).count() == 4


@pytest.mark.parametrize(
    ("since", "until", "belongs"),
    [
        (None, None, True),
        (date(2026, 3, 2), None, True),
        (date(2026, 3, 3), None, False),
        (None, date(2026, 3, 3), True),
        (None, date(2026, 3, 2), False),
    ],
)
def test_membership_counts_on_the_day_of_opening(
    history: History, since: date | None, until: date | None, *, belongs: bool
) -> None:
    author = person(history)
    a_team(author, slug="team", since=since, until=until)
    pull = history.pull(author, merged=1)
    compute.measure()
    assert (slugs(pull) == {"team"}) == belongs


def test_the_day_of_opening_is_one_of_the_teams_time_zone(history: History) -> None:
    author = person(history)
    a_team(author, slug="east", since=date(2026, 3, 3), time_zone="Pacific/Kiritimati")
    a_team(author, slug="west", since=date(2026, 3, 3), time_zone="Pacific/Pago_Pago")
    pull = history.pull(author, opened=datetime(2026, 3, 2, 12, tzinfo=UTC), merged=1)
    compute.measure()
    assert slugs(pull) == {"east"}


def test_cells_hold_the_weeks_quantiles_and_sums(history: History) -> None:
    authors = [person(history) for _ in range(3)]
    reviewer = person(history)
    team = a_team(*authors, slug="team")
    lengths = [5, 9, 30, 31, 70]
    for index, length in enumerate(lengths):
        history.pull(
            authors[index % 3], merged=length, reviews=((length / 2, "approved", reviewer),)
        )
    history.pull(authors[0], merged=1)
    compute.measure()
    cell = PullRequestCell.objects.get(team=team, period="week")
    cycles = [(length + 1) * 3600.0 for length in [*lengths, 1]]
    assert cell.starts_on == date(2026, 3, 2)
    assert (cell.merged, cell.reviewed, cell.people) == (6, 5, 3)
    assert cell.cycle_time == [percentile_cont(cycles, quantile) for quantile in QUANTILES]
    assert cell.pickup == [
        percentile_cont([length * 1800 for length in lengths], quantile) for quantile in QUANTILES
    ]
    assert cell.coding_total + cell.pickup_total + cell.review_total + cell.merge_total == sum(
        cycles
    )
    assert (cell.first_reviews, cell.first_review_people) == (5, 3)
    everyone = PullRequestCell.objects.get(team=None, period="week")
    assert everyone.cycle_time == cell.cycle_time
    assert PullRequestCell.objects.get(team=None, period="month").starts_on == date(2026, 3, 1)


def test_cells_are_cut_in_each_teams_own_time_zone(history: History) -> None:
    author = person(history)
    a_team(author, slug="berlin", time_zone="Europe/Berlin")
    a_team(author, slug="utc")
    history.pull(author, opened=datetime(2026, 3, 1, 22, 30, tzinfo=UTC), merged=1)
    compute.measure()
    weeks = PullRequestCell.objects.filter(period="week").values_list("team__slug", "starts_on")
    assert dict(weeks) == {
        "berlin": date(2026, 3, 2),
        "utc": date(2026, 2, 23),
        None: date(2026, 2, 23),
    }


def test_a_midnight_that_comes_twice_begins_the_week_at_the_first(history: History) -> None:
    author = person(history)
    a_team(author, slug="havana", time_zone="America/Havana")
    # Sunday 1 November 2026, 00:30, for the first time: the month begins, the week does not.
    history.pull(author, opened=datetime(2026, 11, 1, 4, tzinfo=UTC), merged=0.5)
    compute.measure()
    cells = PullRequestCell.objects.filter(team__slug="havana").values_list("period", "starts_on")
    assert set(cells) == {("month", date(2026, 11, 1)), ("week", date(2026, 10, 26))}


def test_bots_are_in_no_cell(history: History) -> None:
    history.pull(person(history, is_bot=True), merged=1)
    compute.measure()
    assert not PullRequestCell.objects.exists()
    assert PullRequestFact.objects.get().is_bot


def test_computing_again_without_a_change_writes_nothing(history: History) -> None:
    author, reviewer = person(history), person(history)
    a_team(author, slug="team")
    pull = history.pull(author, merged=4, reviews=((1, "approved", reviewer),))
    history.pull(author)
    compute.measure()
    compute.catch_up()
    before = versions()
    PendingMeasurement.objects.create(pull_request=pull)
    assert compute.measure() == 1
    assert not compute.catch_up()
    assert versions() == before


def test_recomputing_all_comes_to_the_same_cells(history: History) -> None:
    authors = [person(history) for _ in range(3)]
    top = a_team(slug="top")
    a_team(*authors, slug="team", parent=top)
    for day in range(40):
        history.pull(authors[day % 3], opened=MONDAY + timedelta(days=day), merged=day)
    while compute.measure(limit=7):
        pass
    before = versions()
    compute.recompute_all()
    after = versions()
    for table in before:
        if table != Basis._meta.db_table:
            assert after[table] == before[table]


def test_a_change_moves_a_pull_request_from_one_cell_to_another(history: History) -> None:
    author = person(history)
    team = a_team(author, slug="team")
    pull = history.pull(author, merged=1)
    compute.measure()
    PullRequest.objects.filter(pk=pull.pk).update(merged_at=MONDAY + timedelta(days=8))
    PendingMeasurement.objects.create(pull_request=pull)
    compute.measure()
    weeks = PullRequestCell.objects.filter(team=team, period="week")
    assert [cell.starts_on for cell in weeks] == [date(2026, 3, 9)]


def test_a_changed_membership_is_noticed_and_computed(history: History) -> None:
    author = person(history)
    old = a_team(author, slug="old")
    pull = history.pull(author, merged=1)
    compute.measure()
    assert not compute.catch_up()
    new = a_team(slug="new")
    Membership.objects.update(team=new)
    assert compute.catch_up()
    compute.measure()
    assert slugs(pull) == {"new"}
    assert not PullRequestCell.objects.filter(team=old).exists()
    assert PullRequestCell.objects.get(team=new, period="week").merged == 1
    assert not compute.catch_up()


def test_a_changed_time_zone_is_noticed_and_computed(history: History) -> None:
    Organisation.objects.create(pk=1)
    author = person(history)
    history.pull(author, opened=datetime(2026, 3, 1, 22, 30, tzinfo=UTC), merged=1)
    compute.measure()
    compute.catch_up()
    Organisation.objects.update(time_zone="Europe/Berlin")
    assert compute.catch_up()
    cell = PullRequestCell.objects.get(period="week")
    assert cell.starts_on == date(2026, 3, 2)


def test_an_account_marked_as_a_bot_is_noticed_and_computed(history: History) -> None:
    author, reviewer = person(history), person(history)
    pull = history.pull(author, merged=4, reviews=((1, "approved", reviewer),))
    compute.measure()
    compute.catch_up()
    untouched = history.pull(author, merged=4)
    compute.measure()
    Identity.objects.filter(pk=reviewer.pk).update(is_bot=True)
    assert compute.catch_up()
    pending = PendingMeasurement.objects.values_list("pk", flat=True)
    assert (list(pending), untouched.pk in pending) == ([pull.pk], False)
    compute.measure()
    assert not compute.catch_up()
    assert PullRequestFact.objects.get(pk=pull.pk).first_review_at is None


def test_an_account_found_to_be_another_persons_is_noticed(history: History) -> None:
    author, other = person(history), person(history)
    team = a_team(other, slug="team")
    pull = history.pull(author, merged=4)
    compute.measure()
    Identity.objects.filter(pk=author.pk).update(person=other.person_id)
    assert compute.catch_up()
    compute.measure()
    assert slugs(pull) == {"team"}
    assert PullRequestCell.objects.get(team=team, period="week").merged == 1


def test_a_new_version_of_a_formula_computes_all_again(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull = history.pull(person(history), merged=4)
    compute.measure()
    PullRequestFact.objects.update(size_lines=1)
    monkeypatch.setattr(pull_request, "VERSION", 99)
    assert compute.catch_up()
    fact = PullRequestFact.objects.get(pk=pull.pk)
    assert (fact.size_lines, fact.version) == (10, 99)


def test_two_accounts_of_one_person_do_not_review_each_other(history: History) -> None:
    author, other = person(history), person(history)
    pull = history.pull(author, merged=4, reviews=((1, "approved", other),))
    Identity.objects.filter(pk=other.pk).update(person=author.person_id)
    compute.measure()
    assert PullRequestFact.objects.get(pk=pull.pk).review_count == 0


def test_what_is_gone_leaves_no_fact(history: History) -> None:
    pull = history.pull(person(history), merged=1)
    compute.measure()
    pull.delete()
    assert not PullRequestFact.objects.exists()


def test_no_more_than_the_limit_is_measured_at_once(history: History) -> None:
    for _ in range(5):
        history.pull(person(history), merged=1)
    assert [compute.measure(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert PullRequestCell.objects.get(team=None, period="week").merged == 5


@pytest.mark.parametrize("number", [1, 30])
def test_statements_do_not_grow_with_the_batch(history: History, number: int) -> None:
    authors = [person(history) for _ in range(3)]
    a_team(*authors, slug="team")
    for index in range(number):
        history.pull(
            authors[index % 3], merged=index, reviews=((0, "approved", authors[(index + 1) % 3]),)
        )
    with CaptureQueriesContext(
        connection,
    ) as captured:
        compute.measure()
    assert len(captured) == 42


def test_the_author_of_nothing_known_is_flagged(history: History) -> None:
    pull = history.pull(None, merged=2, reviews=((1, "approved", person(history)),))
    compute.measure()
    fact = PullRequestFact.objects.get(pk=pull.pk)
    assert fact.author_key is None
    assert fact.flags == ["unknown_author"]
    assert Review.objects.count() == fact.review_count == 1
    assert not Team.objects.exists()


def test_a_failure_midway_leaves_everything_to_be_done_again(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.pull(person(history), merged=1)

    def fail(*_: object, **__: object) -> None:
        raise OSError("the connection broke")

    with monkeypatch.context() as broken:
        broken.setattr(cells, "recompute", fail)
        with pytest.raises(OSError, match="broke"):
            compute.measure()
    assert PendingMeasurement.objects.count() == 1
    assert not PullRequestFact.objects.exists()
    assert compute.measure() == 1


@pytest.mark.django_db(transaction=True)
def test_measuring_at_once_in_several_processes_comes_to_the_same_cells(history: History) -> None:
    """All pull requests are of one week: each batch recomputes the cell that the others do."""
    authors = [person(history) for _ in range(3)]
    a_team(*authors, slug="team")
    for index in range(60):
        history.pull(authors[index % 3], merged=index / 10)

    def drain() -> int:
        try:
            measured = 0
            while found := compute.measure(limit=3):
                measured += found
            return measured
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        done = [thread.result() for thread in [threads.submit(drain) for _ in range(4)]]
    assert sum(done) == 60
    before = versions()
    assert PullRequestCell.objects.get(team=None, period="week").merged == 60
    compute.recompute_all()
    after = versions()
    assert {t: r for t, r in after.items() if t != Basis._meta.db_table} == {
        t: r for t, r in before.items() if t != Basis._meta.db_table
    }
