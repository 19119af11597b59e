"""What is computed from stored events. All of it can be made again from `delivery` and `people`."""

from backend.metrics.models.deployments import (
    DeployedChange,
    DeploymentFix,
    DeploymentTeam,
    ServiceDeployment,
)
from backend.metrics.models.investment import ActivityDay, IssueCategory, PullRequestCategory
from backend.metrics.models.issues import IssueFact, IssueTeam
from backend.metrics.models.pull_requests import (
    Basis,
    MeasuredIdentity,
    MeasuredMembership,
    MeasuredTeam,
    PullRequestCell,
    PullRequestFact,
    PullRequestTeam,
)
from backend.metrics.models.suppression import UncutBasis, UncutSpan
from backend.metrics.models.test_runs import HeadFeedback, RunFact, RunTeam

__all__ = [
    "ActivityDay",
    "Basis",
    "DeployedChange",
    "DeploymentFix",
    "DeploymentTeam",
    "HeadFeedback",
    "IssueCategory",
    "IssueFact",
    "IssueTeam",
    "MeasuredIdentity",
    "MeasuredMembership",
    "MeasuredTeam",
    "PullRequestCategory",
    "PullRequestCell",
    "PullRequestFact",
    "PullRequestTeam",
    "RunFact",
    "RunTeam",
    "ServiceDeployment",
    "UncutBasis",
    "UncutSpan",
]
