"""What rules on generated files would change, before they are stored: in pull requests of the last year, all read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import Final

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from backend.delivery.generated_files import Judge, OrganisationRule
from backend.delivery.models import AttributePattern, PullRequestFile
from backend.delivery.records import AttributePatternRecord

LOOKED_BACK: Final = timedelta(days=365)
SAMPLES: Final = 20


@dataclass(frozen=True)
class Sample:
    """A path that would be marked otherwise."""

    path: str
    is_generated: bool


@dataclass(frozen=True)
class Effect:
    """Files of pull requests that would be marked otherwise, and their lines: left out from then on, or counted."""

    files: int
    pull_requests: int
    lines_left_out: int
    lines_counted: int
    paths: int
    samples: Sequence[Sample]


def effect(rules: Sequence[OrganisationRule]) -> Effect:
    """Compare the marks as stored with those of `rules`. Reads, and writes nothing."""
    since = timezone.now() - LOOKED_BACK
    files = PullRequestFile.objects.filter(pull_request__updated_at__gte=since)
    marks = (
        files.order_by("pull_request__repository_id")
        .values_list("pull_request__repository_id", "path", "is_generated")
        .distinct()
    )
    patterns = _patterns()
    changing: list[tuple[int, str, bool]] = []
    with transaction.atomic():  # for a cursor on the server's side
        for repository, found in groupby(marks.iterator(), key=itemgetter(0)):
            judge = Judge(rules, patterns.get(repository, ()))
            changing += (
                (repository, path, not marked)
                for _, path, marked in found
                if judge.is_generated(path) != marked
            )
    columns = [[row[place] for row in changing] for place in range(3)]
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT file.pull_request_id),"
            " COALESCE(sum(file.additions + file.deletions) FILTER (WHERE mark.is_generated), 0)::bigint,"
            " COALESCE(sum(file.additions + file.deletions) FILTER (WHERE NOT mark.is_generated), 0)::bigint"
            " FROM unnest(%s::bigint[], %s::text[], %s::boolean[]) AS mark (repository_id, path, is_generated)"
            " JOIN delivery_pullrequest AS pull ON pull.repository_id = mark.repository_id AND pull.updated_at >= %s"
            " JOIN delivery_pullrequestfile AS file ON file.pull_request_id = pull.id AND file.path = mark.path"
            " WHERE file.is_generated <> mark.is_generated",
            [*columns, since],
        )
        ((count, pulls, left_out, counted),) = cursor.fetchall()
    samples = sorted({(path, mark) for _, path, mark in changing})
    return Effect(
        files=count,
        pull_requests=pulls,
        lines_left_out=left_out,
        lines_counted=counted,
        paths=len(samples),
        samples=[Sample(*one) for one in samples[:SAMPLES]],
    )


def _patterns() -> Mapping[int, list[AttributePatternRecord]]:
    found: dict[int, list[AttributePatternRecord]] = {}
    for repository, *values in AttributePattern.objects.values_list(
        *("repository_id", "folder", "position", "pattern", "attribute", "value")
    ):
        found.setdefault(repository, []).append(AttributePatternRecord(*values))
    return found
