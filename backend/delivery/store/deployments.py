"""Deployments with their statuses, releases and tags."""

from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from backend.delivery.deployment_rules import RELEASE, TAG
from backend.delivery.models import Deployment, DeploymentStatus, Release, Repository, Tag
from backend.delivery.records import ActorRecord, DeploymentRecord, ReleaseRecord, TagRecord
from backend.delivery.store.horizons import Kind, kept_since
from backend.delivery.store.nameless import without_logins
from backend.delivery.store.pending import note_deployments
from backend.delivery.store.tables import (
    INT,
    TEXT,
    TIME,
    Table,
    one_writer,
    remove_missing,
    row,
    upsert,
)
from backend.people.store import resolve_identities

R = TypeVar("R", DeploymentRecord, ReleaseRecord)
DEPLOYMENTS = Table(
    "delivery_deployment",
    ("repository_id", "external_id"),
    {
        "repository_id": INT, "external_id": INT, "sha": TEXT, "ref": TEXT, "environment": TEXT,
        "latest_environment": TEXT, "task": TEXT, "state": TEXT, "creator_id": INT,
        "created_at": TIME, "updated_at": TIME,
    },
)  # fmt: skip
STATUSES = Table(
    "delivery_deploymentstatus",
    ("deployment_id", "external_id"),
    {
        "deployment_id": INT, "external_id": TEXT, "state": TEXT, "environment": TEXT,
        "creator_id": INT, "created_at": TIME,
    },
)  # fmt: skip
RELEASES = Table(
    "delivery_release",
    ("repository_id", "external_id"),
    {
        "repository_id": INT, "external_id": INT, "tag": TEXT, "sha": TEXT, "is_draft": "boolean",
        "is_prerelease": "boolean", "author_id": INT, "created_at": TIME, "published_at": TIME,
        "updated_at": TIME,
    },
)  # fmt: skip
TAGS = Table(
    "delivery_tag",
    ("repository_id", "name"),
    {"repository_id": INT, "name": TEXT, "sha": TEXT, "tagged_at": TIME},
)


@transaction.atomic
def store_deployments(*, repository: Repository, deployments: Sequence[DeploymentRecord]) -> int:
    """Store deployments, each with all its statuses; returns how many of them changed anything."""
    one_writer(repository)
    known = _known(repository.deployments.all(), deployments)
    latest = {one.external_id: one for one in known}
    mentioned = [one.creator for one in latest.values()]
    mentioned += [status.creator for one in latest.values() for status in one.statuses]
    actors = _actors(repository, mentioned)
    told = [
        row(DEPLOYMENTS, one, repository_id=repository.pk, creator_id=actors.get(one.creator))
        for one in latest.values()
    ]
    told = without_logins(repository, told, "ref")
    changed = set(upsert(DEPLOYMENTS, told, returning="id"))
    ids = dict(
        Deployment.objects.filter(repository=repository, external_id__in=latest).values_list(
            "external_id", "pk"
        )
    )
    rows = [
        row(
            STATUSES,
            status,
            deployment_id=ids[one.external_id],
            creator_id=actors.get(status.creator),
        )
        for one in latest.values()
        for status in one.statuses
    ]
    changed |= set(upsert(STATUSES, rows, returning="deployment_id"))
    changed |= remove_missing(STATUSES, rows, list(ids.values()))
    return _noted(repository, len(changed))


@transaction.atomic
def store_releases(*, repository: Repository, releases: Sequence[ReleaseRecord]) -> int:
    """Store releases; returns how many are new or differ."""
    one_writer(repository)
    kept = _known(repository.releases.all(), releases)
    authors = _actors(repository, [release.author for release in kept])
    rows = [
        row(
            RELEASES,
            release,
            repository_id=repository.pk,
            author_id=authors.get(release.author),
        )
        for release in kept
    ]
    return _noted(repository, len(upsert(RELEASES, rows, returning="id")), RELEASE)


@transaction.atomic
def store_tags(*, repository: Repository, tags: Sequence[TagRecord]) -> int:
    """Store tags; returns how many are new or differ."""
    one_writer(repository)
    rows = [row(TAGS, tag, repository_id=repository.pk) for tag in tags]
    return _noted(repository, len(upsert(TAGS, rows, returning="id")), TAG)


@transaction.atomic
def keep_deployments(*, repository: Repository, external_ids: Collection[int]) -> int:
    """Remove the deployments that the source, read to its end, no longer has; returns how many."""
    gone = Deployment.objects.filter(repository=repository).exclude(external_id__in=external_ids)
    DeploymentStatus.objects.filter(deployment__in=gone).delete()
    return _noted(repository, gone.delete()[0])


@transaction.atomic
def keep_releases(*, repository: Repository, external_ids: Collection[int]) -> int:
    """Remove the releases that the source, read to its end, no longer has; returns how many."""
    gone = Release.objects.filter(repository=repository).exclude(external_id__in=external_ids)
    return _noted(repository, gone.delete()[0], RELEASE)


@transaction.atomic
def keep_tags(*, repository: Repository, names: Collection[str]) -> int:
    """Remove the tags that the source, read to its end, no longer has; returns how many."""
    gone = Tag.objects.filter(repository=repository).exclude(name__in=names)
    return _noted(repository, gone.delete()[0], TAG)


def _known(stored: QuerySet[Any], told: Sequence[R]) -> list[R]:
    """Those that are stored already, and those that are not older than what is kept."""
    since = kept_since(Kind.DEPLOYMENTS)
    over = [one.external_id for one in told if one.updated_at < since]
    known = (
        set(stored.filter(external_id__in=over).values_list("external_id", flat=True))
        if over
        else set()
    )
    return [one for one in told if one.updated_at >= since or one.external_id in known]


def _noted(repository: Repository, changed: int, source: str | None = None) -> int:
    """How many changed; where any did, the repository's deployments are to be measured."""
    if changed:
        sources = None if source is None else [source]
        note_deployments(repository_ids=[repository.pk], sources=sources)
    return changed


def _actors(
    repository: Repository, mentioned: Sequence[ActorRecord | None]
) -> dict[ActorRecord | None, int]:
    """The identities; none for a deleted account."""
    found = resolve_identities(
        connection=repository.connection,
        accounts=[actor for actor in mentioned if actor is not None],
    )
    return {actor: pk for actor, pk in found.items()}  # noqa: C416 - a wider key
