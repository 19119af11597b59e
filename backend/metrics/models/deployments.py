"""Deployments as judged by the rules, the changes they brought, and what fixed those that failed.

`metrics.deployments.compute` is the only writer. All of it can be made again from `delivery` and `people`.
"""

from django.db import models
from django.db.models import Q

from backend.delivery.models import DeploymentSource, Environment


class ServiceDeployment(models.Model):
    """One deployment of one service to one environment, or an attempt at it."""

    class Outcome(models.TextChoices):
        IN_PROGRESS = "in_progress", "in progress"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    class Role(models.TextChoices):
        BASELINE = "baseline", "first known of its service: its changes are not counted"
        FORWARD = "forward", "brings changes, or nothing new"
        ROLLBACK = "rollback", "goes back to an earlier commit"

    repository = models.ForeignKey("delivery.Repository", models.CASCADE, related_name="+")
    service = models.CharField(max_length=200)
    environment = models.CharField(max_length=12, choices=Environment.choices)
    source = models.CharField(max_length=20, choices=DeploymentSource.choices)
    key = models.CharField(max_length=200, help_text="As `DeploymentSource` says.")
    sha = models.CharField(max_length=64)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    started_at = models.DateTimeField(help_text="When it was asked for.")
    finished_at = models.DateTimeField(null=True, help_text="Null: it goes on.")
    role = models.CharField(
        max_length=8, choices=Role.choices, blank=True, help_text="Empty: it did not succeed."
    )
    commit_count = models.PositiveIntegerField(
        null=True, help_text="Commits new in it; null: not known, see `contents_reason`."
    )
    direct_commit_count = models.PositiveIntegerField(
        null=True,
        help_text="Of these, the ones that no known pull request brought; merges left out.",
    )
    contents_reason = models.CharField(
        max_length=300, blank=True, help_text="Why its changes are not known; empty: they are."
    )
    version = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "service", "environment", "source", "key"],
                name="metrics_servicedeployment_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["environment", "finished_at"],
                condition=Q(outcome="succeeded"),
                name="metrics_deployment_finished",
            ),
            models.Index(
                fields=["repository", "service", "environment", "finished_at"],
                name="metrics_deployment_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} to {self.environment} at {self.finished_at}"


class DeployedChange(models.Model):
    """A pull request in the first successful deployment, of its service and environment, that contains it."""

    deployment = models.ForeignKey(ServiceDeployment, models.CASCADE, related_name="changes")
    repository = models.ForeignKey("delivery.Repository", models.CASCADE, related_name="+")
    service = models.CharField(max_length=200)
    environment = models.CharField(max_length=12, choices=Environment.choices)
    pull_request = models.ForeignKey(
        "delivery.PullRequest", models.CASCADE, related_name="deployed_in"
    )
    lead_seconds = models.BigIntegerField(help_text="Start → the deployment's finish.")
    merge_to_deploy_seconds = models.BigIntegerField()
    is_cherry_pick = models.BooleanField(
        default=False, help_text="It is contained as a copy that names it, not as itself."
    )
    author_key = models.BigIntegerField(null=True, help_text="As PullRequestFact's.")
    is_bot = models.BooleanField()
    finished_at = models.DateTimeField(help_text="The deployment's.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "service", "environment", "pull_request"],
                name="metrics_deployedchange_once",
            )
        ]
        indexes = [
            models.Index(fields=["environment", "finished_at"], name="metrics_change_finished")
        ]

    def __str__(self) -> str:
        return f"{self.pull_request} in {self.deployment}"


class DeploymentTeam(models.Model):
    """The bridge: teams, and those above them, that a change of the deployment counts for (PullRequestTeam's)."""

    deployment = models.ForeignKey(ServiceDeployment, models.CASCADE, related_name="teams")
    team = models.ForeignKey("people.Team", models.CASCADE, related_name="+")
    finished_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deployment", "team"], name="metrics_deployment_in_team_once"
            )
        ]
        indexes = [models.Index(fields=["team", "finished_at"], name="metrics_deployment_team")]

    def __str__(self) -> str:
        return f"{self.deployment} in {self.team}"


class DeploymentFix(models.Model):
    """What fixed a deployment that failed in use. Of several the earliest restores it; each is shown."""

    class Kind(models.TextChoices):
        REVERT = "revert", "a revert of a change in it"
        ROLLBACK = "rollback", "a rollback to an earlier commit"
        HOTFIX = "hotfix", "a hotfix"
        INCIDENT = "incident", "an incident's end"
        PERSON = "person", "said by a person"

    failed = models.ForeignKey(ServiceDeployment, models.CASCADE, related_name="fixes")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    fixed_by = models.ForeignKey(ServiceDeployment, models.CASCADE, null=True, related_name="fixed")
    incident = models.ForeignKey("delivery.Incident", models.CASCADE, null=True, related_name="+")
    issue = models.ForeignKey(
        "delivery.Issue",
        models.CASCADE,
        null=True,
        related_name="+",
        help_text="An incident too. With fixed_by: that brought a change for it.",
    )
    is_inferred = models.BooleanField(
        default=False, help_text="Linked by time alone, by the organisation's choice."
    )
    restored_at = models.DateTimeField(null=True, help_text="Null: not yet.")
    restore_seconds = models.BigIntegerField(null=True)

    class Meta:
        verbose_name_plural = "deployment fixes"
        constraints = [
            models.UniqueConstraint(
                fields=["failed", "fixed_by", "incident", "issue"],
                nulls_distinct=False,
                name="metrics_fix_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.failed}"
