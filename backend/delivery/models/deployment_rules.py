"""What counts as a deployment, of which service and environment: the organisation's rules, and people's corrections."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from backend.delivery.models.repositories import Repository


class Environment(models.TextChoices):
    """The tiers that environments of any name are mapped to."""

    PRODUCTION = "production"
    STAGING = "staging"
    TESTING = "testing"
    DEVELOPMENT = "development"


class DeploymentSource(models.TextChoices):
    """What can tell of a deployment. A candidate is known by its source and a key, as below."""

    GITHUB_DEPLOYMENT = "github_deployment", "GitHub deployment"  # key: its id
    WORKFLOW = "workflow", "workflow run"  # key: run id and attempt, as 123.1
    CHECK = "check", "check run"  # key: its id
    RELEASE = "release"  # key: its id
    TAG = "tag"  # key: its name
    MERGE = "merge", "merge to a branch"  # key: the pull request's number
    API = "api", "reported by API"  # key: the caller's id


class DeploymentRule(models.Model):
    """In order; of one service the first rule that matches decides. Rules that the organisation has not, see
    `delivery.deployment_rules.BUILT_IN`.
    """

    NO_DEPLOYMENT = "none"

    position = models.PositiveIntegerField(default=0, help_text="A lower one is asked first.")
    repositories = models.CharField(
        max_length=300,
        default="*",
        help_text="A glob over owner/name: one repository, or a group of them.",
    )
    source = models.CharField(max_length=20, choices=DeploymentSource.choices)
    pattern = models.CharField(
        max_length=300,
        default="*",
        help_text="A glob over what the source calls it: the environment of a GitHub or reported deployment, the name "
        "of the workflow or check, the tag, the branch that is merged to.",
    )
    environment = models.CharField(
        max_length=12,
        choices=[*Environment.choices, (NO_DEPLOYMENT, "is no deployment")],
        default=Environment.PRODUCTION,
    )
    service = models.CharField(
        max_length=200,
        blank=True,
        help_text="Empty: the repository's name; of a reported one, what was reported.",
    )
    paths = ArrayField(
        models.CharField(max_length=300),
        default=list,
        blank=True,
        help_text="Only changes to files that one of these globs matches are the service's; without any, all are.",
    )

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.pattern} of {self.repositories}"


class HotfixRule(models.Model):
    """A pull request that matches is a hotfix: the deployment that brings it fixes the one before it."""

    class Field(models.TextChoices):
        BRANCH = "branch", "the branch it comes from"
        LABEL = "label"

    repositories = models.CharField(
        max_length=300, default="*", help_text="A glob over owner/name."
    )
    field = models.CharField(max_length=8, choices=Field.choices)
    pattern = models.CharField(max_length=300, help_text="A glob, such as hotfix/*.")

    def __str__(self) -> str:
        return f"{self.field} {self.pattern} of {self.repositories}"


class IncidentRule(models.Model):
    """An issue of Jira that matches is an incident of this service. Without a rule none is."""

    class Field(models.TextChoices):
        ISSUE_TYPE = "issue_type", "issue type"
        LABEL = "label"

    projects = models.CharField(
        max_length=300, default="*", help_text="A glob over projects' keys."
    )
    field = models.CharField(max_length=10, choices=Field.choices)
    pattern = models.CharField(max_length=300, help_text="A glob, such as Incident.")
    component = models.CharField(
        max_length=300,
        blank=True,
        help_text="A glob: only issues with a component that matches. Empty: whatever they have.",
    )
    repository = models.ForeignKey(Repository, models.CASCADE, related_name="incident_rules")
    service = models.CharField(max_length=200, blank=True, help_text="Empty: the repository's.")

    def __str__(self) -> str:
        about = self.service or self.repository
        return f"{self.get_field_display()} {self.pattern} in {self.projects} is about {about}"


class DeliverySettings(models.Model):
    """One row: what else rests on the organisation's choice."""

    link_incidents_by_time = models.BooleanField(
        default=False,
        help_text="An incident that names no deployment is linked to the latest earlier one of its service, and "
        "marked as inferred.",
    )

    class Meta:
        verbose_name_plural = "delivery settings"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="delivery_one_settings")
        ]

    def __str__(self) -> str:
        return "Delivery settings"


class FixCorrection(models.Model):
    """A person's word on what fixed a failing deployment, or that nothing failed. It comes before what was found.

    Both sides are known by service, environment, source and key, so that recomputing does not lose it.
    """

    class Verdict(models.TextChoices):
        FIXED_BY = "fixed_by", "it failed, and this fixed it"
        NOT_FIXED_BY = "not_fixed_by", "this is no fix of it"

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="fix_corrections")
    service = models.CharField(max_length=200)
    environment = models.CharField(max_length=12, choices=Environment.choices)
    source = models.CharField(max_length=20, choices=DeploymentSource.choices)
    key = models.CharField(max_length=200)
    fix_source = models.CharField(
        max_length=20,
        choices=[*DeploymentSource.choices, ("incident", "incident"), ("issue", "issue")],
    )
    fix_key = models.CharField(
        max_length=200, help_text="Of an issue our own id, which a move to another project keeps."
    )
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    reason = models.CharField(max_length=500)
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    *("repository", "service", "environment"),
                    *("source", "key", "fix_source", "fix_key"),
                ],
                name="delivery_fixcorrection_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.key} {self.get_verdict_display()} {self.fix_source} {self.fix_key}"
