"""Deployments for the browser: what was merged goes to staging and production, and some of it fails in use."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

from backend.delivery.models import Commit, Deployment, DeploymentStatus, PullRequest, Repository
from backend.metrics.deployments.compute import measure_deployments

_numbers = count(1)


def deploy(repository: Repository, chance: random.Random) -> None:
    """Every second merge is deployed; of those in production some are rolled back or reverted."""
    line = _line(repository)
    live = ""
    for place, pull in enumerate(line[:-1]):
        if place % 2:
            continue
        up = pull.merged_at + timedelta(minutes=chance.randint(5, 90))
        _deployment(repository, pull.merge_sha, "staging", up)
        up += timedelta(minutes=20)
        if chance.random() < 0.06:
            _deployment(repository, pull.merge_sha, "production", up, state="failure")
            continue
        _deployment(repository, pull.merge_sha, "production", up)
        if live and chance.random() < 0.08:
            later = up + timedelta(hours=chance.randint(1, 9))
            _deployment(repository, live, "production", later)
        elif chance.random() < 0.08:
            Commit.objects.filter(sha=line[place + 1].merge_sha).update(reverts=[pull.merge_sha])
        live = pull.merge_sha
    _deployment(repository, line[-1].merge_sha, "docs", line[-1].merged_at)
    measure_deployments(repository.pk)


def _line(repository: Repository) -> Sequence[PullRequest]:
    """The merged ones in order, each merge a commit upon the one before."""
    merged = list(
        PullRequest.objects.filter(repository=repository, merged_at__isnull=False).order_by(
            "merged_at"
        )
    )
    before: list[str] = []
    for generation, pull in enumerate(merged, start=1):
        Commit.objects.create(
            repository=repository,
            sha=pull.merge_sha,
            parents=before,
            author=pull.author,
            authored_at=pull.merged_at,
            committed_at=pull.merged_at,
            generation=generation,
            reverts=[],
            picked_from=[],
        )
        before = [pull.merge_sha]
    return merged


def _deployment(
    repository: Repository, sha: str, environment: str, at: datetime, *, state: str = "success"
) -> None:
    number = next(_numbers)
    made = Deployment.objects.create(
        repository=repository,
        external_id=number,
        sha=sha,
        ref="main",
        environment=environment,
        latest_environment=environment,
        task="deploy",
        state=state,
        created_at=at - timedelta(minutes=4),
        updated_at=at,
    )
    DeploymentStatus.objects.create(
        deployment=made,
        external_id=f"DES_{number}",
        state=state,
        environment=environment,
        created_at=at,
    )
