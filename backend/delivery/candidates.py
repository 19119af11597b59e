"""Everything that may be a deployment, read from what was collected and reported, set-based.

What the times and outcomes are, by source:

- GitHub deployment: its statuses decide. The first success is its end, whatever came after; else the first failure or
  error. The environment is the latest known one. Without either it goes on, or its state says that it is over.
- Workflow run: each attempt, unless it ran for a pull request; it ends with its last job. Check run: likewise.
- Release: published, and no draft. The name of a pre-release ends in " (pre-release)", so that rules can tell it apart.
- Tag: an annotated one's own time, else its commit's.
- Merge: each merged pull request, at its merge, by the branch that it went to.
- Reported by API: as told.

Cancelled and skipped runs are neither successes nor failures, and so no candidates.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import connection as database

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
    Verdict,
    fits_repository,
    judge_name,
)
from backend.delivery.models import Repository

PRE_RELEASE: Final = " (pre-release)"

_FAILURES: Final = "('failure', 'timed_out', 'startup_failure')"
_OUTCOME: Final = (
    "CASE conclusion WHEN '' THEN 'in_progress' WHEN 'success' THEN 'succeeded'"
    f" ELSE CASE WHEN conclusion IN {_FAILURES} THEN 'failed' ELSE '' END END"
)
_FOR_PULLS: Final = "('pull_request', 'pull_request_target')"

_WORD: Final = "(SELECT min(created_at) FROM delivery_deploymentstatus WHERE deployment_id = one.id AND state IN {})"
_SUCCEEDED_AT: Final = _WORD.format("('success')")
_FAILED_AT: Final = _WORD.format("('failure', 'error')")

_ROWS: Final[Mapping[str, str]] = {
    GITHUB_DEPLOYMENT: f"""
        SELECT repository_id, external_id::text AS key,
            COALESCE(NULLIF(latest_environment, ''), (SELECT environment FROM delivery_deploymentstatus
                WHERE deployment_id = one.id AND environment <> '' ORDER BY created_at DESC, id DESC LIMIT 1),
                environment) AS name,
            '' AS service, sha,
            CASE WHEN {_SUCCEEDED_AT} IS NOT NULL THEN 'succeeded' WHEN {_FAILED_AT} IS NOT NULL THEN 'failed'
                ELSE 'in_progress' END AS outcome,
            CASE WHEN state IN ('inactive', 'abandoned', 'destroyed') AND NOT EXISTS (
                SELECT FROM delivery_deploymentstatus WHERE deployment_id = one.id
                AND state IN ('success', 'failure', 'error')) THEN 'ended' ELSE '' END AS obstacle,
            created_at AS started_at,
            CASE WHEN COALESCE({_SUCCEEDED_AT}, {_FAILED_AT}) IS NOT NULL
                THEN GREATEST(created_at, COALESCE({_SUCCEEDED_AT}, {_FAILED_AT})) END AS finished_at
        FROM delivery_deployment AS one""",  # noqa: S608 - constants of this module
    WORKFLOW: f"""
        SELECT repository_id, external_id || '.' || attempt AS key, workflow AS name, '' AS service, head_sha AS sha,
            {_OUTCOME} AS outcome,
            CASE WHEN event IN {_FOR_PULLS} THEN 'pull_request' WHEN {_OUTCOME} = '' THEN 'undone' ELSE '' END
                AS obstacle,
            started_at,
            CASE WHEN conclusion <> '' THEN GREATEST(started_at, COALESCE((
                SELECT max(completed_at) FROM delivery_workflowjob WHERE run_id = one.id), updated_at)) END
                AS finished_at
        FROM delivery_workflowrun AS one""",  # noqa: S608 - constants of this module
    CHECK: f"""
        SELECT suite.repository_id, one.external_id::text AS key, one.name, '' AS service, suite.head_sha AS sha,
            one.outcome,
            CASE WHEN suite.workflow_run_external_id IS NOT NULL AND EXISTS (
                    SELECT FROM delivery_workflowrun AS run WHERE run.repository_id = suite.repository_id
                    AND run.external_id = suite.workflow_run_external_id AND run.event IN {_FOR_PULLS})
                THEN 'pull_request' WHEN one.outcome = '' THEN 'undone' ELSE '' END AS obstacle,
            COALESCE(one.started_at, suite.created_at) AS started_at,
            CASE WHEN one.conclusion <> '' THEN GREATEST(COALESCE(one.started_at, suite.created_at),
                COALESCE(one.completed_at, suite.updated_at)) END AS finished_at
        FROM (SELECT *, {_OUTCOME} AS outcome FROM delivery_checkrun) AS one
        JOIN delivery_checksuite AS suite ON suite.id = one.suite_id""",  # noqa: S608 - constants of this module
    RELEASE: f"""
        SELECT repository_id, external_id::text AS key,
            CASE WHEN is_prerelease THEN tag || '{PRE_RELEASE}' ELSE tag END AS name, '' AS service, sha,
            'succeeded' AS outcome,
            CASE WHEN is_draft THEN 'draft' WHEN sha = '' THEN 'no commit' WHEN published_at IS NULL THEN 'unpublished'
                ELSE '' END AS obstacle,
            published_at AS started_at, published_at AS finished_at
        FROM delivery_release""",  # noqa: S608 - constants of this module
    TAG: """
        SELECT one.repository_id, one.name AS key, one.name, '' AS service, one.sha, 'succeeded' AS outcome,
            CASE WHEN COALESCE(one.tagged_at, leaf.committed_at) IS NULL THEN 'no time' ELSE '' END AS obstacle,
            COALESCE(one.tagged_at, leaf.committed_at) AS started_at,
            COALESCE(one.tagged_at, leaf.committed_at) AS finished_at
        FROM delivery_tag AS one LEFT JOIN delivery_commit AS leaf
            ON leaf.repository_id = one.repository_id AND leaf.sha = one.sha""",
    MERGE: """
        SELECT repository_id, number::text AS key, base_ref AS name, '' AS service, merge_sha AS sha,
            'succeeded' AS outcome, CASE WHEN merge_sha = '' THEN 'no commit' ELSE '' END AS obstacle,
            merged_at AS started_at, merged_at AS finished_at
        FROM delivery_pullrequest WHERE merged_at IS NOT NULL""",
    API: """
        SELECT repository_id, external_id AS key, environment AS name, service, sha, outcome, '' AS obstacle,
            COALESCE(started_at, finished_at, reported_at) AS started_at,
            CASE WHEN outcome <> 'in_progress' THEN COALESCE(finished_at, reported_at) END AS finished_at
        FROM delivery_reporteddeployment""",
}
"""Of each source, under the same names. An obstacle is why it can be no deployment whatever the rules say."""


def candidates(
    repository_id: int, *, since: datetime | None = None, rules: Sequence[Rule] | None = None
) -> Iterator[Candidate]:
    """All of a repository that began at or after `since`, in no particular order.

    With `rules` only those that are deployments by them, or by the built-in names: what is read is then in proportion
    to these, and not to all that ever ran.
    """
    repository = _name(repository_id)
    for source in SOURCES:
        names = None if rules is None else _counting(repository_id, repository, source, rules)
        if names is None or names:
            yield from _read(repository_id, repository, source, names=names, since=since)


_CANDIDATES: Final = """
    SELECT key, name, sha, outcome, started_at, finished_at, service FROM ({rows}) AS row
    WHERE repository_id = %(repository)s AND obstacle = ''
        AND (%(names)s::text[] IS NULL OR name = ANY(%(names)s))
        AND (%(since)s::timestamptz IS NULL OR started_at >= %(since)s)
"""


def _read(
    repository_id: int,
    repository: str,
    source: str,
    *,
    names: list[str] | None,
    since: datetime | None,
) -> Iterator[Candidate]:
    with database.cursor() as cursor:
        cursor.execute(
            _CANDIDATES.format(rows=_ROWS[source]),
            {"repository": repository_id, "names": names, "since": since},
        )
        rows = cursor.fetchall()
    return (Candidate(repository, source, *row) for row in rows)


_NAMES: Final = "SELECT DISTINCT name, service FROM ({rows}) AS row WHERE repository_id = %s"


def _counting(repository_id: int, repository: str, source: str, rules: Sequence[Rule]) -> list[str]:
    """The names under which something of this source is a deployment."""
    if source not in {GITHUB_DEPLOYMENT, API} and not any(
        rule.source == source and fits_repository(repository, rule.repositories) for rule in rules
    ):
        return []
    with database.cursor() as cursor:
        cursor.execute(_NAMES.format(rows=_ROWS[source]), [repository_id])
        found = cursor.fetchall()
    judged = tuple(rules)
    return sorted(
        {
            name
            for name, service in found
            if judge_name(repository, source, name, service, judged).deployments
        }
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """What the rules can tell apart: all of one name from one source in one repository."""

    repository_id: int
    repository: str
    source: str
    name: str
    service: str
    possible: int
    """How many may be deployments."""
    impossible: int
    """How many have an obstacle."""
    latest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Explained:
    """One thing and why it is a deployment, or none. What has an obstacle may have no time and no outcome."""

    repository_id: int
    repository: str
    source: str
    key: str
    name: str
    service: str
    sha: str
    outcome: str
    started_at: datetime | None
    finished_at: datetime | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Page:
    """`total` is how many there are on all pages."""

    items: tuple[Explained, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Which of all things are asked for. None: whatever it is."""

    repository_ids: Sequence[int] | None = None
    sources: Sequence[str] = tuple(SOURCES)
    since: datetime | None = None
    """What began earlier is left out; what has no time is not."""
    search: str = ""
    """A part of the name."""
    key: str = ""
    """Exactly this one of its source; empty: each."""

    @property
    def parameters(self) -> dict[str, Any]:
        repositories = None if self.repository_ids is None else list(self.repository_ids)
        escaped = re.sub(r"([\\%_])", r"\\\1", self.search)
        return {
            "repositories": repositories,
            "since": self.since,
            "search": f"%{escaped}%" if self.search else "",
            "key": self.key,
        }


_ASKED: Final = """
    (%(repositories)s::bigint[] IS NULL OR row.repository_id = ANY(%(repositories)s))
    AND (%(since)s::timestamptz IS NULL OR row.started_at IS NULL OR row.started_at >= %(since)s)
    AND (%(search)s::text = '' OR row.name ILIKE %(search)s) AND (%(key)s::text = '' OR row.key = %(key)s)
"""
_KINDS: Final = """
    SELECT row.repository_id, of.name_with_owner, row.name, row.service,
        count(*) FILTER (WHERE obstacle = ''), count(*) FILTER (WHERE obstacle <> ''), max(started_at)
    FROM ({rows}) AS row JOIN delivery_repository AS of ON of.id = row.repository_id WHERE {asked}
    GROUP BY row.repository_id, of.name_with_owner, row.name, row.service
"""


def kinds(asked: Asked) -> list[Kind]:
    """In the order of their repositories, sources and names."""
    found: list[Kind] = []
    for source in asked.sources:
        with database.cursor() as cursor:
            cursor.execute(_KINDS.format(rows=_ROWS[source], asked=_ASKED), asked.parameters)
            found += (
                Kind(repository_id, repository, source, name, service, *numbers)
                for repository_id, repository, name, service, *numbers in cursor.fetchall()
            )
    places = {source: place for place, source in enumerate(SOURCES)}
    return sorted(
        found, key=lambda one: (one.repository, places[one.source], one.name, one.service)
    )


def verdict(kind: Kind, rules: tuple[Rule, ...]) -> Verdict:
    return judge_name(kind.repository, kind.source, kind.name, kind.service, rules)


def unmapped(asked: Asked, rules: tuple[Rule, ...]) -> list[Kind]:
    """Environments that nothing says anything of, and so count nowhere."""
    named = replace(asked, sources=(GITHUB_DEPLOYMENT, API))
    return [one for one in kinds(named) if one.possible and verdict(one, rules).is_unmapped]


_OBSTACLES: Final = {
    "ended": "It ended with neither a success nor a failure.",
    "pull_request": "It ran for a pull request: what such a run does is no deployment.",
    "undone": "It was cancelled or skipped: that is neither a success nor a failure.",
    "draft": "It is a draft.",
    "unpublished": "It is not published.",
    "no commit": "Its commit is not known.",
    "no time": "When it was made is not known: it has no time of its own, and its commit is not stored.",
}
_THINGS: Final = """
    (SELECT {place} AS place, row.* FROM ({rows}) AS row WHERE {asked}
        AND (%(counts)s::boolean IS NULL OR %(counts)s = (obstacle = ''
            AND (row.repository_id, row.name, row.service) IN (SELECT repository_id, name, service
                FROM jsonb_to_recordset(%(counting)s) AS kind (repository_id bigint, place int, name text, service text)
                WHERE kind.place = {place})))
        ORDER BY started_at DESC NULLS LAST, key LIMIT %(end)s)
"""
_PAGE: Final = """
    SELECT place, key, name, service, sha, outcome, obstacle, started_at, finished_at, repository_id,
        (SELECT name_with_owner FROM delivery_repository WHERE id = repository_id)
    FROM ({things}) AS thing ORDER BY started_at DESC NULLS LAST, place, key LIMIT %(limit)s OFFSET %(offset)s
"""


def explain(
    asked: Asked,
    rules: tuple[Rule, ...],
    *,
    counts: bool | None = None,
    environment: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Page:
    """Things newest first, each with the verdict on it. `counts` takes those that are deployments, or that are none;
    `environment`, those that are deployments to it.
    """
    of_all = kinds(asked)
    deployed = [
        one
        for one in of_all
        if any(environment in {None, to.environment} for to in verdict(one, rules).deployments)
    ]
    wanted = True if environment is not None else counts
    counting = sum(one.possible for one in deployed)
    everything = sum(one.possible + one.impossible for one in of_all)
    total = {None: everything, True: counting, False: everything - counting}[wanted]
    found = _things(asked, deployed, counts=wanted, limit=limit, offset=offset)
    return Page(tuple(_explained(one, rules) for one in found), total)


def _things(
    asked: Asked, deployed: Sequence[Kind], *, counts: bool | None, limit: int, offset: int
) -> list[tuple[Any, ...]]:
    places = {source: place for place, source in enumerate(SOURCES)}
    counting = [
        {
            "repository_id": one.repository_id,
            "place": places[one.source],
            "name": one.name,
            "service": one.service,
        }
        for one in deployed
    ]
    things = " UNION ALL ".join(
        _THINGS.format(place=places[source], rows=_ROWS[source], asked=_ASKED)
        for source in asked.sources
    )
    with database.cursor() as cursor:
        cursor.execute(
            _PAGE.format(things=things),
            {
                **asked.parameters,
                "counts": counts,
                "counting": json.dumps(counting),
                "end": offset + limit,
                "limit": limit,
                "offset": offset,
            },
        )
        return list(cursor.fetchall())


def _explained(row: tuple[Any, ...], rules: tuple[Rule, ...]) -> Explained:
    place, key, name, service, sha, outcome, obstacle, *times, repository_id, repository = row
    source = tuple(SOURCES)[place]
    started_at, finished_at = times
    judged = (
        Verdict((), _OBSTACLES[obstacle])
        if obstacle
        else judge_name(repository, source, name, service, rules)
    )
    return Explained(
        repository_id=repository_id, repository=repository, source=source, key=key, name=name,
        service=service, sha=sha, outcome=outcome, started_at=started_at, finished_at=finished_at,
        verdict=judged,
    )  # fmt: skip


def _name(repository_id: int) -> str:
    return Repository.objects.values_list("name_with_owner", flat=True).get(pk=repository_id)
