"""The domain as stored. `delivery.store` is the only writer."""

from backend.delivery.models.automation import (
    CheckRun,
    CheckSuite,
    CommitStatus,
    HeadCommit,
    PendingTestRuns,
    WorkflowJob,
    WorkflowRun,
)
from backend.delivery.models.commits import (
    AttributePattern,
    Commit,
    CommitFile,
    GeneratedFileRule,
    LostCommit,
)
from backend.delivery.models.deployment_rules import (
    DeliverySettings,
    DeploymentRule,
    DeploymentSource,
    Environment,
    FixCorrection,
    HotfixRule,
)
from backend.delivery.models.deployments import Deployment, DeploymentStatus, Release, Tag
from backend.delivery.models.pull_requests import (
    PendingMeasurement,
    PullRequest,
    PullRequestCommit,
    PullRequestEvent,
    PullRequestFile,
    Review,
)
from backend.delivery.models.reported import (
    Incident,
    IngestToken,
    PendingDeployments,
    ReportedDeployment,
)
from backend.delivery.models.repositories import Owner, Repository
from backend.delivery.models.test_results import (
    ArtifactRule,
    AutomatedTest,
    CommitResults,
    DailyResults,
    MutedTest,
    NotableResult,
    OwnerPattern,
    ResultUpload,
)

__all__ = [
    "ArtifactRule",
    "AttributePattern",
    "AutomatedTest",
    "CheckRun",
    "CheckSuite",
    "Commit",
    "CommitFile",
    "CommitResults",
    "CommitStatus",
    "DailyResults",
    "DeliverySettings",
    "Deployment",
    "DeploymentRule",
    "DeploymentSource",
    "DeploymentStatus",
    "Environment",
    "FixCorrection",
    "GeneratedFileRule",
    "HeadCommit",
    "HotfixRule",
    "Incident",
    "IngestToken",
    "LostCommit",
    "MutedTest",
    "NotableResult",
    "Owner",
    "OwnerPattern",
    "PendingDeployments",
    "PendingMeasurement",
    "PendingTestRuns",
    "PullRequest",
    "PullRequestCommit",
    "PullRequestEvent",
    "PullRequestFile",
    "Release",
    "ReportedDeployment",
    "Repository",
    "ResultUpload",
    "Review",
    "Tag",
    "WorkflowJob",
    "WorkflowRun",
]
