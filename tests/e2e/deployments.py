"""Deployments for the browser: what was merged goes to staging and production, and some of it fails in use."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from backend.delivery.models import Commit, Deployment, DeploymentStatus, PullRequest, Repository
from backend.metrics.deployments.compute import measure_deployments

_numbers = count(1)


@dataclass(frozen=True)
class Merge:
    sha: str
    at: datetime


def deploy(repository: Repository, chance: random.Random) -> None:
    """Every second merge is deployed; of those in production some are rolled back or reverted."""
    line = _line(repository)
    live = ""
    for merge, following in zip(line[::2], line[1::2], strict=False):
        up = merge.at + timedelta(minutes=chance.randint(5, 90))
        _deployment(repository, merge.sha, "staging", up)
        up += timedelta(minutes=20)
        if chance.random() < 0.06:
            _deployment(repository, merge.sha, "production", up, state="failure")
            continue
        _deployment(repository, merge.sha, "production", up)
        if live and chance.random() < 0.08:
            later = up + timedelta(hours=chance.randint(1, 9))
            _deployment(repository, live, "production", later)
        elif chance.random() < 0.08:
            Commit.objects.filter(sha=following.sha).update(reverts=[merge.sha])
        live = merge.sha
    _deployment(repository, line[-1].sha, "docs", line[-1].at)
    measure_deployments(repository.pk)


def _line(repository: Repository) -> list[Merge]:
    """The merged ones in order, each merge a commit upon the one before."""
    line: list[Merge] = []
    pulls = PullRequest.objects.filter(repository=repository, merged_at__isnull=False)
    for pull in pulls.order_by("merged_at"):
        if pull.merged_at is None:
            continue
        Commit.objects.create(
            repository=repository,
            sha=pull.merge_sha,
            parents=[line[-1].sha] if line else [],
            author=pull.author,
            authored_at=pull.merged_at,
            committed_at=pull.merged_at,
            generation=len(line) + 1,
            reverts=[],
            picked_from=[],
        )
        line.append(Merge(pull.merge_sha, pull.merged_at))
    return line


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
