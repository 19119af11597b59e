"""A fact an issue, and its teams. `metrics.issues.compute` is the only writer."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class IssueFact(models.Model):
    """One issue, measured. Seconds are elapsed. What is open has no times that would grow by themselves."""

    class State(models.TextChoices):
        TO_DO = "to_do", "to do"
        IN_PROGRESS = "in_progress", "in progress"
        WAITING = "waiting"
        DONE = "done"

    class Excluded(models.TextChoices):
        DELETED = "deleted", "deleted at the source"
        NOT_READ = "not_read", "of a project that is not read"

    issue = models.OneToOneField(
        "delivery.Issue", models.CASCADE, primary_key=True, related_name="fact"
    )
    project = models.ForeignKey("delivery.Project", models.CASCADE, related_name="+")
    issue_type = models.ForeignKey("delivery.IssueType", models.CASCADE, related_name="+")
    is_subtask = models.BooleanField()
    excluded = models.CharField(max_length=10, choices=Excluded.choices, blank=True)
    assignee = models.ForeignKey(
        "people.Identity",
        models.CASCADE,
        null=True,
        related_name="+",
        help_text="When it was done, else now.",
    )
    author_key = models.BigIntegerField(
        null=True, help_text="Of the assignee; see PullRequestFact.author_key."
    )
    is_bot = models.BooleanField()
    state = models.CharField(
        max_length=11,
        choices=State.choices,
        blank=True,
        help_text="Empty: nobody knows the status.",
    )
    state_since = models.DateTimeField()
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, help_text="When it was first begun.")
    done_at = models.DateTimeField(null=True)
    active_seconds = models.BigIntegerField(
        null=True, help_text="The cycle time. Null: not done, or never begun."
    )
    elapsed_seconds = models.BigIntegerField(null=True, help_text="From first start to done.")
    direct_to_done = models.BooleanField()
    reopened = models.PositiveIntegerField()
    estimate = models.FloatField(null=True)
    flags = ArrayField(models.CharField(max_length=30))
    version = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["done_at"], condition=models.Q(excluded=""), name="metrics_issue_done"
            ),
            models.Index(
                fields=["state"],
                condition=models.Q(excluded="", done_at=None),
                name="metrics_issue_open",
            ),
            models.Index(fields=["started_at"], name="metrics_issue_started"),
        ]

    def __str__(self) -> str:
        return f"figures of {self.issue}"


class IssueTeam(models.Model):
    """The bridge: teams that the assignee was in when it was done, or is in now, and every team above, once each."""

    fact = models.ForeignKey(IssueFact, models.CASCADE, related_name="teams")
    team = models.ForeignKey("people.Team", models.CASCADE, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fact", "team"], name="metrics_issue_in_team_once")
        ]
        indexes = [models.Index(fields=["team", "done_at"], name="metrics_issueteam_done")]

    def __str__(self) -> str:
        return f"{self.fact} in {self.team}"
