"""The graph of commits as it is stored: generations, and what messages name that were not read at first."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Final

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from backend.delivery.candidates import candidates
from backend.delivery.graph import Node, generations
from backend.delivery.models import LostCommit, Repository
from backend.delivery.references import Named
from backend.delivery.store.deployment_rules import deployment_rules
from backend.delivery.store.pending import note_deployments
from backend.delivery.store.tables import one_writer

AT_ONCE: Final = 10_000
"""Rows of one statement."""

_PARENTS: Final = (
    "SELECT parent.sha, parent.generation FROM delivery_commit AS parent"
    " WHERE parent.repository_id = %s AND parent.generation IS NOT NULL AND parent.sha = ANY(%s)"
)
_NUMBER: Final = (
    "UPDATE delivery_commit AS old SET generation = new.generation"
    " FROM unnest(%s::text[], %s::int[]) AS new (sha, generation)"
    " WHERE old.repository_id = %s AND old.sha = new.sha"
)
_ENDS: Final = (
    "SELECT DISTINCT parent FROM delivery_commit AS child, unnest(parents) AS parent"
    " WHERE repository_id = %(repository)s AND NOT is_on_default_branch AND NOT EXISTS ("
    "SELECT FROM delivery_commit WHERE repository_id = %(repository)s AND sha = parent) ORDER BY parent"
)
_NAME: Final = (
    "UPDATE delivery_commit AS old SET reverts = new.reverts, picked_from = new.picked_from"
    " FROM jsonb_to_recordset(%s) AS new (sha text, reverts text[], picked_from text[])"
    " WHERE old.repository_id = %s AND old.sha = new.sha AND old.reverts IS NULL"
)


@transaction.atomic
def number_commits(*, repository: Repository) -> int:
    """Give a generation to every commit that has none and of which all ancestors are stored; returns how many.

    Call it when a collection has stored what it brought: those stored before there were generations get theirs too.
    """
    one_writer(repository)
    rows = repository.commits.filter(generation=None).values_list("sha", "parents")
    with database.cursor() as cursor:

        def numbered(shas: Sequence[str]) -> list[tuple[str, int]]:
            cursor.execute(_PARENTS, [repository.pk, list(shas)])
            return list(cursor.fetchall())

        nodes = (Node(*row) for row in rows.iterator(chunk_size=AT_ONCE))
        found, count = generations(nodes, numbered), 0
        while batch := list(islice(found, AT_ONCE)):
            shas, of = zip(*batch, strict=True)
            cursor.execute(_NUMBER, [list(shas), list(of), repository.pk])
            count += len(batch)
    return count


def unknown(*, repository: Repository, shas: Collection[str]) -> set[str]:
    """Which of these commits are not stored, neither as the default branch's nor beside it."""
    return set(shas).difference(
        repository.commits.filter(sha__in=shas).values_list("sha", flat=True)
    )


def unknown_deployed(*, repository: Repository, since: datetime | None) -> list[str]:
    """What was deployed by the rules, in something that began since then, and is not stored; the latest first."""
    found = candidates(repository.pk, since=since, rules=deployment_rules())
    deployed = [one for one in found if one.outcome == "succeeded"]
    deployed.sort(key=lambda one: (one.started_at, one.key), reverse=True)
    missing = unknown(repository=repository, shas={one.sha for one in deployed})
    return list(dict.fromkeys(one.sha for one in deployed if one.sha in missing))


def open_ends(*, repository: Repository) -> list[str]:
    """What leads to commits beside the default branch and is not stored."""
    with database.cursor() as cursor:
        cursor.execute(_ENDS, {"repository": repository.pk})
        return [sha for (sha,) in cursor.fetchall()]


def lost_commits(*, repository: Repository) -> set[str]:
    """What the server did not have when it was asked for last."""
    return set(repository.lost_commits.values_list("sha", flat=True))


def note_lost(*, repository: Repository, shas: Collection[str]) -> None:
    """From now on these are among the lost."""
    now = timezone.now()
    LostCommit.objects.bulk_create(
        [LostCommit(repository=repository, sha=sha, looked_at=now) for sha in sorted(shas)],
        ignore_conflicts=True,
    )


def forget_lost(*, repository: Repository, before: datetime) -> None:
    """Those that were looked for before then may be looked for again."""
    repository.lost_commits.filter(looked_at__lt=before).delete()


def unread_messages(*, repository: Repository, at_most: int) -> list[str]:
    """Commits of the default branch that were stored before their messages were read."""
    unread = repository.commits.filter(reverts=None, is_on_default_branch=True)
    return list(unread.order_by("-committed_at").values_list("sha", flat=True)[:at_most])


@transaction.atomic
def store_named(*, repository: Repository, named: Mapping[str, Named]) -> None:
    """What the messages of commits name, each known by its sha; where it is known already it stays."""
    one_writer(repository)
    with database.cursor() as cursor:
        rows = [{"sha": sha} | asdict(one) for sha, one in named.items()]
        cursor.execute(_NAME, [json.dumps(rows), repository.pk])
    if any(one.reverts or one.picked_from for one in named.values()):
        note_deployments(repository_ids=[repository.pk])


def give_up_unread(*, repository: Repository) -> None:
    """Let the messages that are not read yet name nothing: the branch no longer has these commits."""
    unread = repository.commits.filter(reverts=None, is_on_default_branch=True)
    unread.update(reverts=[], picked_from=[])
