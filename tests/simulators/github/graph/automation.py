"""The tables for checks, statuses and workflow runs; of deployments, releases, tags and topics as well."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from tests.simulators.github.automation import CheckRun, CheckSuite, CommitStatus
from tests.simulators.github.deployments import Deployment, Release, Tag
from tests.simulators.github.records import Account, Commit, Repository

from .connections import Page, paginate
from .readers import (
    TAGS,
    Getter,
    Reference,
    Resolver,
    Signature,
    branch,
    connection,
    constant,
    pluck,
    small_id,
    time_of,
)

GHOST = Account(database_id=10_137, login="ghost", name="Deleted user")
"""Who stands for a deleted account where GitHub may not say null."""


class Combined(NamedTuple):
    """A commit's latest status of each context, or with check runs its rollup."""

    commit: Commit
    contexts: list[CommitStatus | CheckRun]

    @property
    def state(self) -> str:
        return summed_up(self.contexts)


def summed_up(contexts: Sequence[CommitStatus | CheckRun]) -> str:
    """One state for all."""
    words = {_as_state(one) for one in contexts}
    return next((word for word in ("ERROR", "FAILURE", "PENDING") if word in words), "SUCCESS")


def _as_state(one: CommitStatus | CheckRun) -> str:
    if isinstance(one, CommitStatus):
        return one.state
    passed = {None: "PENDING", "SUCCESS": "SUCCESS", "NEUTRAL": "SUCCESS", "SKIPPED": "SUCCESS"}
    return passed.get(one.conclusion, "FAILURE")


def latest_statuses(commit: Commit) -> list[CommitStatus]:
    """Of each context the newest."""
    ordered = sorted(commit.statuses, key=attrgetter("created_at"))
    return list({status.context: status for status in ordered}.values())


def combined_status(commit: Commit) -> Combined | None:
    return Combined(commit, [*latest_statuses(commit)]) if commit.statuses else None


def rollup(commit: Commit) -> Combined | None:
    found: list[CommitStatus | CheckRun] = [*latest_statuses(commit)]
    found[:0] = [run for suite in commit.check_suites for run in suite.latest_runs]
    return Combined(commit, found) if found else None


def check_suites_of(commit: Commit, _context: Any, arguments: dict[str, Any]) -> Page:
    wanted = arguments.get("filterBy") or {}
    found = [
        suite
        for suite in commit.check_suites
        if wanted.get("appId") in (None, suite.app.database_id)
        and (not wanted.get("checkName") or _has_check(suite, wanted["checkName"]))
    ]
    return paginate(found, arguments, "checkSuites")


def _has_check(suite: CheckSuite, name: str) -> bool:
    return any(run.name == name for run in suite.runs)


def check_runs_of(suite: CheckSuite, _context: Any, arguments: dict[str, Any]) -> Page:
    """The latest run of each name, unless the filter asks for all."""
    wanted = arguments.get("filterBy") or {}
    found = suite.runs if wanted.get("checkType") == "ALL" else suite.latest_runs
    name, app = wanted.get("checkName"), wanted.get("appId")
    if name or app is not None:
        found = [
            run
            for run in found
            if name in (None, run.name) and app in (None, suite.app.database_id)
        ]
    return paginate(found, arguments, "checkRuns")


def deployments_of(repository: Repository, _context: Any, arguments: dict[str, Any]) -> Page:
    wanted = arguments.get("environments")
    found = [one for one in repository.deployments if not wanted or one.environment in wanted]
    return paginate(_by_creation(found, arguments), arguments, "deployments")


def releases_of(repository: Repository, _context: Any, arguments: dict[str, Any]) -> Page:
    order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "DESC"}
    if order["field"] == "NAME":
        found = sorted(
            repository.releases, key=attrgetter("name"), reverse=order["direction"] == "DESC"
        )
    else:
        found = _by_creation(repository.releases, {"orderBy": order})
    return paginate(found, arguments, "releases")


def _by_creation(items: list[Any], arguments: dict[str, Any]) -> list[Any]:
    descending = (arguments.get("orderBy") or {}).get("direction") == "DESC"
    return sorted(items, key=attrgetter("created_at", "database_id"), reverse=descending)


def release_by_tag(
    repository: Repository, _context: Any, arguments: dict[str, Any]
) -> Release | None:
    wanted = arguments["tagName"]
    return next((one for one in repository.releases if one.tag_name == wanted), None)


def _newest_statuses(deployment: Deployment) -> list[Any]:
    return deployment.statuses[::-1]


def _reference_of(deployment: Deployment) -> Reference | None:
    """The branch or tag that was deployed, while there is one of that name."""
    found = branch(deployment.repository, deployment.ref)
    tag = deployment.repository.tags.get(deployment.ref)
    return found or (Reference(deployment.repository, TAGS, tag.name, tag.commit) if tag else None)


def _release_reference(release: Release) -> Reference | None:
    tag = release.repository.tags.get(release.tag_name)
    return Reference(release.repository, TAGS, tag.name, tag.commit) if tag else None


def _suite_branch(suite: CheckSuite) -> Reference | None:
    return branch(suite.repository, suite.branch)


def actor_or_ghost(record: Any) -> Account:
    account: Account | None = record.creator
    return GHOST if account is None or account.deleted else account


def _person(name: str) -> Getter:
    """A field of type User: null for bots and deleted accounts."""

    def read(record: Any) -> Account | None:
        account: Account | None = getattr(record, name)
        gone = account is None or account.deleted or account.kind != "User"
        return None if gone else account

    return read


def _tagger(tag: Tag) -> Signature | None:
    if tag.tagged_at is None:
        return None
    who = tag.tagger or GHOST
    return Signature(tag.tagger, who.name or who.login, who.email, tag.tagged_at)


class Topic(NamedTuple):
    name: str


def topics_of(repository: Repository) -> list[Topic]:
    return [Topic(name) for name in repository.topics]


_OWN: dict[str, Getter] = {"id": attrgetter("node_id"), "databaseId": small_id}
_TIMES: dict[str, Getter] = {"createdAt": time_of("created_at"), "updatedAt": time_of("updated_at")}

PLAIN: dict[str, dict[str, Getter]] = {
    "App": {**_OWN, **pluck("slug", "name"), "createdAt": time_of("created_at")},
    "CheckSuite": {
        **_OWN,
        **_TIMES,
        **pluck("app", "commit", "status", "conclusion", "repository", "workflowRun"),
        "branch": _suite_branch,
        "creator": constant(None),
    },
    "CheckRun": {
        **_OWN,
        **pluck("name", "status", "conclusion", "externalId", "repository"),
        "checkSuite": attrgetter("suite"),
        "startedAt": time_of("started_at"),
        "completedAt": time_of("completed_at"),
        **dict.fromkeys(("text", "summary", "title"), attrgetter("output")),
    },
    "Status": {
        "id": lambda combined: f"S_{combined.commit.oid}",
        **pluck("state", "contexts", "commit"),
    },
    "StatusCheckRollup": {
        "id": lambda combined: f"SCR_{combined.commit.oid}",
        **pluck("state", "commit"),
    },
    "StatusContext": {
        "id": attrgetter("node_id"),
        **pluck("context", "state", "description", "commit"),
        "createdAt": time_of("created_at"),
        "creator": lambda status: status.creator and actor_or_ghost(status),
        "targetUrl": constant(None),
    },
    "Workflow": {
        **_OWN,
        **pluck("name"),
        "createdAt": time_of("created_at"),
        "updatedAt": time_of("created_at"),
        "state": constant("ACTIVE"),
    },
    "WorkflowRun": {
        **_OWN,
        **_TIMES,
        **pluck("event", "runNumber", "workflow"),
        "checkSuite": attrgetter("suite"),
    },
    "Deployment": {
        **_OWN,
        **_TIMES,
        **pluck(
            *("commit", "environment", "originalEnvironment", "latestStatus", "task", "state"),
            *("description", "repository"),
        ),
        "latestEnvironment": attrgetter("environment"),
        "commitOid": attrgetter("commit.oid"),
        "creator": actor_or_ghost,
        "ref": _reference_of,
        "payload": constant(None),
    },
    "DeploymentStatus": {
        "id": attrgetter("node_id"),
        **pluck("state", "environment", "description", "deployment"),
        "createdAt": time_of("created_at"),
        "updatedAt": time_of("created_at"),
        "creator": actor_or_ghost,
    },
    "Release": {
        **_OWN,
        **_TIMES,
        "publishedAt": time_of("published_at"),
        **pluck("name", "tagName", "isDraft", "isPrerelease", "repository"),
        "tag": _release_reference,
        "tagCommit": attrgetter("commit"),
        "author": _person("author"),
        "description": attrgetter("body"),
        "descriptionHTML": attrgetter("body"),
    },
    "Tag": {
        "id": lambda tag: f"TA_{tag.oid}",
        **pluck("name", "message", "oid", "repository"),
        "abbreviatedOid": lambda tag: tag.oid[:7],
        "target": attrgetter("commit"),
        "tagger": _tagger,
    },
    "RepositoryTopic": {
        "id": lambda topic: f"RT_{topic.name}",
        "topic": lambda topic: topic,
    },
    "Topic": {"id": lambda topic: f"T_{topic.name}", "name": attrgetter("name")},
}

WITH_ARGUMENTS: dict[str, dict[str, Resolver]] = {
    "CheckSuite": {"checkRuns": check_runs_of},
    "Deployment": {"statuses": connection(_newest_statuses, "statuses")},
    "StatusCheckRollup": {"contexts": connection(attrgetter("contexts"), "contexts")},
    "Status": {"combinedContexts": connection(attrgetter("contexts"), "combinedContexts")},
}
