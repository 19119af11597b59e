"""The domain as stored. `delivery.store` is the only writer."""

from backend.delivery.models.automation import (
    CheckRun,
    CheckSuite,
    CommitStatus,
    HeadCommit,
    WorkflowJob,
    WorkflowRun,
)
from backend.delivery.models.commits import AttributePattern, Commit, CommitFile, GeneratedFileRule
from backend.delivery.models.deployments import Deployment, DeploymentStatus, Release, Tag
from backend.delivery.models.pull_requests import (
    PendingMeasurement,
    PullRequest,
    PullRequestCommit,
    PullRequestEvent,
    PullRequestFile,
    Review,
)
from backend.delivery.models.repositories import Owner, Repository

__all__ = [
    "AttributePattern",
    "CheckRun",
    "CheckSuite",
    "Commit",
    "CommitFile",
    "CommitStatus",
    "Deployment",
    "DeploymentStatus",
    "GeneratedFileRule",
    "HeadCommit",
    "Owner",
    "PendingMeasurement",
    "PullRequest",
    "PullRequestCommit",
    "PullRequestEvent",
    "PullRequestFile",
    "Release",
    "Repository",
    "Review",
    "Tag",
    "WorkflowJob",
    "WorkflowRun",
]
