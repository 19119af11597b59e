"""What machines say of commits: check suites and runs, statuses, workflow runs and their jobs, all attempts."""

from django.db import models

from backend.delivery.models.repositories import Repository


class HeadCommit(models.Model):
    """A commit whose checks and statuses were read, and when: a head of a pull request or of the default branch."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="head_commits")
    sha = models.CharField(max_length=64)
    read_at = models.DateTimeField()
    is_settled = models.BooleanField(help_text="All that was checked has finished.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["repository", "sha"], name="delivery_headcommit_sha")
        ]

    def __str__(self) -> str:
        return self.sha


class CheckSuite(models.Model):
    """What one app checked of one commit. Status and conclusion are GitHub's words in lower case."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="check_suites")
    external_id = models.BigIntegerField()
    head_sha = models.CharField(max_length=64)
    branch = models.CharField(max_length=300, blank=True)
    app = models.CharField(max_length=200, blank=True, help_text="The app's slug.")
    status = models.CharField(max_length=20)
    conclusion = models.CharField(max_length=20, blank=True, help_text="Empty: not finished.")
    workflow_run_external_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "external_id"], name="delivery_checksuite_external_id"
            )
        ]
        indexes = [models.Index(fields=["repository", "head_sha"], name="delivery_checksuite_head")]

    def __str__(self) -> str:
        return f"{self.app} on {self.head_sha[:9]}"


class CheckRun(models.Model):
    suite = models.ForeignKey(CheckSuite, models.CASCADE, related_name="runs")
    external_id = models.BigIntegerField()
    name = models.CharField(max_length=500)
    status = models.CharField(max_length=20)
    conclusion = models.CharField(max_length=20, blank=True, help_text="Empty: not finished.")
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["suite", "external_id"], name="delivery_checkrun_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.name


class CommitStatus(models.Model):
    """The latest word of one context on one commit."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="statuses")
    sha = models.CharField(max_length=64)
    context = models.CharField(max_length=500)
    state = models.CharField(max_length=12)
    creator = models.ForeignKey("people.Identity", models.PROTECT, null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "commit statuses"
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "sha", "context"], name="delivery_commitstatus_context"
            )
        ]

    def __str__(self) -> str:
        return f"{self.context} {self.state}"


class WorkflowRun(models.Model):
    """One attempt of a workflow's run."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="workflow_runs")
    external_id = models.BigIntegerField()
    attempt = models.PositiveIntegerField()
    workflow_external_id = models.BigIntegerField()
    workflow = models.CharField(max_length=500, help_text="The workflow's name.")
    run_number = models.PositiveIntegerField()
    event = models.CharField(max_length=60)
    head_branch = models.CharField(max_length=300, blank=True)
    head_sha = models.CharField(max_length=64)
    status = models.CharField(max_length=20)
    conclusion = models.CharField(max_length=20, blank=True, help_text="Empty: not finished.")
    actor = models.ForeignKey("people.Identity", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(help_text="When the first attempt was asked for.")
    started_at = models.DateTimeField(help_text="When this attempt was asked for.")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "external_id", "attempt"], name="delivery_workflowrun_attempt"
            )
        ]
        indexes = [
            models.Index(fields=["repository", "created_at"], name="delivery_workflowrun_created"),
            models.Index(fields=["repository", "head_sha"], name="delivery_workflowrun_head"),
        ]

    def __str__(self) -> str:
        return f"{self.workflow} #{self.run_number}.{self.attempt}"


class WorkflowJob(models.Model):
    run = models.ForeignKey(WorkflowRun, models.CASCADE, related_name="jobs")
    external_id = models.BigIntegerField()
    name = models.CharField(max_length=500)
    status = models.CharField(max_length=20)
    conclusion = models.CharField(max_length=20, blank=True, help_text="Empty: not finished.")
    created_at = models.DateTimeField(null=True, help_text="Unknown: older servers do not tell.")
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "external_id"], name="delivery_workflowjob_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.name


class PendingTestRuns(models.Model):
    """Outbox: a commit of which something changed that machines say. As PendingMeasurement."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="+")
    sha = models.CharField(max_length=64)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "pending test runs"
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "sha"], name="delivery_pendingtestruns_once"
            )
        ]

    def __str__(self) -> str:
        return f"runs on {self.sha[:9]} to be measured"
