"""The ledger: what the source has against what is stored, and why where it is not whole."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Exists, OuterRef, Value
from django.db.models.expressions import Combinable
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from backend.delivery.models import PullRequest, Repository
from backend.sources import completeness
from backend.sources.completeness import Completeness, Entry
from backend.sources.models import Cursor, SyncRun
from tests.factories import History, a_connection, a_cursor, a_hint, a_repository, an_identity

pytestmark = pytest.mark.django_db
NOW = timezone.now()
WHOLE: dict[str, Any] = {"complete_to": NOW, "expected": 30, "held": 30, "counted_at": NOW}


def entry(repository: Repository, kind: str = "pull_requests") -> Entry:
    (line,) = [line for line in completeness.ledger() if line.id == repository.pk]
    (found,) = [found for found in line.entries if found.kind == kind]
    return found


def figures(ends_at: datetime | None = None) -> Completeness:
    return completeness.of_figures(ends_at=ends_at or timezone.now(), concerns=Value(value=True))


def surveyed(repository: Repository, at: datetime, outcome: str = "succeeded") -> None:
    SyncRun.objects.create(
        connection=repository.connection,
        kind="connection",
        started_at=at,
        finished_at=at,
        outcome=outcome,
    )


def test_what_was_never_begun_has_no_numbers_and_says_why() -> None:
    repository = a_repository()
    for kind in completeness.KINDS:
        found = entry(repository, kind)
        assert (found.state, found.source, found.stored) == ("waiting", None, None)
        assert (found.difference, found.complete_to) == (None, None)
        assert found.reason


def test_a_pass_that_is_under_way() -> None:
    repository = a_repository()
    a_cursor(repository, expected=90, held=48, counted_at=NOW, page="next")
    found = entry(repository)
    assert (found.state, found.source, found.stored, found.difference) == ("collecting", 90, 48, 42)
    assert found.reason is None


def test_a_source_that_does_not_count_leaves_no_zero() -> None:
    repository = a_repository()
    a_cursor(repository, "workflow_runs", complete_to=NOW)
    found = entry(repository, "workflow_runs")
    assert (found.state, found.source, found.stored) == ("complete", None, None)
    assert found.reason == completeness.NOT_COUNTED


def test_a_whole_kind() -> None:
    repository = a_repository()
    a_cursor(repository, **WHOLE)
    found = entry(repository)
    assert (found.state, found.difference, found.reason) == ("complete", 0, None)
    assert (found.complete_to, found.counted_at) == (NOW, NOW)


def test_what_is_missing_is_told_and_what_the_source_forgot_is_no_gap() -> None:
    repository = a_repository()
    a_cursor(repository, **WHOLE | {"held": 28})
    a_cursor(repository, "tags", **WHOLE | {"held": 31})
    found = entry(repository)
    assert (found.state, found.difference) == ("incomplete", 2)
    assert found.reason == "2 of the source's are missing."
    forgotten = entry(repository, "tags")
    assert (forgotten.state, forgotten.difference) == ("complete", -1)


def test_the_gap_that_a_collector_noted_is_the_reason() -> None:
    repository = a_repository()
    a_cursor(repository, "commits", complete_to=NOW, gap="The clone was larger than allowed.")
    found = entry(repository, "commits")
    assert (found.state, found.reason) == ("incomplete", "The clone was larger than allowed.")


def test_a_gap_that_is_about_to_be_fetched_is_being_collected() -> None:
    repository = a_repository()
    a_cursor(repository, **WHOLE | {"held": 28})
    a_hint(repository, "pull_request", key="7")
    assert entry(repository).state == "collecting"


def test_what_the_source_does_not_give() -> None:
    repository = a_repository()
    a_cursor(repository, "deployments", unavailable="The token may not read deployments.")
    found = entry(repository, "deployments")
    assert (found.state, found.source) == ("unavailable", None)
    assert found.reason == "The token may not read deployments."


@pytest.mark.parametrize(
    ("of", "kind"),
    [
        ("pull_request", "pull_requests"),
        ("reconcile", "pull_requests"),
        ("workflow_run", "workflow_runs"),
        ("checks", "checks"),
    ],
)
def test_parked_work_makes_its_kind_incomplete(of: str, kind: str) -> None:
    repository = a_repository()
    a_cursor(repository, kind, **WHOLE)
    a_hint(repository, of, parked_at=NOW, attempts=8)
    found = entry(repository, kind)
    assert (found.state, found.reason) == (
        "incomplete",
        "1 parked: see what could not be fetched.",
    )


def test_a_repository_without_commits_lacks_none() -> None:
    repository = a_repository(default_branch="")
    found = entry(repository, "commits")
    assert (found.state, found.source, found.reason) == ("complete", None, completeness.NO_COMMIT)


def test_where_nothing_waits_the_data_is_as_fresh_as_the_last_look() -> None:
    repository = a_repository()
    a_cursor(repository, **WHOLE | {"complete_to": NOW - timedelta(days=300)})
    a_cursor(repository, "checks", **WHOLE)
    surveyed(repository, NOW - timedelta(minutes=5))
    surveyed(repository, NOW, outcome="failed")
    assert entry(repository).complete_to == NOW - timedelta(minutes=5)
    assert entry(repository, "checks").complete_to == NOW, "of which a look does not tell"
    assert figures().fresh_to == completeness.fresh_to() == NOW - timedelta(minutes=5)
    a_hint(repository, "pull_request", key="7")
    assert entry(repository).complete_to == NOW - timedelta(days=300)
    assert figures().fresh_to == completeness.fresh_to() == NOW - timedelta(days=300)


def test_totals_are_of_what_is_read_and_counted() -> None:
    connection = a_connection()
    for held in (30, 28):
        a_cursor(a_repository(connection), **WHOLE | {"held": held})
    a_repository(connection)
    a_cursor(a_repository(connection, state="excluded"), **WHOLE)
    (pulls, *_, tags) = completeness.totals(completeness.ledger())
    assert (pulls.repositories, pulls.counted, pulls.complete) == (3, 2, 1)
    assert (pulls.source, pulls.stored, pulls.missing) == (60, 58, 2)
    assert pulls.complete_to is None, "one was not read yet"
    assert (tags.counted, tags.source, tags.stored, tags.missing) == (0, None, None, None)


def test_more_in_one_repository_makes_up_for_nothing_in_another() -> None:
    connection = a_connection()
    for held in (28, 32):
        a_cursor(a_repository(connection), **WHOLE | {"held": held})
    pulls = completeness.totals(completeness.ledger())[0]
    assert (pulls.source, pulls.stored, pulls.missing) == (60, 60, 2)


def test_a_line_is_whole_where_nothing_can_be_done() -> None:
    connection = a_connection()
    states = ("excluded", "transferred", "gone", "lost_access", "active")
    made = {state: a_repository(connection, state=state).pk for state in states}
    whole = {line.id: line.is_whole for line in completeness.ledger()}
    assert [whole[made[state]] for state in states] == [True, True, True, False, False]


def test_the_ledger_takes_as_many_statements_for_many_repositories(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    connection = a_connection()
    for _ in range(20):
        a_cursor(a_repository(connection), **WHOLE)
    with django_assert_num_queries(4):
        assert len(completeness.ledger()) == 20


class TestFigures:
    def test_that_rest_on_all_there_is(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        a_cursor(a_repository(), **WHOLE)
        with django_assert_num_queries(1):
            found = figures()
        assert found == Completeness(complete=True, reason=None, fresh_to=NOW)

    def test_without_any_repository(self) -> None:
        assert figures() == Completeness(
            complete=False, reason="No repository is read yet.", fresh_to=None
        )

    def test_while_a_repository_is_filled(self) -> None:
        connection = a_connection()
        a_cursor(a_repository(connection), **WHOLE)
        a_cursor(a_repository(connection), expected=90, held=10)
        a_repository(connection)
        found = figures()
        assert (found.complete, found.fresh_to) == (False, None)
        assert found.reason == "2 of 3 repositories are not read to the end yet."

    @pytest.mark.parametrize("values", [{"held": 29}, {"gap": "The server lost a page."}])
    def test_with_a_gap(self, values: dict[str, object]) -> None:
        repository = a_repository()
        a_cursor(repository, **WHOLE | values)
        found = figures()
        assert found.reason == "Some pull requests could not be fetched from 1 repository."
        assert found.fresh_to == NOW
        a_hint(repository)
        assert figures().complete, "it is about to be closed"

    def test_with_parked_work(self) -> None:
        repository = a_repository()
        a_cursor(repository, **WHOLE)
        a_hint(repository, "workflow_run", key="1", parked_at=NOW)
        assert figures().complete, "figures of pull requests do not rest on it"
        a_hint(repository, "pull_request", key="7", parked_at=NOW)
        assert not figures().complete

    def test_where_access_was_lost(self) -> None:
        connection = a_connection()
        a_cursor(a_repository(connection), **WHOLE)
        a_cursor(a_repository(connection, state="lost_access"), **WHOLE)
        assert figures().reason == "Access to 1 repository was lost."

    @pytest.mark.parametrize("state", ["excluded", "transferred", "gone"])
    def test_what_is_not_read_by_will_is_no_gap(self, state: str) -> None:
        connection = a_connection()
        a_cursor(a_repository(connection), **WHOLE)
        a_repository(connection, state=state)
        assert figures().complete

    def test_where_the_source_refuses(self) -> None:
        a_cursor(a_repository(), unavailable="The token may not read pull requests.")
        found = figures()
        assert found.reason == "1 of 1 repository is not giving pull requests."
        assert found.fresh_to is None

    def test_where_nothing_new_arrived_for_long(self) -> None:
        a_cursor(a_repository(), **WHOLE | {"complete_to": NOW - timedelta(days=2)})
        assert figures().reason == "Nothing new has arrived for more than a day."
        past = datetime(2026, 3, 1, tzinfo=UTC)
        assert figures(ends_at=past).complete, "the range ended before"

    def test_trouble_elsewhere_is_not_theirs(self) -> None:
        """But a repository that was never read to its end may hold anybody's work."""
        history = History()
        history.pull(an_identity(history.repository.connection))
        a_cursor(history.repository, **WHOLE)
        elsewhere = a_cursor(a_repository(history.repository.connection), **WHOLE | {"held": 1})
        theirs = Exists(PullRequest.objects.filter(repository=OuterRef("pk")))
        assert completeness.of_figures(ends_at=NOW, concerns=theirs).complete
        assert not figures().complete
        elsewhere.complete_to = None
        elsewhere.save()
        assert not completeness.of_figures(ends_at=NOW, concerns=theirs).complete


def lacking(*kinds: str, of: Combinable | None = None) -> str | None:
    return completeness.lacking(kinds, concerns=of or Value(value=True))


def test_figures_may_rest_on_further_kinds() -> None:
    first, second = a_repository(), a_repository()
    told = "Not all commits or deployments of {} are here yet."
    assert lacking("commits", "deployments") == told.format("2 repositories")
    for repository in (first, second):
        a_cursor(repository, "commits", **WHOLE)
        a_cursor(repository, "deployments", complete_to=None)
    assert lacking("commits") is None
    assert lacking("commits", "deployments") == told.format("2 repositories")
    Cursor.objects.filter(kind="deployments").update(complete_to=NOW)
    assert lacking("commits", "deployments") is None
    Cursor.objects.filter(kind="commits", repository=first).update(gap="3 could not be read.")
    assert lacking("commits", "deployments") == told.format("1 repository")
    assert lacking("deployments") is None


def test_what_a_source_does_not_give_or_have_is_not_waited_for() -> None:
    a_cursor(a_repository(), "deployments", unavailable="A permission is missing.")
    assert lacking("deployments") is None
    Repository.objects.update(default_branch="")
    assert lacking("commits") is None
    Repository.objects.update(default_branch="main", state="excluded")
    assert lacking("commits") is None


def test_further_kinds_concern_whose_repository_it_is() -> None:
    first, _ = a_repository(), a_repository()
    theirs = Exists(Repository.objects.filter(pk=OuterRef("pk")).filter(pk=first.pk))
    assert lacking("commits", of=theirs) == "Not all commits of 1 repository are here yet."
    a_cursor(first, "commits", **WHOLE)
    assert lacking("commits", of=theirs) is None
