"""Automated test runs, measured: a fact a run, its teams, and a fact a head of a pull request.

`metrics.test_runs.compute` is the only writer.
"""

from django.db import models
from django.db.models import Q


class RunFact(models.Model):
    """One finished attempt of a workflow's run, check run or commit status. Seconds are elapsed."""

    class Source(models.TextChoices):
        WORKFLOW = "workflow", "workflow run"
        CHECK = "check", "check run of another app"
        STATUS = "status", "commit status"

    class Outcome(models.TextChoices):
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        NEITHER = "neither", "cancelled, skipped or the like"

    source = models.CharField(max_length=8, choices=Source.choices)
    origin = models.BigIntegerField(
        help_text="Id of the row in `delivery` that it was measured of."
    )
    repository = models.ForeignKey("delivery.Repository", models.CASCADE, related_name="+")
    name = models.CharField(max_length=500, help_text="The workflow, check or context.")
    sha = models.CharField(max_length=64)
    branch = models.CharField(max_length=300, blank=True, help_text="Empty: not told.")
    is_default_branch = models.BooleanField()
    outcome = models.CharField(max_length=9, choices=Outcome.choices)
    finished_at = models.DateTimeField()
    queue_seconds = models.BigIntegerField(null=True, help_text="Asked for → first job's start.")
    duration_seconds = models.BigIntegerField(
        null=True, help_text="First job's start → last job's end."
    )
    machine_seconds = models.BigIntegerField(null=True, help_text="Of all its jobs together.")
    wasted_seconds = models.BigIntegerField(
        null=True,
        help_text="`machine_seconds` of a failed attempt that passed when rerun on the same commit; null: is none.",
    )
    pull_request = models.ForeignKey(
        "delivery.PullRequest",
        models.CASCADE,
        null=True,
        related_name="runs",
        help_text="Whose head it ran on.",
    )
    asked_at = models.DateTimeField(help_text="When it was asked for.")
    author_key = models.BigIntegerField(
        null=True,
        help_text="As PullRequestFact's: of that pull request, else of who began it. "
        "Null: nobody did.",
    )
    is_bot = models.BooleanField()
    version = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "origin"], name="metrics_runfact_once")
        ]
        indexes = [
            # Figures of a range, and of its weeks, are answered from the index alone.
            models.Index(
                fields=["finished_at"],
                include=[
                    *("is_bot", "author_key", "outcome", "queue_seconds", "duration_seconds"),
                    *("machine_seconds", "wasted_seconds"),
                ],
                name="metrics_run_times",
            ),
            models.Index(fields=["repository", "sha"], name="metrics_run_head"),
            models.Index(fields=["repository", "name", "finished_at"], name="metrics_run_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} on {self.sha[:9]}"


class RunTeam(models.Model):
    """The bridge: teams of the pull request whose head it ran on, else of who began it that day; and those above."""

    run = models.ForeignKey(RunFact, models.CASCADE, related_name="teams")
    team = models.ForeignKey("people.Team", models.CASCADE, related_name="+")
    finished_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "team"], name="metrics_run_in_team_once")
        ]
        indexes = [models.Index(fields=["team", "finished_at"], name="metrics_run_team")]

    def __str__(self) -> str:
        return f"{self.run} in {self.team}"


class HeadFeedback(models.Model):
    """How long a push to a pull request waited until every check of it had finished for the first time."""

    pull_request = models.ForeignKey(
        "delivery.PullRequest", models.CASCADE, related_name="feedback"
    )
    sha = models.CharField(max_length=64)
    pushed_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, help_text="Null: something goes on.")
    seconds = models.BigIntegerField(null=True)
    author_key = models.BigIntegerField(null=True, help_text="As PullRequestFact's.")
    is_bot = models.BooleanField()
    version = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name_plural = "head feedback"
        constraints = [
            models.UniqueConstraint(
                fields=["pull_request", "sha"], name="metrics_headfeedback_once"
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None, seconds=None)
                | Q(finished_at__isnull=False, seconds__gte=0),
                name="metrics_headfeedback_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["finished_at"], name="metrics_feedback_finished"),
            models.Index(fields=["sha"], name="metrics_feedback_head"),
            models.Index(
                fields=["pushed_at"], condition=Q(finished_at=None), name="metrics_feedback_open"
            ),
        ]

    def __str__(self) -> str:
        return f"feedback on {self.sha[:9]}"
