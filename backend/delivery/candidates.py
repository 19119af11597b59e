"""Everything that may be a deployment, read set-based, and why each thing is one or is none.

What the times and outcomes are, by source, is told in `candidate_rows`.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import connection as database

from backend.delivery.candidate_rows import ROWS
from backend.delivery.deployment_rules import (
    API,
    GITHUB_DEPLOYMENT,
    SOURCES,
    Candidate,
    Rule,
    Verdict,
    fits_repository,
    judge_name,
)
from backend.delivery.models import Repository


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
            _CANDIDATES.format(rows=ROWS[source]),
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
        cursor.execute(_NAMES.format(rows=ROWS[source]), [repository_id])
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
    def condition(self) -> str:
        """Of one repository alone indexes reach further than of a list."""
        alone = self.repository_ids is not None and len(self.repository_ids) == 1
        return _ONE if alone else _SOME

    @property
    def parameters(self) -> dict[str, Any]:
        repositories = None if self.repository_ids is None else list(self.repository_ids)
        escaped = re.sub(r"([\\%_])", r"\\\1", self.search)
        return {
            "repositories": repositories,
            "repository": repositories[0] if repositories else None,
            "since": self.since,
            "search": f"%{escaped}%" if self.search else "",
            "key": self.key,
        }


_ASKED: Final = """
    {repositories} AND (%(since)s::timestamptz IS NULL OR row.started_at IS NULL OR row.started_at >= %(since)s)
    AND (%(search)s::text = '' OR row.name ILIKE %(search)s) AND (%(key)s::text = '' OR row.key = %(key)s)
"""
_ONE: Final = _ASKED.format(repositories="row.repository_id = %(repository)s")
_SOME: Final = _ASKED.format(
    repositories="(%(repositories)s::bigint[] IS NULL OR row.repository_id = ANY(%(repositories)s))"
)
_KINDS: Final = """
    SELECT repository_id, of.name_with_owner, name, service, possible, known - possible, latest_at
    FROM (SELECT repository_id, name, service, count(*) AS known,
            count(*) FILTER (WHERE obstacle = '') AS possible, max(started_at) AS latest_at
        FROM ({rows}) AS row WHERE {asked} GROUP BY repository_id, name, service) AS kind
    JOIN delivery_repository AS of ON of.id = repository_id
"""


def kinds(asked: Asked) -> list[Kind]:
    """In the order of their repositories, sources and names."""
    found: list[Kind] = []
    for source in asked.sources:
        with database.cursor() as cursor:
            cursor.execute(
                _KINDS.format(rows=ROWS[source], asked=asked.condition), asked.parameters
            )
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
        _THINGS.format(place=places[source], rows=ROWS[source], asked=asked.condition)
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
