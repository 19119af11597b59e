"""Marking stored files anew after a rule on generated files has changed: a repository at a time, in the background.

No file is ever left with a former rule's mark. Whoever stores files reads the rules under the repository's lock and
holds it to the end, so once this has had the lock, all that others wrote by former rules can be seen, and all that they
write from then on is by the present ones.
"""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.db import connection as database
from django.db import transaction
from django.db.models import Q, QuerySet

from backend.delivery.generated_files import Judge, fingerprint
from backend.delivery.models import CommitFile, PullRequestFile, Repository
from backend.delivery.store.noting import note_pending
from backend.delivery.store.rules import attribute_patterns, organisation_rules
from backend.delivery.store.tables import one_writer

PATHS_AT_ONCE: Final = 5_000
_BEGUN: Final = "marking "
_LOCK: Final = 7_201_843
"""Names the advisory lock; any number that nobody else takes."""


@dataclass(frozen=True)
class Marked:
    """What changed in one repository."""

    commit_files: int
    pull_requests: int


@dataclass(frozen=True)
class Progress:
    """Of how many repositories the files are marked by the rules in force."""

    done: int
    total: int


def to_mark() -> QuerySet[Repository]:
    """Those outdated, in the order to mark them: one that was begun and not ended, whatever cut it short, goes behind
    all that were not, so that it cannot keep them from their turn.
    """
    return outdated().alias(begun=Q(files_marked_by__startswith=_BEGUN)).order_by("begun", "pk")


def outdated() -> QuerySet[Repository]:
    """Repositories whose files are marked by other rules than those in force."""
    return Repository.objects.exclude(files_marked_by=fingerprint(organisation_rules()))


def progress() -> Progress:
    total = Repository.objects.count()
    return Progress(done=total - outdated().count(), total=total)


@contextmanager
def alone() -> Iterator[bool]:
    """Whether nobody else marks files at the moment; nobody else does until the block ends."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        ((allowed,),) = cursor.fetchall()
        try:
            yield allowed
        finally:
            if allowed:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def mark_again(*, repository: Repository) -> Marked:
    """Mark the files of a repository by the rules in force, and note the pull requests for which that changed anything.

    Must not run in a transaction: others store in between. Cut short, it begins anew.
    """
    token = f"{_BEGUN}{uuid.uuid4().hex}"
    with transaction.atomic():
        one_writer(repository)
        rules = organisation_rules()
        judge = Judge(rules, attribute_patterns(repository))
        Repository.objects.filter(pk=repository.pk).update(files_marked_by=token)
    of_commits = CommitFile.objects.filter(commit__repository=repository)
    commit_files = sum(
        _mark_commit_files(repository, batch) for batch in _differing(of_commits, judge)
    )
    of_pulls = PullRequestFile.objects.filter(pull_request__repository=repository)
    pulls: set[int] = set()
    for batch in _differing(of_pulls, judge):
        pulls |= _mark_pull_request_files(repository, batch)
    # Unless its .gitattributes changed meanwhile: then it is to be done once more.
    Repository.objects.filter(pk=repository.pk, files_marked_by=token).update(
        files_marked_by=fingerprint(rules)
    )
    return Marked(commit_files, len(pulls))


def _differing(
    files: "QuerySet[CommitFile] | QuerySet[PullRequestFile]", judge: Judge
) -> Iterator[dict[str, bool]]:
    """Paths whose mark is not what the rules say, with what they say, some at a time.

    Judging takes as long as a repository's patterns make it, so no transaction is open meanwhile: the server keeps the
    paths for the cursor after the transaction that found them.
    """
    distinct = files.values_list("path", "is_generated").distinct()
    marks = distinct.iterator(chunk_size=PATHS_AT_ONCE)
    while batch := list(islice(marks, PATHS_AT_ONCE)):
        judged = ((path, marked, judge.is_generated(path)) for path, marked in batch)
        if changed := {
            path: generated for path, marked, generated in judged if generated != marked
        }:
            yield changed


def _mark_commit_files(repository: Repository, marks: Mapping[str, bool]) -> int:
    with transaction.atomic(), database.cursor() as cursor:
        one_writer(repository)
        cursor.execute(
            "UPDATE delivery_commitfile AS file SET is_generated = mark.is_generated"
            " FROM delivery_commit AS parent, unnest(%s::text[], %s::boolean[]) AS mark (path, is_generated)"
            " WHERE parent.repository_id = %s AND file.commit_id = parent.id AND file.path = mark.path"
            " AND file.is_generated <> mark.is_generated",
            [list(marks), list(marks.values()), repository.pk],
        )
        return int(cursor.rowcount)


def _mark_pull_request_files(repository: Repository, marks: Mapping[str, bool]) -> set[int]:
    with transaction.atomic(), database.cursor() as cursor:
        one_writer(repository)
        cursor.execute(
            "UPDATE delivery_pullrequestfile AS file SET is_generated = mark.is_generated"
            " FROM delivery_pullrequest AS parent, unnest(%s::text[], %s::boolean[]) AS mark (path, is_generated)"
            " WHERE parent.repository_id = %s AND file.pull_request_id = parent.id AND file.path = mark.path"
            " AND file.is_generated <> mark.is_generated RETURNING file.pull_request_id",
            [list(marks), list(marks.values()), repository.pk],
        )
        changed = {pk for (pk,) in cursor.fetchall()}
        note_pending(changed)
        return changed
