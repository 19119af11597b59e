"""What is done together, in which order, and whose trouble a failure is."""

from datetime import time, timedelta

import pytest
import time_machine
from django.utils import timezone

from backend.connections.models import RepositoryRule
from backend.delivery.models import PullRequest, Repository
from backend.delivery.store import mark_unreachable
from backend.pipeline.kinds import github as kinds
from backend.pipeline.kinds import jira
from backend.pipeline.work import work
from backend.sources import hints
from backend.sources.github import checks
from backend.sources.models import Hint, SyncRun
from tests.factories import a_connection, a_repository
from tests.pipeline.conftest import Source
from tests.pipeline.state import work_to_the_end
from tests.simulators import github as simulated

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(source: Source) -> simulated.Repository:
    """forge/app, read to the end."""
    source.without_git()
    world = source.world
    made = world.create_repository(world.organizations["forge"], "app")
    world.open_pull_request(made, world.create_user("dev0001"))
    source.collect()
    assert not Hint.objects.exists()
    SyncRun.objects.all().delete()
    return made


def armed(kind: str, key: str = "", **values: object) -> Hint:
    return Hint(kind=kind, key=key, pk=abs(hash((kind, key))) % 10**9, **values)


def test_every_kind_has_its_place_and_its_verb() -> None:
    assert set(kinds.ORDER) | set(jira.ORDER) == set(Hint.Kind)
    assert len(kinds.ORDER) + len(jira.ORDER) == len(Hint.Kind)


def test_commits_are_asked_about_together_and_all_else_alone() -> None:
    size = checks.COMMITS_A_REQUEST
    commits = [armed(Hint.Kind.CHECKS, f"{number:040x}") for number in range(size + 5)]
    others = [
        armed(Hint.Kind.PULL_REQUEST, "7"),
        armed(Hint.Kind.PULL_REQUEST, "8"),
        armed(Hint.Kind.CHECKS),
        armed(Hint.Kind.REPOSITORY),
    ]
    queue = kinds.pieces([*commits, *others])
    assert [piece.kind for piece in queue[:3]] == [
        Hint.Kind.REPOSITORY,
        Hint.Kind.PULL_REQUEST,
        Hint.Kind.PULL_REQUEST,
    ]
    assert sorted(len(piece.hints) for piece in queue) == [1, 1, 1, 1, 5, size]
    told = [hint.pk for piece in queue for hint in piece.hints]
    assert sorted(told) == sorted(hint.pk for hint in [*commits, *others])


def test_news_of_many_commits_costs_one_request(source: Source, app: simulated.Repository) -> None:
    (pr,) = app.pull_requests.values()
    commits = [source.world.push_commit(pr) for _ in range(20)]
    for commit in commits:
        source.world.check(app, "build", commit=commit)
        hints.arm(
            connection=source.connection,
            kind=Hint.Kind.CHECKS,
            container_external_id=app.database_id,
            key=commit.oid,
        )
    source.github.ledger.clear()
    assert work()
    assert source.github.ledger.operations["Checks"] == 1
    assert not Hint.objects.exists()
    assert Repository.objects.get().head_commits.filter(sha=commits[0].oid).exists()


def test_a_repository_that_always_fails_is_no_trouble_of_the_connection(
    source: Source, app: simulated.Repository
) -> None:
    hints.arm(
        connection=source.connection,
        kind=Hint.Kind.PULL_REQUESTS,
        container_external_id=app.database_id,
    )
    source.github.faults.arm("html", on="graphql", times=None)
    assert work()
    source.connection.refresh_from_db()
    assert source.connection.state == "working"
    run = SyncRun.objects.get()
    assert (run.outcome, bool(run.reason), bool(run.action)) == ("failed", True, True)
    # Where the connection itself cannot be looked at, it is.
    hints.arm(connection=source.connection, kind=Hint.Kind.CONNECTION)
    assert work()
    source.connection.refresh_from_db()
    assert source.connection.state == "failing"


def test_news_of_an_excluded_repository_cost_no_request(
    source: Source, app: simulated.Repository
) -> None:
    RepositoryRule.objects.create(
        connection=source.connection, effect="exclude", test="name", pattern="app"
    )
    hints.arm(connection=source.connection, kind=Hint.Kind.CONNECTION)
    work_to_the_end(source.connection)
    assert Repository.objects.get().state == "excluded"
    source.world.open_pull_request(app, source.world.accounts["dev0001"])
    source.github.ledger.clear()
    hints.arm(
        connection=source.connection,
        kind=Hint.Kind.PULL_REQUEST,
        container_external_id=app.database_id,
        key="2",
    )
    assert work()
    assert source.github.ledger.counts["requests"] == 0
    assert PullRequest.objects.count() == 1
    assert not Hint.objects.exists()
    assert "app" in SyncRun.objects.latest("pk").reason


def test_what_is_gone_stays_gone() -> None:
    """News that were on their way when it was deleted arrive late."""
    repository = a_repository()
    mark_unreachable(repository=repository, gone=True, reason="It was deleted.")
    mark_unreachable(repository=repository, gone=False, reason="It is out of reach.")
    repository.refresh_from_db()
    assert (repository.state, repository.state_reason) == ("gone", "It was deleted.")


@pytest.mark.parametrize("lasting", [hints.DELETED, hints.FULL])
def test_an_order_that_lasts_is_not_forgotten_for_later_news(lasting: str) -> None:
    connection = a_connection()
    for action in ("created", lasting, "edited", ""):
        hints.arm(
            connection=connection,
            kind=Hint.Kind.REPOSITORY,
            container_external_id=1,
            action=action,
        )
    assert Hint.objects.get().action == lasting


def test_in_quiet_hours_only_what_a_webhook_told_is_fetched() -> None:
    connection = a_connection(quiet_from=time(20), quiet_to=time(6))
    kind = Hint.Kind.PULL_REQUEST
    night = timezone.now().replace(hour=23, minute=0) - timedelta(days=1)
    with time_machine.travel(night, tick=False):
        for key, delivery in (("1", ""), ("2", "0a1b")):
            hints.arm(
                connection=connection,
                kind=kind,
                container_external_id=1,
                key=key,
                delivery=delivery,
            )
        # Polling finds the same, and does not put it off.
        hints.arm(connection=connection, kind=kind, container_external_id=1, key="2")
        assert [hint.key for hint in hints.due()] == ["2"]
        assert [hint.key for hint in hints.claim()] == ["2"]
    with time_machine.travel(night + timedelta(hours=12), tick=False):
        assert {hint.key for hint in hints.due()} == {"1", "2"}


def test_first_pull_requests_then_passes_then_what_takes_long() -> None:
    connection = a_connection()
    for kind in (
        *(Hint.Kind.COMMITS, Hint.Kind.RECONCILE, Hint.Kind.TAGS, Hint.Kind.CHECKS),
        *(Hint.Kind.PULL_REQUESTS, Hint.Kind.REPOSITORY),
    ):
        hints.arm(connection=connection, kind=kind, container_external_id=1)
    hints.arm(connection=connection, kind=Hint.Kind.CHECKS, container_external_id=1, key="a" * 40)
    claims = [{(hint.kind, hint.key) for hint in hints.claim()} for _ in range(4)]
    assert claims == [
        {("pull_requests", ""), ("repository", ""), ("checks", "a" * 40)},
        {("tags", ""), ("checks", "")},
        {("commits", ""), ("reconcile", "")},
        set(),
    ]
