"""Whatever goes wrong outside, the end is the same as if nothing had, and the run says what a person can do."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from backend.connections.models import Connection
from backend.connections.store import add_connection, set_token
from backend.delivery.models import PullRequest, Repository
from backend.metrics.models import PullRequestFact
from backend.pipeline.kinds import github as kinds
from backend.pipeline.tasks import reconcile
from backend.pipeline.work import check_connection, work
from backend.sources import hints, http
from backend.sources.collected import Collected
from backend.sources.github import pull_requests
from backend.sources.models import Hint, SyncRun
from backend.sources.page_size import PageSize
from tests.pipeline.conftest import TOKEN, Source
from tests.pipeline.state import different, rows, taken_back, time_passes, work_to_the_end
from tests.simulators.github import World, running, small

pytestmark = pytest.mark.django_db
OTHER_TOKEN = "ghp_the_token_that_came_later"


def a_world() -> World:
    """Something of every kind."""
    world = small.load()
    for repository in world.repositories.values():
        merged, *_ = repository.pull_requests.values()
        world.check(merged, "lint", "FAILURE")
        world.set_status(merged, "ci/unit", "SUCCESS")
        run = world.run_workflow(repository, "CI", {"build": "SUCCESS", "test": "FAILURE"})
        world.rerun(run, {"test": "SUCCESS"})
        world.deploy(repository, "production")
        world.release(repository, "v1.0")
    world.add_token(TOKEN)
    return world


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repositories' folder: written once, found there by every world of the same content."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture
def source(served: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """Two repositories, read two pull requests a page and one page a slice, so that there is a middle."""
    monkeypatch.setattr(PageSize, "value", 2)
    monkeypatch.setattr(PageSize.__init__, "__defaults__", (2, 2, 0))
    monkeypatch.setattr(pull_requests, "PAGES_A_SLICE", 2)
    with running(a_world(), repositories=served) as github:
        yield Source(github, add_connection(kind="github", url=github.url, token=TOKEN))


_undisturbed: list[dict[str, list[str]]] = []


def undisturbed(source: Source) -> dict[str, list[str]]:
    """What stands after a run with no fault, made once and forgotten by the database."""
    if not _undisturbed:
        with taken_back():
            check_connection(source.connection)
            work_to_the_end(source.connection)
            assert PullRequest.objects.count() == 12
            assert PullRequestFact.objects.exists()
            _undisturbed.append(rows())
        source.connection.refresh_from_db()
    return _undisturbed[0]


FAULTS: list[dict[str, Any]] = [
    {"kind": "too_many_requests"},
    {"kind": "too_many_requests", "retry_after": None},
    {"kind": "secondary_limit"},
    {"kind": "secondary_limit", "retry_after": None},
    {"kind": "rate_limited"},
    {"kind": "bad_gateway", "times": 20},
    {"kind": "truncated", "times": 6},
    {"kind": "closed", "times": 6},
    {"kind": "error", "times": 6},
    {"kind": "html"},
    {"kind": "forbidden"},
    {"kind": "slow", "seconds": 0.6, "times": 6},
]
ON_GIT = {"too_many_requests", "bad_gateway", "truncated", "closed"}
LATER = {"rate_limited", "bad_gateway", "truncated", "forbidden"}
IN_THE_MIDDLE = {"graphql": 4, "graphql, late": 10, "rest": 6, "git": 1}
"""So many requests pass before: of GraphQL the surveys and first pages, of REST the check and the listing."""


@pytest.mark.parametrize(
    ("on", "fault"),
    [
        *(("graphql", fault) for fault in FAULTS),
        *(("graphql, late", fault) for fault in FAULTS if fault["kind"] in LATER),
        *(("rest", fault) for fault in FAULTS if fault["kind"] != "rate_limited"),
        *(("git", fault | {"times": 3}) for fault in FAULTS if fault["kind"] in ON_GIT),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(map(str, value.values())),
)
def test_a_fault_in_the_middle_changes_nothing_in_the_end(
    source: Source, on: str, fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = undisturbed(source)
    SyncRun.objects.all().delete()
    check_connection(source.connection)
    if fault["kind"] == "slow":
        monkeypatch.setattr(http, "TIMEOUT", httpx.Timeout(0.3))
    interface, after = on.partition(",")[0], IN_THE_MIDDLE[on]
    source.github.faults.arm(**fault, on=interface, after=after)
    work_to_the_end(source.connection)
    if fault["kind"] == "forbidden":  # taken for a missing permission, so it is asked anew at night
        reconcile()
        work_to_the_end(source.connection)

    assert different(rows(), wanted) == {}
    assert source.github.ledger.counts["faults"] > 0
    failed = SyncRun.objects.exclude(outcome="succeeded")
    assert failed.exists() or fault["kind"] == "forbidden"
    for run in failed:
        assert run.outcome == ("waiting" if run.retry_at else "failed")
        assert run.reason
        assert run.action
        assert TOKEN not in run.reason + run.action
        assert run.finished_at is not None
    limited = fault["kind"] in {"too_many_requests", "secondary_limit", "rate_limited"}
    if on == "graphql":
        assert set(failed.values_list("outcome", flat=True)) == {"waiting" if limited else "failed"}
    source.connection.refresh_from_db()
    assert source.connection.state == "working"


def test_who_asks_to_be_left_alone_is_left_alone(source: Source) -> None:
    check_connection(source.connection)
    assert work()
    source.github.faults.arm("too_many_requests", on="graphql", retry_after=600)
    assert work()
    asked = source.github.ledger.counts["requests"]
    assert not work()
    # What arrives meanwhile waits as well.
    hints.arm(connection=source.connection, kind=Hint.Kind.CONNECTION)
    assert not hints.any_due()
    assert not work()
    assert source.github.ledger.counts["requests"] == asked
    run = SyncRun.objects.get(outcome="waiting")
    assert run.retry_at is not None
    assert run.retry_at > timezone.now() + timedelta(seconds=590)
    assert Hint.objects.exclude(kind=Hint.Kind.CONNECTION).earliest("due_at").due_at >= run.retry_at
    source.connection.refresh_from_db()
    assert source.connection.state == "working"
    time_passes()
    assert work()


def test_a_revoked_token_pauses_and_a_new_one_goes_on(source: Source) -> None:
    wanted = undisturbed(source)
    check_connection(source.connection)
    for _ in range(4):
        assert work()
    stored = PullRequest.objects.count()
    assert 0 < stored < 12
    source.world.tokens[TOKEN].revoked = True
    assert work()
    source.connection.refresh_from_db()
    assert source.connection.state == "paused"
    assert "does not accept the token" in source.connection.state_reason
    assert "new one" in source.connection.state_action
    time_passes()
    assert not work()
    assert PullRequest.objects.count() == stored
    run = SyncRun.objects.latest("pk")
    assert (run.outcome, run.retry_at) == ("failed", None)

    source.world.add_token(OTHER_TOKEN)
    set_token(connection=source.connection, token=OTHER_TOKEN)
    check_connection(source.connection)
    work_to_the_end(source.connection)
    assert different(rows(), wanted) == {}


def test_a_vanished_repository_is_marked_and_nothing_is_deleted(source: Source) -> None:
    check_connection(source.connection)
    work_to_the_end(source.connection)
    before = rows()
    source.github.faults.arm("vanished", repository="forge/app")
    for repository in Repository.objects.all():
        hints.arm(
            connection=source.connection,
            kind=Hint.Kind.PULL_REQUESTS,
            container_external_id=repository.external_id,
        )
    work_to_the_end(source.connection)
    assert states() == {"forge/app": "lost_access", "forge/service": "active"}
    assert set(different(rows(), before)) == {"delivery.Repository"}
    run = SyncRun.objects.get(outcome="failed")
    assert run.repository is not None
    assert (run.repository.name_with_owner, bool(run.action)) == ("forge/app", True)

    source.github.faults.clear()
    check_connection(source.connection)
    work_to_the_end(source.connection)
    assert different(rows(), before) == {}


def test_a_repository_no_longer_listed_is_marked(source: Source) -> None:
    check_connection(source.connection)
    work_to_the_end(source.connection)
    app = source.world.repository("forge/app")
    service = source.world.repository("forge/service")
    assert app is not None
    assert service is not None
    source.world.tokens[TOKEN].repositories = {service.database_id}
    check_connection(source.connection)
    work_to_the_end(source.connection)
    assert states() == {"forge/app": "lost_access", "forge/service": "active"}
    assert PullRequest.objects.count() == 12


def test_a_deleted_repository_is_gone_by_a_signed_word_alone(source: Source) -> None:
    check_connection(source.connection)
    work_to_the_end(source.connection)
    app = source.world.repository("forge/app")
    assert app is not None
    source.world.delete_repository(app)
    hints.arm(
        connection=source.connection,
        kind=Hint.Kind.REPOSITORY,
        container_external_id=app.database_id,
        action="deleted",
    )
    work_to_the_end(source.connection)
    assert states() == {"forge/app": "gone", "forge/service": "active"}
    assert PullRequest.objects.count() == 12


def test_a_repository_stays_readable_where_only_its_commits_are_not(source: Source) -> None:
    """As where the token may not read contents: git answers 404, the rest goes on."""
    source.world.git, git = None, source.world.git
    check_connection(source.connection)
    work_to_the_end(source.connection)
    assert states() == {"forge/app": "active", "forge/service": "active"}
    assert PullRequest.objects.count() == 12
    assert SyncRun.objects.filter(kind="commits", outcome="failed").exists()
    source.world.git = git


def test_a_pull_request_that_is_not_there_marks_nothing(source: Source) -> None:
    check_connection(source.connection)
    work_to_the_end(source.connection)
    app = source.world.repository("forge/app")
    assert app is not None
    hints.arm(
        connection=source.connection,
        kind=Hint.Kind.PULL_REQUEST,
        container_external_id=app.database_id,
        key="999",
    )
    work_to_the_end(source.connection)
    assert set(states().values()) == {"active"}


def test_an_organisation_that_is_not_there_is_told(source: Source) -> None:
    Connection.objects.update(organisations=["nobody"])
    source.connection.refresh_from_db()
    check_connection(source.connection)
    assert work()
    source.connection.refresh_from_db()
    assert source.connection.state == "failing"
    assert source.connection.state_action
    assert Hint.objects.get(kind=Hint.Kind.CONNECTION).last_error == source.connection.state_reason


def test_poison_harms_no_neighbour(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """One hint always breaks the work, in a way nobody foresaw."""
    check_connection(source.connection)
    work_to_the_end(source.connection)
    app = source.world.repository("forge/app")
    assert app is not None
    for kind, key in (("pull_request", "1"), ("pull_request", "2"), ("commits", "")):
        hints.arm(
            connection=source.connection,
            kind=kind,
            container_external_id=app.database_id,
            key=key,
        )
    SyncRun.objects.all().delete()
    real = pull_requests.collect_pull_request

    def break_down(repository: Repository, github: Any, number: int) -> Collected:
        if number == 1:
            raise ZeroDivisionError("a secret of the implementation")
        return real(repository, github, number)

    monkeypatch.setitem(kinds._BY_NUMBER, Hint.Kind.PULL_REQUEST, break_down)
    for _ in range(hints.ATTEMPTS + 4):
        time_passes()
        try:
            while work():
                pass
        except ZeroDivisionError:
            continue
    hint = Hint.objects.get()
    assert (hint.kind, hint.key, hint.attempts) == ("pull_request", "1", hints.ATTEMPTS)
    assert hint.parked_at is not None
    assert SyncRun.objects.filter(outcome="succeeded").count() == 2
    failed = SyncRun.objects.filter(outcome="failed")
    assert failed.count() == hints.ATTEMPTS
    assert "ZeroDivisionError" in failed[0].reason
    assert "secret" not in failed[0].reason


def states() -> dict[str, str]:
    return dict(Repository.objects.values_list("name_with_owner", "state"))
