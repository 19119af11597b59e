"""Whatever becomes of deliveries (any order, doubled, lost, amid other work), the end is the source's state."""

import time
from collections.abc import Callable

import pytest
from django.test import RequestFactory
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backend.api import webhooks
from backend.connections.store import add_connection, set_webhook_secret
from backend.delivery.models import (
    CheckSuite,
    CommitStatus,
    HeadCommit,
    PullRequest,
    PullRequestCommit,
    Repository,
)
from backend.metrics.models import HeadFeedback, RunFact
from backend.pipeline import bell, tasks
from backend.pipeline.work import check_connection, work
from tests.pipeline.conftest import TOKEN, Source
from tests.pipeline.state import different, rows, taken_back, work_to_the_end
from tests.simulators import github as simulated
from tests.simulators.github import World, running
from tests.simulators.github.webhooks import Hook

SECRET = "the secret of the delivery tests"

Act = Callable[[World, simulated.Repository, simulated.PullRequest], object]


def _merge(how: str) -> Act:
    def act(world: World, _: simulated.Repository, pr: simulated.PullRequest) -> None:
        if pr.state == "OPEN" and pr.base_ref in pr.repository.branches:
            world.merge(pr, world.accounts["dev0002"], how=how)

    return act


def _reopen(world: World, _: simulated.Repository, pr: simulated.PullRequest) -> None:
    if pr.state == "CLOSED":
        world.reopen(pr)
    elif pr.state == "OPEN":
        world.close(pr)


def _redraft(world: World, _: simulated.Repository, pr: simulated.PullRequest) -> None:
    (world.mark_ready if pr.is_draft else world.convert_to_draft)(pr)


def _push(world: World, _: simulated.Repository, pr: simulated.PullRequest) -> None:
    if pr.state == "OPEN":
        world.push_commit(pr)


def _force_push(world: World, _: simulated.Repository, pr: simulated.PullRequest) -> None:
    if pr.state == "OPEN":
        world.force_push(pr, [[("src/other.py", 3, 0)]])


def _dismiss(world: World, _: simulated.Repository, pr: simulated.PullRequest) -> None:
    for review in pr.reviews[:1]:
        world.dismiss_review(pr, review, world.accounts["dev0003"])


def _fail_deployment(world: World, repo: simulated.Repository, _: simulated.PullRequest) -> None:
    for deployment in repo.deployments[-1:]:
        world.set_deployment_status(deployment, "FAILURE")


def _untag(world: World, repo: simulated.Repository, _: simulated.PullRequest) -> None:
    for tag in list(repo.tags.values())[:1]:
        world.delete_tag(tag)


def _finish_check(world: World, _: simulated.Repository, pr: simulated.PullRequest) -> None:
    run = world.check(pr, "slow", None)
    world.finish_check(run, "FAILURE")


ACTS: dict[str, Act] = {
    "open": lambda w, repo, _: w.open_pull_request(repo, w.accounts["dev0001"]),
    "push": _push,
    "force push": _force_push,
    "review": lambda w, _, pr: w.add_review(pr, w.accounts["dev0002"], "CHANGES_REQUESTED"),
    "dismiss": _dismiss,
    "title": lambda w, _, pr: w.rename_title(pr, f"Title {w.now}"),
    "label": lambda w, _, pr: w.add_label(pr, f"label{w.now}"),
    "comment": lambda w, _, pr: w.comment(pr),
    "draft": _redraft,
    "reopen or close": _reopen,
    "base": lambda w, _, pr: w.change_base(pr, "release"),
    "squash": _merge("squash"),
    "rebase": _merge("rebase"),
    "check": _finish_check,
    "status": lambda w, _, pr: w.set_status(pr, "ci/unit", "FAILURE"),
    "workflow": lambda w, _, pr: w.run_workflow(pr, "CI", {"build": "SUCCESS"}),
    "deploy": lambda w, repo, _: w.deploy(repo, "production"),
    "deployment fails": _fail_deployment,
    "release": lambda w, repo, _: w.release(repo, f"v{w.now}"),
    "tag": lambda w, repo, _: w.tag(repo, f"t{w.now}"),
    "untag": _untag,
    "rename": lambda w, repo, _: w.rename_repository(repo, f"app{w.now}"),
    "topics": lambda w, repo, _: w.set_topics(repo, [f"topic{w.now}"]),
    "push to main": lambda w, repo, _: w.push(repo, w.accounts["dev0001"]),
}

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("act"), st.sampled_from(sorted(ACTS)), st.integers(0, 3)),
        st.tuples(st.just("deliver"), st.just(""), st.integers(0, 60)),
        st.tuples(st.just("work"), st.just(""), st.integers(1, 4)),
    ),
    min_size=5,
    max_size=40,
)


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell, "ring", lambda *_: True)


def a_world() -> tuple[World, simulated.Repository]:
    """It is of yesterday: of what is older than some days nobody looks for checks that were run anew."""
    world = World(now=int(time.time()) - 86_400)
    forge = world.create_organization("forge")
    for number in (1, 2, 3):
        world.create_user(f"dev000{number}")
    repo = world.create_repository(forge, "app")
    world.open_pull_request(repo, world.accounts["dev0001"])
    world.add_token(TOKEN)
    return world, repo


def deliver(hook: Hook, number: int) -> None:
    """One of what happened so far: again perhaps, or for the first time long after later ones; others never."""
    if not hook.deliveries:
        return
    delivery = hook.deliveries[number % len(hook.deliveries)]
    request = RequestFactory().post(
        hook.url, delivery.body, content_type="application/json", headers=delivery.headers
    )
    assert webhooks.github(request, hook.url.rpartition("/")[2]).status_code == 202


def live(
    source: Source, repo: simulated.Repository, hook: Hook, steps: list[tuple[str, str, int]]
) -> None:
    """Things happen, some of them are told, and a worker works in between."""
    for step, name, number in steps:
        if step == "act":
            pulls = list(repo.pull_requests.values())
            ACTS[name](source.world, repo, pulls[number % len(pulls)])
        elif step == "deliver":
            deliver(hook, number)
        else:
            for _ in range(number):
                work(connection=source.connection)


def what_stands() -> dict[str, list[str]]:
    """All rows, but for what is kept of the past, of which nobody is told who comes later."""
    PullRequestCommit.objects.filter(is_superseded=True).delete()
    Repository.objects.update(former_names=[])
    pulls = PullRequest.objects.values_list("head_sha", "merge_sha")
    heads = {sha for shas in pulls for sha in shas}
    HeadCommit.objects.exclude(sha__in=heads).delete()
    CommitStatus.objects.exclude(sha__in=heads).delete()
    CheckSuite.objects.exclude(head_sha__in=heads).delete()
    HeadFeedback.objects.exclude(sha__in=heads).delete()
    RunFact.objects.exclude(sha__in=heads).exclude(source=RunFact.Source.WORKFLOW).delete()
    return rows()


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(
    steps=[
        *[("act", "base", 0), ("deliver", "", 0), ("act", "base", 0), ("deliver", "", 0)],
        *[("act", "check", 0), ("deliver", "", 4), ("act", "push", 0)],
    ]
)
@given(steps=STEPS)
def test_any_order_doubling_and_loss_ends_in_the_sources_state(
    db: None, steps: list[tuple[str, str, int]]
) -> None:
    world, repo = a_world()
    with running(world) as github, taken_back():
        connection = add_connection(kind="github", url=github.url, token=TOKEN)
        set_webhook_secret(connection=connection, secret=SECRET)
        hook = github.hook(f"/hooks/github/{connection.slug}", SECRET, held=True)
        source = Source(github, connection)
        source.without_git()
        check_connection(connection)
        live(source, repo, hook, steps)
        tasks.discover()
        tasks.poll()
        tasks.reconcile()
        work_to_the_end(connection)
        disturbed = what_stands()
    assert different(disturbed, a_first_fill(world)) == {}


def a_first_fill(world: World) -> dict[str, list[str]]:
    """What somebody finds who comes now, and was told nothing."""
    with running(world) as github, taken_back():
        connection = add_connection(kind="github", url=github.url, token=TOKEN)
        Source(github, connection).without_git()
        connection.refresh_from_db()
        check_connection(connection)
        work_to_the_end(connection)
        return what_stands()
