"""Pull requests with all their parts. What changed of one is noted in PendingMeasurement in the same transaction."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime

from django.db import connection as database
from django.db import transaction

from backend.delivery.generated_files import Judge
from backend.delivery.models import Repository
from backend.delivery.records import (
    ActorRecord,
    EventRecord,
    PullRequestCommitRecord,
    PullRequestFileRecord,
    PullRequestRecord,
    ReviewRecord,
)
from backend.delivery.store.horizons import Kind, kept_since
from backend.delivery.store.issue_links import known_prefixes
from backend.delivery.store.nameless import without_logins, without_mentions
from backend.delivery.store.noting import note_issues_named_by, note_pending
from backend.delivery.store.pending import note_deployments
from backend.delivery.store.rules import judge_for
from backend.delivery.store.tables import INT, TEXT, TIME, Row, Table, remove_missing, upsert
from backend.people.store import resolve_identities

PULL_REQUESTS = Table(
    "delivery_pullrequest",
    ("repository_id", "external_id"),
    {
        "repository_id": INT, "external_id": INT, "node_id": TEXT, "number": INT, "title": TEXT,
        "state": TEXT, "is_draft": "boolean", "author_id": INT, "created_at": TIME, "updated_at": TIME,
        "merged_at": TIME, "closed_at": TIME, "base_ref": TEXT, "head_ref": TEXT, "head_sha": TEXT,
        "merge_sha": TEXT, "labels": "text[]", "additions": INT, "deletions": INT, "changed_files": INT,
        "commit_count": INT, "is_cross_repository": "boolean", "merged_by_id": INT,
        "review_thread_count": INT, "comment_count": INT, "reverts": "text[]",
    },
)  # fmt: skip
REVIEWS = Table(
    "delivery_review",
    ("pull_request_id", "external_id"),
    {
        "pull_request_id": INT, "external_id": TEXT, "state": TEXT, "author_id": INT,
        "submitted_at": TIME, "commit_sha": TEXT,
    },
)  # fmt: skip
EVENTS = Table(
    "delivery_pullrequestevent",
    ("pull_request_id", "external_id"),
    {
        "pull_request_id": INT, "external_id": TEXT, "kind": TEXT, "occurred_at": TIME,
        "actor_id": INT, "reviewer_id": INT, "before": TEXT, "after": TEXT,
    },
)  # fmt: skip
COMMITS = Table(
    "delivery_pullrequestcommit",
    ("pull_request_id", "sha"),
    {
        "pull_request_id": INT, "sha": TEXT, "position": INT, "authored_at": TIME,
        "committed_at": TIME, "author_id": INT, "additions": INT, "deletions": INT,
        "is_superseded": "boolean",
    },
)  # fmt: skip
FILES = Table(
    "delivery_pullrequestfile",
    ("pull_request_id", "path"),
    {
        "pull_request_id": INT, "path": TEXT, "additions": INT, "deletions": INT, "change": TEXT,
        "is_generated": "boolean",
    },
)  # fmt: skip

ISSUE_KEYS = Table(
    "delivery_pullrequestissuekey",
    ("pull_request_id", "key"),
    {"pull_request_id": INT, "key": TEXT, "found_in": "text[]"},
)


@transaction.atomic
def store_pull_requests(
    *, repository: Repository, pull_requests: Sequence[PullRequestRecord], reconcile: bool = False
) -> int:
    """Store complete pull requests with all their parts; returns how many of them changed anything.

    One that is older than what is stored is left alone, unless `reconcile` says that the source is right
    whatever its times (a restored server goes back in time). One that is older than what is kept does not come back.
    """
    # One writer a repository: of two that bring the same new pull request, the second must see the first one's.
    Repository.objects.select_for_update(no_key=True).get(pk=repository.pk)
    latest = _latest(pull_requests)
    stored = _stored(repository, latest)
    since = kept_since(Kind.PULL_REQUESTS)
    accepted = [
        pr
        for pr in latest
        if (pr.external_id in stored and (reconcile or stored[pr.external_id] <= pr.updated_at))
        or (pr.external_id not in stored and not is_over(pr, since))
    ]
    if not accepted:
        return 0
    actors = resolve_identities(
        connection=repository.connection, accounts=(a for pr in accepted for a in _actors(pr))
    )
    told = [_pull_request_row(repository, pr, actors) for pr in accepted]
    told = without_logins(repository, told, "head_ref", "base_ref")
    told = without_mentions(repository.connection, told, "title")
    changed = set(upsert(PULL_REQUESTS, told, returning="id"))
    ids = _pull_request_ids(repository, accepted)
    children = _children(accepted, ids, actors, judge_for(repository))
    children[EVENTS] = without_logins(repository, children[EVENTS], "before", "after")
    for table, rows in children.items():
        changed |= set(upsert(table, rows, returning="pull_request_id"))
        missing = _supersede if table is COMMITS else remove_missing
        changed |= missing(table, rows, list(ids.values()))
    changed |= _store_issue_keys(accepted, ids)
    note_pending(changed)
    # One that is not merged is in no deployment; a restored server may take a merge back.
    if changed and (
        reconcile or any(pr.merged_at and ids[pr.external_id] in changed for pr in accepted)
    ):
        note_deployments(repository_ids=[repository.pk])
    return len(changed)


def _latest(pull_requests: Sequence[PullRequestRecord]) -> list[PullRequestRecord]:
    """One of each: a source whose pages shift while they are read may tell one twice."""
    in_order = sorted(pull_requests, key=lambda pr: pr.updated_at)
    return list({pr.external_id: pr for pr in in_order}.values())


def is_over(pr: PullRequestRecord, since: datetime) -> bool:
    """Whether it was merged or closed before what is kept: such a one is not stored anew."""
    ended = pr.merged_at or pr.closed_at
    return ended is not None and ended < since


def _stored(
    repository: Repository, pull_requests: Sequence[PullRequestRecord]
) -> dict[int, datetime]:
    """Those that are, each with the time of its last change."""
    return dict(
        repository.pull_requests.filter(
            external_id__in=[pr.external_id for pr in pull_requests]
        ).values_list("external_id", "updated_at")
    )


def _actors(pr: PullRequestRecord) -> Iterator[ActorRecord]:
    mentioned = (
        pr.author,
        pr.merged_by,
        *(review.author for review in pr.reviews),
        *(actor for event in pr.events for actor in (event.actor, event.reviewer)),
        *(commit.author for commit in pr.commits),
    )
    return (actor for actor in mentioned if actor is not None)


def _pull_request_row(
    repository: Repository, pr: PullRequestRecord, actors: dict[ActorRecord, int]
) -> Row:
    row = {name: getattr(pr, name) for name in PULL_REQUESTS.columns if hasattr(pr, name)}
    return row | {
        "repository_id": repository.pk,
        "author_id": actors[pr.author] if pr.author else None,
        "merged_by_id": actors[pr.merged_by] if pr.merged_by else None,
    }


def _pull_request_ids(
    repository: Repository, pull_requests: Sequence[PullRequestRecord]
) -> dict[int, int]:
    return dict(
        repository.pull_requests.filter(
            external_id__in=[pr.external_id for pr in pull_requests]
        ).values_list("external_id", "pk")
    )


def _children(
    pull_requests: Sequence[PullRequestRecord],
    ids: dict[int, int],
    actors: dict[ActorRecord, int],
    judge: Judge,
) -> dict[Table, list[Row]]:
    rows: dict[Table, list[Row]] = {table: [] for table in (REVIEWS, EVENTS, COMMITS, FILES)}

    def who(actor: ActorRecord | None) -> int | None:
        return None if actor is None else actors[actor]

    for pr in pull_requests:
        parent = {"pull_request_id": ids[pr.external_id]}
        for review in pr.reviews:
            rows[REVIEWS].append(parent | _fields(review, author_id=who(review.author)))
        for event in pr.events:
            rows[EVENTS].append(
                parent | _fields(event, actor_id=who(event.actor), reviewer_id=who(event.reviewer))
            )
        for commit in pr.commits:
            rows[COMMITS].append(
                parent | _fields(commit, author_id=who(commit.author), is_superseded=False)
            )
        for file in pr.files:
            rows[FILES].append(parent | _fields(file, is_generated=judge.is_generated(file.path)))
    return rows


def _store_issue_keys(pull_requests: Sequence[PullRequestRecord], ids: dict[int, int]) -> set[int]:
    """Of what looks like keys, those of known projects; the issues that are meant are to be measured as well."""
    candidates = {one.key.rpartition("-")[0] for pr in pull_requests for one in pr.issue_keys}
    known = known_prefixes(candidates)
    rows: list[Row] = [
        {"pull_request_id": ids[pr.external_id], "key": one.key, "found_in": list(one.found_in)}
        for pr in pull_requests
        for one in pr.issue_keys
        if one.key.rpartition("-")[0] in known
    ]
    parents = list(ids.values())
    changed = set(upsert(ISSUE_KEYS, rows, returning="pull_request_id"))
    changed |= remove_missing(ISSUE_KEYS, rows, parents)
    if changed:
        note_issues_named_by(changed)
    return changed


def _supersede(table: Table, rows: Sequence[Row], parents: list[int]) -> set[int]:
    """Commits that a force push replaced stay, marked: they were worked on."""
    named = [{name: row[name] for name in table.key} for row in rows]
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE delivery_pullrequestcommit AS old SET is_superseded = true"
            " WHERE old.pull_request_id = ANY(%s) AND NOT old.is_superseded AND NOT EXISTS ("
            "SELECT FROM jsonb_to_recordset(%s) AS new (pull_request_id bigint, sha text)"
            " WHERE new.pull_request_id = old.pull_request_id AND new.sha = old.sha)"
            " RETURNING old.pull_request_id",
            [parents, json.dumps(named)],
        )
        return {pk for (pk,) in cursor.fetchall()}


def _fields(
    record: ReviewRecord | EventRecord | PullRequestCommitRecord | PullRequestFileRecord,
    **more: object,
) -> Row:
    return {field.name: getattr(record, field.name) for field in fields(record)} | more
