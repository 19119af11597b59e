"""What a first fill costs: of checks 25 head commits a request, of jobs one an attempt, of lists a hundred a page."""

from backend.delivery.models import (
    CheckRun,
    CommitStatus,
    Deployment,
    HeadCommit,
    PullRequest,
    Release,
    Tag,
    WorkflowJob,
    WorkflowRun,
)
from backend.sources.models import Cursor, Hint
from tests.pipeline.conftest import Source
from tests.simulators.github import Account, Repository, World

ROUTE = "GET /repos/*/*/actions/runs"


def fill(world: World, repository: Repository, author: Account, pull_requests: int) -> None:
    for number in range(pull_requests):
        pr = world.open_pull_request(repository, author)
        world.check(pr, "lint", app="linter")
        run = world.run_workflow(pr, jobs={"build": "FAILURE" if number % 10 == 0 else "SUCCESS"})
        if number % 10 == 0:
            world.rerun(run)
        world.merge(pr)
        world.set_status(repository, "ci/main")
        if number % 4 == 0:
            world.deploy(repository, "staging")
    world.release(repository, "v1")


def test_a_first_fill_of_everything(source: Source) -> None:
    source.without_git()
    world, (forge,) = source.world, source.world.organizations.values()
    author = world.create_user("dev0001")
    for name, size in (("app", 60), ("site", 30)):
        fill(world, world.create_repository(forge, name), author, size)
    source.collect()
    assert not Hint.objects.exists()
    counted = {
        model: model.objects.count()
        for model in (PullRequest, CheckRun, CommitStatus, WorkflowRun, Deployment, Release, Tag)
    }
    # Of checks one run by the linter and one by each job of each attempt.
    assert list(counted.values()) == [90, 90 + 99, 90, 99, 23, 2, 2]
    assert WorkflowJob.objects.count() == 99
    assert HeadCommit.objects.count() == 180

    ledger = source.github.ledger
    assert ledger.operations["Checks"] == -(-120 // 25) + -(-60 // 25)
    assert ledger.routes[f"{ROUTE}/*/jobs"] == 90
    assert ledger.routes[f"{ROUTE}/*/jobs"] + ledger.routes[f"{ROUTE}/*/attempts/*"] == 99
    assert ledger.routes[ROUTE] == 2
    for kind in ("deployments", "releases", "tags"):
        assert ledger.counts[kind] == 2

    kinds = ("CHECKS", "WORKFLOW_RUNS", "DEPLOYMENTS", "RELEASES", "TAGS")
    rows = Cursor.objects.filter(kind__in=[Hint.Kind[kind] for kind in kinds])
    assert rows.count() == 2 * len(kinds)
    for row in rows:
        assert row.expected == row.held is not None
        assert (row.gap, row.unavailable) == ("", "")
        assert row.complete_to is not None

    ledger.clear()
    source.collect()
    assert ledger.counts["rest"] <= 4  # who we are; no list is asked for again
    assert not {"Checks", "Deployments", "Releases", "Refs"} & ledger.operations.keys()
