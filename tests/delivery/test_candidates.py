"""What may be a deployment, of all sources, from stored rows, and how each is explained."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from backend.delivery.candidates import Asked, candidates, explain, kinds, unmapped
from backend.delivery.deployment_rules import (
    API,
    CHECK,
    GITHUB_DEPLOYMENT,
    MERGE,
    RELEASE,
    SOURCES,
    TAG,
    WORKFLOW,
    Candidate,
    Rule,
)
from backend.delivery.models import (
    CheckRun,
    CheckSuite,
    Commit,
    Deployment,
    DeploymentStatus,
    Release,
    ReportedDeployment,
    Repository,
    Tag,
    WorkflowJob,
    WorkflowRun,
)
from tests.factories import MONDAY, History, a_repository

pytestmark = pytest.mark.django_db
SHA = "a" * 40
_numbers = count(1)


def minute(number: float) -> datetime:
    return MONDAY + timedelta(minutes=number)


@pytest.fixture
def repository() -> Repository:
    return a_repository(name_with_owner="org/shop")


def a_deployment(
    repository: Repository, *statuses: tuple[float, str], state: str = "", **values: Any
) -> Deployment:
    """Asked for at minute 0; each status with its minute and state."""
    environments = values.pop("environments", [""] * len(statuses))
    made = Deployment.objects.create(
        **{
            "repository": repository, "external_id": next(_numbers), "sha": SHA, "state": state,
            "environment": "production", "created_at": MONDAY, "updated_at": MONDAY,
        } | values
    )  # fmt: skip
    for place, (at, word) in enumerate(statuses):
        DeploymentStatus.objects.create(
            deployment=made, external_id=str(place), state=word, created_at=minute(at),
            environment=environments[place],
        )  # fmt: skip
    return made


def a_run(repository: Repository, **values: Any) -> WorkflowRun:
    number = next(_numbers)
    return WorkflowRun.objects.create(
        **{
            "repository": repository, "external_id": number, "attempt": 1, "workflow": "Deploy",
            "workflow_external_id": 1, "run_number": number, "event": "push", "head_sha": SHA,
            "status": "completed", "conclusion": "success", "created_at": MONDAY,
            "started_at": MONDAY, "updated_at": minute(10),
        } | values
    )  # fmt: skip


def a_check(repository: Repository, *, run: int | None = None, **values: Any) -> CheckRun:
    suite = CheckSuite.objects.create(
        repository=repository, external_id=next(_numbers), head_sha=SHA, status="completed",
        workflow_run_external_id=run, created_at=MONDAY, updated_at=minute(20),
    )  # fmt: skip
    return CheckRun.objects.create(
        **{
            "suite": suite, "external_id": next(_numbers), "name": "deploy", "status": "completed",
            "conclusion": "success", "started_at": minute(1), "completed_at": minute(9),
        } | values
    )  # fmt: skip


def a_release(repository: Repository, **values: Any) -> Release:
    return Release.objects.create(
        **{
            "repository": repository, "external_id": next(_numbers), "tag": "v1", "sha": SHA,
            "is_draft": False, "is_prerelease": False, "created_at": MONDAY,
            "published_at": minute(3), "updated_at": minute(3),
        } | values
    )  # fmt: skip


def a_report(repository: Repository, **values: Any) -> ReportedDeployment:
    return ReportedDeployment.objects.create(
        **{
            "repository": repository, "external_id": f"run {next(_numbers)}", "service": "api",
            "environment": "production", "sha": SHA, "outcome": "succeeded",
            "started_at": MONDAY, "finished_at": minute(4), "reported_at": minute(5),
        } | values
    )  # fmt: skip


def only(repository: Repository) -> Candidate:
    (found,) = candidates(repository.pk)
    return found


def test_a_repository_without_anything_has_none(repository: Repository) -> None:
    assert list(candidates(repository.pk)) == []


@pytest.mark.parametrize(
    ("statuses", "outcome", "finished"),
    [
        ([], "in_progress", None),
        ([(1, "queued"), (2, "in_progress"), (3, "pending"), (4, "waiting")], "in_progress", None),
        ([(1, "in_progress"), (5, "success")], "succeeded", 5),
        ([(5, "success"), (90, "inactive")], "succeeded", 5),
        ([(5, "success"), (70, "success")], "succeeded", 5),
        ([(5, "success"), (9, "failure")], "succeeded", 5),
        ([(3, "failure"), (5, "success")], "succeeded", 5),
        ([(3, "error"), (4, "failure")], "failed", 3),
        ([(3, "failure"), (9, "inactive")], "failed", 3),
        ([(-1, "success")], "succeeded", 0),
    ],
)
def test_the_statuses_of_a_github_deployment_decide(
    repository: Repository,
    statuses: list[tuple[float, str]],
    outcome: str,
    finished: float | None,
) -> None:
    made = a_deployment(repository, *statuses)
    assert only(repository) == Candidate(
        repository="org/shop",
        source=GITHUB_DEPLOYMENT,
        key=str(made.external_id),
        name="production",
        sha=SHA,
        outcome=outcome,
        started_at=MONDAY,
        finished_at=None if finished is None else minute(finished),
    )


def test_the_environment_is_the_latest_known(repository: Repository) -> None:
    words = [(1.0, "in_progress"), (2.0, "success"), (3.0, "inactive")]
    first = a_deployment(repository, *words, environments=["blue", "green", ""])
    second = a_deployment(repository, latest_environment="red")
    found = {one.key: one.name for one in candidates(repository.pk)}
    assert found == {str(first.external_id): "green", str(second.external_id): "red"}


@pytest.mark.parametrize(
    ("conclusion", "outcome"),
    [
        *(("success", "succeeded"), ("failure", "failed"), ("timed_out", "failed")),
        *(("startup_failure", "failed"), ("", "in_progress")),
        *(("cancelled", None), ("skipped", None), ("neutral", None), ("stale", None)),
    ],
)
def test_runs_and_checks_count_by_their_conclusion(
    repository: Repository, conclusion: str, outcome: str | None
) -> None:
    run = a_run(repository, conclusion=conclusion, started_at=minute(2))
    check = a_check(repository, conclusion=conclusion)
    found = {one.source: one for one in candidates(repository.pk)}
    if outcome is None:
        assert found == {}
        return
    ends = outcome != "in_progress"
    assert found[WORKFLOW] == Candidate(
        "org/shop", WORKFLOW, f"{run.external_id}.1", "Deploy", SHA, outcome, minute(2),
        minute(10) if ends else None,
    )  # fmt: skip
    assert found[CHECK] == Candidate(
        "org/shop", CHECK, str(check.external_id), "deploy", SHA, outcome, minute(1),
        minute(9) if ends else None,
    )  # fmt: skip


def test_each_attempt_counts_and_ends_with_its_last_job(repository: Repository) -> None:
    first = a_run(repository, conclusion="failure")
    again = a_run(
        repository, external_id=first.external_id, attempt=2, started_at=minute(30),
        updated_at=minute(99),
    )  # fmt: skip
    for at in (40, 35):
        WorkflowJob.objects.create(
            run=again, external_id=at, name="deploy", status="completed", completed_at=minute(at)
        )
    found = {one.key: (one.outcome, one.finished_at) for one in candidates(repository.pk)}
    assert found == {
        f"{first.external_id}.1": ("failed", minute(10)),
        f"{first.external_id}.2": ("succeeded", minute(40)),
    }


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target"])
def test_what_ran_for_a_pull_request_is_none(repository: Repository, event: str) -> None:
    run = a_run(repository, event=event)
    a_check(repository, run=run.external_id)
    assert list(candidates(repository.pk)) == []


def test_the_same_run_in_another_repository_says_nothing(repository: Repository) -> None:
    run = a_run(a_repository(), event="pull_request")
    a_check(repository, run=run.external_id)
    assert only(repository).source == CHECK


def test_a_check_without_times_of_its_own_has_its_suite_s(repository: Repository) -> None:
    a_check(repository, started_at=None, completed_at=None)
    found = only(repository)
    assert (found.started_at, found.finished_at) == (MONDAY, minute(20))


def test_releases_that_are_published_count(repository: Repository) -> None:
    a_release(repository, is_draft=True, sha="")
    a_release(repository, sha="")
    a_release(repository, published_at=None)
    whole = a_release(repository)
    early = a_release(repository, tag="v2", is_prerelease=True)
    found = {one.key: one for one in candidates(repository.pk)}
    assert found == {
        str(whole.external_id): Candidate(
            "org/shop", RELEASE, str(whole.external_id), "v1", SHA, "succeeded", minute(3), minute(3)
        ),
        str(early.external_id): Candidate(
            *("org/shop", RELEASE, str(early.external_id), "v2 (pre-release)", SHA, "succeeded"),
            *(minute(3), minute(3)),
        ),
    }  # fmt: skip


def test_a_tag_s_time_is_its_own_or_its_commit_s(repository: Repository) -> None:
    Commit.objects.create(
        repository=repository, sha=SHA, parents=[], authored_at=MONDAY, committed_at=minute(7)
    )
    Tag.objects.create(repository=repository, name="v1", sha="b" * 40, tagged_at=minute(8))
    Tag.objects.create(repository=repository, name="v2", sha=SHA)
    Tag.objects.create(repository=repository, name="v3", sha="c" * 40)
    found = {one.key: one.finished_at for one in candidates(repository.pk)}
    assert found == {"v1": minute(8), "v2": minute(7)}


def test_each_merged_pull_request_counts_by_its_branch(repository: Repository) -> None:
    history = History(repository)
    history.pull(None)
    history.pull(None, closed=2)
    history.pull(None, merged=1, merge_sha="")
    merged = history.pull(None, merged=1, base_ref="release")
    assert only(repository) == Candidate(
        "org/shop", MERGE, str(merged.number), "release", merged.merge_sha, "succeeded",
        minute(60), minute(60),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "started", "finished"),
    [
        ({}, 0, 4),
        ({"started_at": None}, 4, 4),
        ({"finished_at": None}, 0, 5),
        ({"outcome": "in_progress", "finished_at": None}, 0, None),
        ({"outcome": "in_progress", "started_at": None, "finished_at": None}, 5, None),
        ({"outcome": "failed"}, 0, 4),
    ],
)
def test_what_is_reported_counts_as_told(
    repository: Repository, values: dict[str, Any], started: float, finished: float | None
) -> None:
    made = a_report(repository, **values)
    assert only(repository) == Candidate(
        "org/shop", API, made.external_id, "production", SHA, made.outcome, minute(started),
        None if finished is None else minute(finished), "api",
    )  # fmt: skip


def one_of_each(repository: Repository) -> None:
    """One candidate of every source, and one thing of some that can be none."""
    a_deployment(repository, (1, "success"))
    a_deployment(repository, (1, "success"), environment="moon")
    a_deployment(repository, state="abandoned")
    a_run(repository)
    a_run(repository, event="pull_request")
    a_run(repository, workflow="CI", started_at=minute(50))
    a_check(repository)
    a_release(repository)
    Tag.objects.create(repository=repository, name="v1", sha=SHA, tagged_at=MONDAY)
    Tag.objects.create(repository=repository, name="v0", sha=SHA)
    History(repository).pull(None, merged=1)
    a_report(repository)


def test_all_sources_are_read_and_no_other_repository(repository: Repository) -> None:
    one_of_each(repository)
    one_of_each(a_repository())
    found = list(candidates(repository.pk))
    assert {one.source for one in found} == set(SOURCES)
    assert {one.repository for one in found} == {"org/shop"}
    assert len(found) == 9
    assert len(list(candidates(repository.pk, since=minute(1)))) == 4


RULES = [
    Rule("org/*", WORKFLOW, "deploy", "production", "shop"),
    Rule("org/*", TAG, "*", "staging", "api"),
    Rule("other/*", CHECK, "*", "production"),
]


def test_with_rules_only_what_they_count_is_read(repository: Repository) -> None:
    one_of_each(repository)
    found = {(one.source, one.name) for one in candidates(repository.pk, rules=RULES)}
    assert found == {
        (GITHUB_DEPLOYMENT, "production"),
        (WORKFLOW, "Deploy"),
        (TAG, "v1"),
        (API, "production"),
    }


def test_kinds_say_how_many_there_are_of_each_name(repository: Repository) -> None:
    one_of_each(repository)
    a_deployment(repository, created_at=minute(77))
    told = {
        (one.source, one.name): (one.possible, one.impossible, one.latest_at)
        for one in kinds(Asked())
    }
    assert told[GITHUB_DEPLOYMENT, "production"] == (2, 1, minute(77))
    assert told[WORKFLOW, "Deploy"] == (1, 1, MONDAY)
    assert told[TAG, "v0"] == (0, 1, None)
    assert kinds(Asked(repository_ids=[])) == []
    assert [one.name for one in kinds(Asked(search="MOON"))] == ["moon"]
    assert kinds(Asked(search="%o_n")) == []


def test_environments_that_nothing_maps_are_told(repository: Repository) -> None:
    one_of_each(repository)
    assert [(one.source, one.name) for one in unmapped(Asked(), ())] == [
        (GITHUB_DEPLOYMENT, "moon")
    ]
    mapped = Rule("*", GITHUB_DEPLOYMENT, "moon", "none")
    assert unmapped(Asked(), (mapped,)) == []


def told(repository: Repository, **values: Any) -> list[tuple[str, str]]:
    asked = Asked(repository_ids=[repository.pk])
    page = explain(asked, tuple(RULES), limit=100, **values)
    assert len(page.items) == page.total
    return sorted((one.source, one.name) for one in page.items)


def test_every_thing_is_explained(repository: Repository) -> None:
    one_of_each(repository)
    one_of_each(a_repository(name_with_owner="elsewhere/shop"))
    asked = Asked(repository_ids=[repository.pk])
    page = explain(asked, tuple(RULES), limit=100)
    assert (len(page.items), page.total) == (12, 12)
    assert all(one.verdict.reason for one in page.items)
    times = [one.started_at for one in page.items if one.started_at]
    assert times == sorted(times, reverse=True)
    assert page.items[-1].name == "v0"  # it has no time
    assert told(repository, counts=True) == [
        (API, "production"),
        (GITHUB_DEPLOYMENT, "production"),
        (TAG, "v1"),
        (WORKFLOW, "Deploy"),
    ]
    assert told(repository, environment="staging") == [(TAG, "v1")]
    assert len(told(repository, counts=False)) == 8


def test_what_can_be_none_says_why(repository: Repository) -> None:
    a_deployment(repository, (1, "inactive"), state="inactive")
    a_run(repository, event="pull_request")
    a_run(repository, conclusion="cancelled")
    a_release(repository, is_draft=True, sha="")
    a_release(repository, published_at=None)
    History(repository).pull(None, merged=1, merge_sha="")
    Tag.objects.create(repository=repository, name="v0", sha=SHA)
    every = (Rule("*", source, "*", "production") for source in SOURCES)
    page = explain(Asked(), tuple(every))
    assert page.total == 7
    assert not any(one.verdict.deployments for one in page.items)
    reasons = sorted(one.verdict.reason.partition(":")[0] for one in page.items)
    assert reasons == [
        "It ended with neither a success nor a failure.",
        "It is a draft.",
        "It is not published.",
        "It ran for a pull request",
        "It was cancelled or skipped",
        "Its commit is not known.",
        "When it was made is not known",
    ]


def test_pages_together_are_the_whole(repository: Repository) -> None:
    one_of_each(repository)
    for place in range(5):
        a_run(repository, started_at=minute(place))
    asked = Asked(repository_ids=[repository.pk])
    whole = explain(asked, tuple(RULES), limit=100).items
    assert len(whole) == 17
    pages = [explain(asked, tuple(RULES), limit=3, offset=at).items for at in range(0, 18, 3)]
    assert [one for page in pages for one in page] == list(whole)
    workflows = replace(asked, sources=[WORKFLOW])
    assert explain(workflows, tuple(RULES), limit=1, counts=False).total == 2


def test_a_part_of_a_name_is_searched_as_it_is(repository: Repository) -> None:
    for name in ("a%b", "a_b", "a\\b", "axb"):
        a_deployment(repository, environment=name)
    for part in ("%", "_", "\\"):
        assert [one.name for one in kinds(Asked(search=part))] == [f"a{part}b"]
