"""Read what deployments of one repository are judged by: a fixed number of statements, whatever there is of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import cache
from math import floor
from typing import Any, Final

from django.db import connection

from backend.delivery.candidates import candidates
from backend.delivery.deployment_rules import (
    API,
    GITHUB_DEPLOYMENT,
    SUCCEEDED,
    Candidate,
    hotfix,
    judge,
    path_filter,
)
from backend.delivery.models import FixCorrection, Repository
from backend.delivery.store.deployment_rules import deployment_rules, hotfix_rules
from backend.metrics.deployments.contents import Attempt, Known, Place, Pull, Row
from backend.metrics.deployments.fixes import INCIDENT, ISSUE, Correction, Incident
from backend.metrics.deployments.issue_incidents import PRODUCTION, of_repository
from backend.metrics.issues import links

Paths = tuple[str, ...]
_ROWS_AT_ONCE: Final = 10_000
_CORRECTION: Final = [one.name for one in fields(Correction)]


def attempts(repository_id: int) -> dict[Place, list[Attempt]]:
    """What the rules make deployments of, by service and environment, in no order."""
    rules = deployment_rules()
    found: dict[Place, list[Attempt]] = defaultdict(list)
    for candidate in candidates(repository_id, rules=rules):
        if candidate.outcome == SUCCEEDED and candidate.finished_at is None:
            continue
        for one in judge(candidate, rules).deployments:
            found[one.service, one.environment].append(
                _attempt(candidate, one.service, one.environment, one.paths)
            )
    return found


def _attempt(candidate: Candidate, service: str, environment: str, paths: Paths) -> Attempt:
    return Attempt(
        service=service,
        environment=environment,
        source=candidate.source,
        key=candidate.key,
        sha=candidate.sha,
        outcome=candidate.outcome,
        started_at=seconds(candidate.started_at),
        finished_at=None if candidate.finished_at is None else seconds(candidate.finished_at),
        paths=paths,
        lane=candidate.name if candidate.source in {API, GITHUB_DEPLOYMENT} else "",
    )


def seconds(moment: datetime) -> int:
    """As fine as figures are."""
    return floor(moment.timestamp())


# By what stands for them, and by their own commits. Rebased ones keep their author's date.
_PARTS: Final = """
    WITH wanted AS (SELECT unnest(%(shas)s::text[]) AS sha), pull AS (
        SELECT id, merge_sha, merged_at, created_at FROM delivery_pullrequest
        WHERE repository_id = %(repository)s AND state = 'merged' AND merge_sha <> ''
    )
    SELECT pull.id, sha, true FROM pull JOIN wanted ON wanted.sha = pull.merge_sha
    UNION
    SELECT pull.id, sha, false FROM pull
    JOIN delivery_pullrequestcommit own ON own.pull_request_id = pull.id AND NOT own.is_superseded
    JOIN wanted USING (sha)
    UNION
    SELECT pull.id, rebased.sha, false FROM pull
    JOIN delivery_commit tip ON tip.repository_id = %(repository)s AND tip.sha = pull.merge_sha
        AND cardinality(tip.parents) < 2
    JOIN delivery_pullrequestcommit own ON own.pull_request_id = pull.id AND NOT own.is_superseded
    JOIN delivery_commit rebased ON rebased.repository_id = %(repository)s
        AND rebased.authored_at = own.authored_at
        AND rebased.author_id IS NOT DISTINCT FROM own.author_id
        AND rebased.committed_at
            BETWEEN pull.created_at AND pull.merged_at + interval '1 minute'
    JOIN wanted ON wanted.sha = rebased.sha
"""
_PULLS: Final = """
    SELECT pull.id, pull.number, pull.merge_sha, pull.head_sha, fact.started_at, fact.merged_at,
        fact.author_key, fact.is_bot, pull.reverts, pull.head_ref, pull.labels
    FROM delivery_pullrequest pull
    JOIN metrics_pullrequestfact fact ON fact.pull_request_id = pull.id
    WHERE pull.id = ANY(%s) AND fact.merged_at IS NOT NULL
"""
_UNKNOWN_FILES: Final = """
    SELECT sha FROM delivery_commit
    WHERE repository_id = %s AND sha = ANY(%s) AND (NOT is_on_default_branch
        OR committed_at < (SELECT since FROM delivery_horizon WHERE kind = 'change_sizes'))
"""
_FILES: Final = """
    SELECT leaf.sha, file.path FROM delivery_commit leaf
    JOIN delivery_commitfile file ON file.commit_id = leaf.id
    WHERE leaf.repository_id = %s AND leaf.sha = ANY(%s)
"""
_PULL_FILES: Final = """
    SELECT pull_request_id, path FROM delivery_pullrequestfile WHERE pull_request_id = ANY(%s)
"""


def known(repository: Repository, rows: Iterable[Row]) -> Known:
    """Of all commits that the rows brought, or brought copies of."""
    walked = list(rows)
    filters = {one.attempt.paths for row in walked for one in row.walked if one.attempt.paths}
    shas = set[str]()
    for row in walked:
        shas |= row.copied
        for one in row.walked:
            for commit in one.commits or ():
                shas.add(commit.sha)
                shas.update(commit.picked_from)
    merged_as, part_of = _parts(repository, shas)
    pulls = _pulls(repository, {pk for found in part_of.values() for pk in found})
    merged_as = _measured(merged_as, pulls)
    part_of = _measured(part_of, pulls)
    if not filters:
        return Known(pulls, merged_as, part_of)
    return _with_files(repository, Known(pulls, merged_as, part_of), shas, filters)


def _parts(
    repository: Repository, shas: Collection[str]
) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    merged_as: dict[str, list[int]] = defaultdict(list)
    part_of: dict[str, list[int]] = defaultdict(list)
    for pk, sha, stands_for_it in _rows(
        _PARTS, {"repository": repository.pk, "shas": sorted(shas)}
    ):
        if stands_for_it:
            merged_as[sha].append(pk)
        if pk not in part_of[sha]:
            part_of[sha].append(pk)
    return merged_as, part_of


def _measured(found: Mapping[str, list[int]], pulls: Mapping[int, Pull]) -> dict[str, list[int]]:
    """Without those that have no fact yet: they are noted when they are measured."""
    left = {sha: sorted(pk for pk in pks if pk in pulls) for sha, pks in found.items()}
    return {sha: pks for sha, pks in left.items() if pks}


def _pulls(repository: Repository, ids: Collection[int]) -> dict[int, Pull]:
    name, rules = repository.name_with_owner, hotfix_rules()
    own = f"{name.lower()}#"
    found = {}
    for pk, number, merge_sha, head_sha, *more in _rows(_PULLS, [sorted(ids)]):
        started_at, merged_at, author_key, is_bot, reverts, branch, labels = more
        found[pk] = Pull(
            pk=pk,
            number=number,
            merge_sha=merge_sha,
            head_sha=head_sha,
            started_at=seconds(started_at),
            merged_at=seconds(merged_at),
            author_key=author_key,
            is_bot=is_bot,
            reverts=tuple(
                int(one.removeprefix(own))
                for one in map(str.lower, reverts or ())
                if one.startswith(own)
            ),
            is_hotfix=hotfix(name, branch=branch, labels=labels, rules=rules) is not None,
        )
    return found


def _with_files(
    repository: Repository, found: Known, shas: Collection[str], filters: Collection[Paths]
) -> Known:
    """A pull request changes what its commits do, and what its own list says: merges have no files of their own."""
    wanted = sorted(shas)
    touching = _touching(_FILES, [repository.pk, wanted], filters)
    by_commits = {
        paths: {pk for sha in of_filter for pk in found.part_of.get(sha, ())}
        for paths, of_filter in touching.items()
    }
    open_still = [pk for pk in found.pulls if any(pk not in some for some in by_commits.values())]
    by_list = _touching(_PULL_FILES, [open_still], filters)
    without = frozenset(sha for (sha,) in _rows(_UNKNOWN_FILES, [repository.pk, wanted]))
    return replace(
        found,
        touching={paths: frozenset(some) for paths, some in touching.items()},
        pulls_touching={paths: frozenset(by_commits[paths] | by_list[paths]) for paths in filters},
        without_files=without,
    )


def _touching(
    statement: str, parameters: Sequence[object], filters: Collection[Paths]
) -> dict[Paths, set[Any]]:
    """What has a file of each filter. A path is looked at once, and no more than a batch of rows is held."""
    tests = {paths: cache(path_filter(paths)) for paths in filters}
    found: dict[Paths, set[Any]] = {paths: set() for paths in filters}
    for one, path in _rows(statement, parameters):
        for paths, is_among in tests.items():
            if one not in found[paths] and is_among(path):
                found[paths].add(one)
    return found


def incidents(repository: Repository) -> list[Incident]:
    """Those that were reported, and issues that are some by rule."""
    return [*_reported(repository), *_issues(repository)]


def _reported(repository: Repository) -> list[Incident]:
    return [
        Incident(
            pk=told.pk,
            source=INCIDENT,
            external_id=told.external_id,
            service=told.service,
            environment=told.environment,
            caused_by=told.caused_by,
            started_at=seconds(told.started_at),
            resolved_at=None if told.resolved_at is None else seconds(told.resolved_at),
        )
        for told in repository.incidents.order_by("started_at", "pk")
    ]


def _issues(repository: Repository) -> list[Incident]:
    """An issue tells of no deployment that it was caused by."""
    found = {
        (fact.pk, service): fact
        for service, facts in of_repository(repository.pk)
        for fact in facts.order_by("created_at", "pk")
    }
    pulls: dict[int, set[int]] = defaultdict(set)
    for link in links.of_issues({issue for issue, _ in found}) if found else ():
        if link.holds:
            pulls[link.issue_id].add(link.pull_request_id)
    return [
        Incident(
            pk=issue,
            source=ISSUE,
            external_id=str(issue),
            service=service,
            environment=PRODUCTION,
            caused_by="",
            started_at=seconds(fact.created_at),
            resolved_at=None if fact.done_at is None else seconds(fact.done_at),
            pulls=frozenset(pulls[issue]),
        )
        for (issue, service), fact in found.items()
    ]


def may_be_of(
    place: Place, incident: Incident, *, repository: Repository, places: Collection[Place]
) -> bool:
    """One that names no service and no deployment is of the service named as the repository, or of the only one; one
    that names a deployment may be of any.
    """
    service, environment = place
    if incident.environment != environment or incident.service not in {"", service}:
        return False
    if incident.service or incident.caused_by:
        return True
    own = repository.name_with_owner.rpartition("/")[2]
    return service == own or not any(one != place and one[1] == environment for one in places)


def corrections(repository: Repository) -> dict[Place, list[Correction]]:
    found: dict[Place, list[Correction]] = defaultdict(list)
    told = FixCorrection.objects.filter(repository=repository).order_by("made_at", "pk")
    for row in told.values_list(*_CORRECTION):
        one = Correction(*row)
        found[one.service, one.environment].append(one)
    return found


def _rows(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> Iterator[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield from rows
