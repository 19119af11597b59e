"""REST of what machines do: workflow runs, attempts and jobs, checks, statuses, deployments, releases and tags."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from .automation import Attempt, Job, Workflow, WorkflowRun
from .automation_payloads import (
    api,
    artifact_json,
    check_run_json,
    check_suite_json,
    deployment_json,
    deployment_status_json,
    job_json,
    release_json,
    status_json,
    workflow_json,
    workflow_run_json,
)
from .graph.automation import latest_statuses, summed_up
from .payloads import repository_lite
from .records import Commit, Repository
from .rest_request import RestAnswer, RestRequest, link, listed, named, not_found

Handler = Callable[..., RestAnswer]

MOST_FOUND = 1000
"""No search by one of these finds more, however many there are."""
SEARCHES = ("actor", "branch", "check_suite_id", "created", "event", "head_sha", "status")


def within(handler: Callable[..., RestAnswer]) -> Handler:
    """A handler that is given the repository in place of its owner and name."""

    def answer(request: RestRequest, owner: str, name: str, *rest: str) -> RestAnswer:
        found = named(request, owner, name)
        return found if isinstance(found, RestAnswer) else handler(request, found, *rest)

    return answer


def _counted(
    request: RestRequest, name: str, items: Sequence[Any], shown: Callable[[Any], Any]
) -> RestAnswer:
    page, links = listed(request, items)
    return RestAnswer(200, {"total_count": len(items), name: [shown(one) for one in page]}, links)


def _plain(request: RestRequest, items: Sequence[Any], shown: Callable[[Any], Any]) -> RestAnswer:
    page, links = listed(request, items)
    return RestAnswer(200, [shown(one) for one in page], links)


# -- workflow runs ---------------------------------------------------------------------------------------------


def _runs(request: RestRequest, repository: Repository) -> RestAnswer:
    return _found_runs(request, list(repository.workflow_runs.values()))


def _runs_of_workflow(request: RestRequest, repository: Repository, which: str) -> RestAnswer:
    workflow = _find_workflow(repository, which)
    if workflow is None:
        return not_found()
    found = [run for run in repository.workflow_runs.values() if run.workflow is workflow]
    return _found_runs(request, found)


def _found_runs(request: RestRequest, runs: list[WorkflowRun]) -> RestAnswer:
    """Newest first; a search counts all that it finds and shows the first thousand."""
    tests = {name: request.query[name] for name in SEARCHES if request.query.get(name)}
    if "created" in tests:
        try:
            begins, ends = created_between(tests.pop("created"))
        except ValueError:
            return RestAnswer(422, {"message": "Validation Failed", "errors": []})
        runs = [run for run in runs if begins <= run.created_at <= ends]
    found = [run for run in runs if all(_matches(run, *test) for test in tests.items())]
    found.sort(key=attrgetter("created_at", "database_id"), reverse=True)
    searched = any(request.query.get(name) for name in SEARCHES)
    shown = found[:MOST_FOUND] if searched else found
    number, size = request.page()
    page = shown[(number - 1) * size : number * size]
    body = {
        "total_count": len(found),
        "workflow_runs": [workflow_run_json(run, request.base_url) for run in page],
    }
    return RestAnswer(200, body, link(request, number, max(1, -(-len(shown) // size))))


def created_between(text: str) -> tuple[int, int]:
    """The first and last second of GitHub's search syntax for dates: ``>=…``, ``<…``, ``a..b``, ``*..b``, a day."""
    if ".." in text:
        begin, end = text.split("..", 1)
        first = 0 if begin == "*" else _span(begin)[0]
        return first, 1 << 62 if end == "*" else _span(end)[1]
    for sign in (">=", "<=", ">", "<"):
        if text.startswith(sign):
            first, last = _span(text.removeprefix(sign))
            bounds = {">=": (first, 1 << 62), "<=": (0, last)}
            return bounds.get(sign, (last + 1, 1 << 62) if sign == ">" else (0, first - 1))
    return _span(text)


def _span(text: str) -> tuple[int, int]:
    """The seconds that a time (a second) or a date (a day) covers."""
    moment = datetime.fromisoformat(text)
    begin = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    length = timedelta(seconds=1) if "T" in text else timedelta(days=1)
    return int(begin.timestamp()), int((begin + length).timestamp()) - 1


def _matches(run: WorkflowRun, name: str, value: str) -> bool:
    if name == "status":
        return value.upper() in (run.latest.status, run.latest.conclusion)
    if name == "actor":
        return run.actor is not None and run.actor.login == value
    read: dict[str, Callable[[WorkflowRun], str]] = {
        "branch": attrgetter("suite.branch"),
        "check_suite_id": lambda run: str(run.suite.database_id),
        "event": attrgetter("event"),
        "head_sha": attrgetter("commit.oid"),
    }
    return read[name](run) == value


def _run(request: RestRequest, repository: Repository, number: str) -> RestAnswer:
    run = repository.workflow_runs.get(int(number))
    return RestAnswer(200, workflow_run_json(run, request.base_url)) if run else not_found()


def _attempt_of(
    repository: Repository, number: str, attempt: str
) -> tuple[WorkflowRun, Attempt] | None:
    run = repository.workflow_runs.get(int(number))
    if run is None or not 0 < int(attempt) <= len(run.attempts):
        return None
    return run, run.attempts[int(attempt) - 1]


def _attempt(request: RestRequest, repository: Repository, number: str, attempt: str) -> RestAnswer:
    found = _attempt_of(repository, number, attempt)
    if found is None:
        return not_found()
    return RestAnswer(200, workflow_run_json(found[0], request.base_url, found[1]))


def _attempt_jobs(
    request: RestRequest, repository: Repository, number: str, attempt: str
) -> RestAnswer:
    found = _attempt_of(repository, number, attempt)
    return _jobs_shown(request, found[1].jobs) if found else not_found()


def _run_jobs(request: RestRequest, repository: Repository, number: str) -> RestAnswer:
    run = repository.workflow_runs.get(int(number))
    if run is None:
        return not_found()
    attempts = run.attempts if request.query.get("filter") == "all" else [run.latest]
    return _jobs_shown(request, [job for attempt in attempts for job in attempt.jobs])


def _jobs_shown(request: RestRequest, jobs: list[Job]) -> RestAnswer:
    return _counted(request, "jobs", jobs, lambda job: job_json(job, request.base_url))


def _job(request: RestRequest, repository: Repository, number: str) -> RestAnswer:
    for run in repository.workflow_runs.values():
        for attempt in run.attempts:
            for job in attempt.jobs:
                if job.database_id == int(number):
                    return RestAnswer(200, job_json(job, request.base_url))
    return not_found()


def _find_workflow(repository: Repository, which: str) -> Workflow | None:
    """By id or by the name of its file."""
    return next(
        (
            one
            for one in repository.workflows.values()
            if which in (str(one.database_id), one.path.rsplit("/", 1)[1])
        ),
        None,
    )


def _workflows(request: RestRequest, repository: Repository) -> RestAnswer:
    found = list(repository.workflows.values())
    return _counted(request, "workflows", found, lambda one: workflow_json(one, request.base_url))


# -- checks and statuses ---------------------------------------------------------------------------------------


def _commit_at(repository: Repository, ref: str) -> Commit | None:
    tag = repository.tags.get(ref)
    found = repository.branches.get(ref) or (tag.commit if tag else None)
    return found or repository.commit(ref)


def _check_runs(request: RestRequest, repository: Repository, ref: str) -> RestAnswer:
    commit = _commit_at(repository, ref)
    if commit is None:
        return RestAnswer(422, {"message": f"No commit found for SHA: {ref}"})
    every = request.query.get("filter") == "all"
    runs = [
        run for suite in commit.check_suites for run in (suite.runs if every else suite.latest_runs)
    ]
    return _counted(request, "check_runs", runs, lambda run: check_run_json(run, request.base_url))


def _check_suites(request: RestRequest, repository: Repository, ref: str) -> RestAnswer:
    commit = _commit_at(repository, ref)
    if commit is None:
        return RestAnswer(422, {"message": f"No commit found for SHA: {ref}"})
    repository_shown = _repository_shown(request, repository)
    return _counted(
        request,
        "check_suites",
        commit.check_suites,
        lambda suite: check_suite_json(suite, request.base_url) | repository_shown,
    )


def _repository_shown(request: RestRequest, repository: Repository) -> dict[str, Any]:
    return {"repository": repository_lite(repository, request.base_url)}


def _statuses(request: RestRequest, repository: Repository, ref: str) -> RestAnswer:
    """Newest first, each context as often as it spoke."""
    commit = _commit_at(repository, ref)
    if commit is None:
        return RestAnswer(422, {"message": f"No commit found for SHA: {ref}"})
    newest = sorted(commit.statuses, key=attrgetter("created_at", "database_id"), reverse=True)
    return _plain(request, newest, lambda one: status_json(one, request.base_url))


def _combined(request: RestRequest, repository: Repository, ref: str) -> RestAnswer:
    commit = _commit_at(repository, ref)
    if commit is None:
        return not_found()
    latest = latest_statuses(commit)
    page, links = listed(request, latest)
    where = api(repository, request.base_url)
    body = {
        "state": summed_up(latest).lower() if latest else "pending",
        "statuses": [status_json(one, request.base_url) for one in page],
        "sha": commit.oid,
        "total_count": len(latest),
        **_repository_shown(request, repository),
        "commit_url": f"{where}/commits/{commit.oid}",
        "url": f"{where}/commits/{commit.oid}/status",
    }
    return RestAnswer(200, body, links)


# -- artifacts -------------------------------------------------------------------------------------------------


def _artifacts(request: RestRequest, repository: Repository, number: str) -> RestAnswer:
    run = repository.workflow_runs.get(int(number))
    if run is None:
        return not_found()
    found = [one for one in repository.artifacts if one.run is run]
    return _counted(request, "artifacts", found, lambda one: artifact_json(one, request.base_url))


def _artifact_zip(request: RestRequest, repository: Repository, number: str) -> RestAnswer:
    """GitHub sends on to where the file is kept, for a minute, and without any token."""
    found = next((one for one in repository.artifacts if one.database_id == int(number)), None)
    if found is None:
        return not_found()
    if found.is_expired:
        return RestAnswer(410, {"message": "Artifact has expired"})
    return RestAnswer(302, None, {"Location": found.kept_at})


# -- deployments, releases, tags -------------------------------------------------------------------------------


def _deployments(request: RestRequest, repository: Repository) -> RestAnswer:
    tests = {
        name: request.query[name]
        for name in ("environment", "ref", "task", "sha")
        if request.query.get(name)
    }
    read = {"sha": attrgetter("commit.oid")}
    found = [
        one
        for one in repository.deployments
        if all(read.get(name, attrgetter(name))(one) == value for name, value in tests.items())
    ]
    found.sort(key=attrgetter("created_at", "database_id"), reverse=True)
    return _plain(request, found, lambda one: deployment_json(one, request.base_url))


def _deployment_statuses(request: RestRequest, repository: Repository, number: str) -> RestAnswer:
    found = next((one for one in repository.deployments if one.database_id == int(number)), None)
    if found is None:
        return not_found()
    return _plain(
        request, found.statuses[::-1], lambda one: deployment_status_json(one, request.base_url)
    )


def _releases(request: RestRequest, repository: Repository) -> RestAnswer:
    newest = sorted(repository.releases, key=attrgetter("created_at", "database_id"), reverse=True)
    return _plain(request, newest, lambda one: release_json(one, request.base_url))


def _tags(request: RestRequest, repository: Repository) -> RestAnswer:
    where = api(repository, request.base_url)

    def shown(name: str) -> dict[str, Any]:
        tag = repository.tags[name]
        return {
            "name": name,
            "commit": {"sha": tag.commit.oid, "url": f"{where}/commits/{tag.commit.oid}"},
            "zipball_url": f"{where}/zipball/refs/tags/{name}",
            "tarball_url": f"{where}/tarball/refs/tags/{name}",
            "node_id": f"REF_{repository.database_id}_{name}",
        }

    return _plain(request, sorted(repository.tags, reverse=True), shown)


_IN_REPOSITORY: list[tuple[str, Handler]] = [
    (r"/actions/runs", _runs),
    (r"/actions/runs/(\d+)", _run),
    (r"/actions/runs/(\d+)/jobs", _run_jobs),
    (r"/actions/runs/(\d+)/attempts/(\d+)", _attempt),
    (r"/actions/runs/(\d+)/attempts/(\d+)/jobs", _attempt_jobs),
    (r"/actions/runs/(\d+)/artifacts", _artifacts),
    (r"/actions/artifacts/(\d+)/zip", _artifact_zip),
    (r"/actions/jobs/(\d+)", _job),
    (r"/actions/workflows", _workflows),
    (r"/actions/workflows/([^/]+)/runs", _runs_of_workflow),
    (r"/commits/(.+)/check-runs", _check_runs),
    (r"/commits/(.+)/check-suites", _check_suites),
    (r"/commits/(.+)/statuses", _statuses),
    (r"/commits/(.+)/status", _combined),
    (r"/deployments", _deployments),
    (r"/deployments/(\d+)/statuses", _deployment_statuses),
    (r"/releases", _releases),
    (r"/tags", _tags),
]
ROUTES = [
    (f"/repos/([^/]+)/([^/]+){pattern}", within(handler)) for pattern, handler in _IN_REPOSITORY
]
