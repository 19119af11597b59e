"""Results of automated tests, one by one: what was uploaded, counts a test and day, and raw rows of what stands out.

Storage by design: a test that passes leaves a count and one bit of its commit. Raw rows are kept of what failed, and of
runs of a test that failed before on the same commit. Output and failure texts are in no column.
"""

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from psycopg.types.multirange import Multirange

from backend.delivery.models.repositories import Repository

if TYPE_CHECKING:
    _MultirangeField = models.Field[Multirange[int], Multirange[int]]
else:  # Django's fields take type arguments in the stubs alone.
    _MultirangeField = models.Field


class IntegerSetField(_MultirangeField):
    """A set of integers as Postgres' int4multirange: 2,000 neighbours are one range. SQL alone counts and joins it."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002 - Django's signature
        return "int4multirange"


class AutomatedTest(models.Model):
    """A test as its reports call it. What is renamed is another one: nothing in a report says otherwise."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="automated_tests")
    number = models.PositiveIntegerField(help_text="Within its repository, from 1.")
    suite = models.CharField(max_length=500, blank=True, help_text="The class, package or group.")
    name = models.CharField(max_length=500)
    file = models.CharField(max_length=500, blank=True, help_text="Empty: no report told it.")
    digest = models.UUIDField(
        editable=False,
        help_text="Of suite and name in full: what is too long for their columns is cut there.",
    )
    first_seen_on = models.DateField()
    last_seen_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "digest"], name="delivery_automatedtest_digest"
            ),
            models.UniqueConstraint(
                fields=["repository", "number"], name="delivery_automatedtest_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.suite} {self.name}".strip()


class ResultUpload(models.Model):
    """One report as it came: of which commit, and what its elements add up to. Retries count as executions."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="result_uploads")
    key = models.CharField(
        max_length=200,
        help_text="The caller's Idempotency-Key, else a digest of what came: the same again is stored once.",
    )
    digest = models.CharField(
        max_length=64, editable=False, help_text="SHA-256 of the report and what was said of it."
    )
    sha = models.CharField(max_length=64)
    branch = models.CharField(max_length=300, blank=True)
    run_external_id = models.BigIntegerField(null=True, help_text="The workflow run, where told.")
    attempt = models.PositiveIntegerField(null=True)
    job = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField(
        help_text="When the tests ran, as the caller says; else when the report came."
    )
    received_at = models.DateTimeField()
    token = models.ForeignKey(
        "delivery.IngestToken", models.SET_NULL, null=True, editable=False, related_name="+",
        help_text="What it was sent with. Null: it was found among the artifacts of a workflow run.",
    )  # fmt: skip
    tests = models.PositiveIntegerField()
    passed = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    skipped = models.PositiveIntegerField()
    seconds = models.FloatField(null=True, help_text="Null: no case told a time.")
    totals_differ = models.BooleanField(
        help_text="The report declares other totals than its elements add up to. The elements count."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["repository", "key"], name="delivery_resultupload_key")
        ]
        indexes = [
            models.Index(fields=["repository", "started_at"], name="delivery_resultupload_time")
        ]

    def __str__(self) -> str:
        return f"{self.tests} tests of {self.sha[:9]}"


class CommitResults(models.Model):
    """Which tests have passed and which have failed on one commit, over all uploads and retries.

    Exact: a test had both outcomes where its number is in `passed * failed`, and ran where it is in `passed + failed`.
    """

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="commit_results")
    sha = models.CharField(max_length=64)
    day = models.DateField(help_text="UTC; of the first results. Later ones count for it too.")
    passed = IntegerSetField(help_text="Numbers of tests.")
    failed = IntegerSetField(help_text="Numbers of tests.")

    class Meta:
        verbose_name_plural = "commit results"
        constraints = [
            models.UniqueConstraint(fields=["repository", "sha"], name="delivery_commitresults_sha")
        ]
        indexes = [models.Index(fields=["day"], name="delivery_commitresults_day")]

    def __str__(self) -> str:
        return self.sha


class DailyResults(models.Model):
    """What came of one test on one day (UTC). Partitioned by month; see migration 0005.

    `passed`, `failed` and `skipped` count executions on the day that they ran. `commits` and `flaky_commits` count
    for the day of their CommitResults, so that the flake rate of any days is exactly sum(flaky_commits) / sum(commits).
    """

    pk = models.CompositePrimaryKey("test", "day")
    test = models.ForeignKey(
        AutomatedTest, models.CASCADE, db_constraint=False, db_index=False, related_name="days"
    )
    day = models.DateField()
    repository = models.ForeignKey(
        Repository, models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    passed = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    skipped = models.PositiveIntegerField()
    timed = models.PositiveIntegerField(help_text="Executions whose time is known.")
    milliseconds = models.PositiveBigIntegerField(help_text="Of these, in all.")
    slowest = models.PositiveIntegerField(null=True, help_text="Milliseconds of the slowest.")
    commits = models.PositiveIntegerField(help_text="Commits that it ran on: passed or failed.")
    flaky_commits = models.PositiveIntegerField(help_text="Commits that it had both outcomes on.")

    class Meta:
        verbose_name_plural = "daily results"
        indexes = [
            # The few days that lists of tests begin from, answered from the index alone. No column that each upload
            # changes is in one, so that an update can stay on its page.
            models.Index(
                fields=["repository", "day"],
                include=["test", "failed"],
                condition=Q(failed__gt=0),
                name="delivery_daily_failed",
            ),
            models.Index(
                fields=["repository", "day"],
                include=["test", "flaky_commits"],
                condition=Q(flaky_commits__gt=0),
                name="delivery_daily_flaky",
            ),
            models.Index(
                fields=["repository", "day"],
                include=["test", "slowest"],
                condition=Q(slowest__gte=1000),
                name="delivery_daily_slow",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.test} on {self.day}"


class NotableResult(models.Model):
    """One execution that failed, or that passed after a failure on the same commit. Partitioned by month."""

    class Outcome(models.TextChoices):
        PASSED = "passed"
        FAILED = "failed"

    pk = models.CompositePrimaryKey("test", "day", "upload", "position")
    test = models.ForeignKey(
        AutomatedTest, models.CASCADE, db_constraint=False, db_index=False, related_name="notable"
    )
    day = models.DateField()
    upload = models.ForeignKey(
        ResultUpload, models.CASCADE, db_constraint=False, db_index=False, related_name="notable"
    )
    position = models.PositiveIntegerField(help_text="Within the upload, of one test.")
    repository = models.ForeignKey(
        Repository, models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    sha = models.CharField(max_length=64)
    at = models.DateTimeField(help_text="The upload's start.")
    outcome = models.CharField(max_length=6, choices=Outcome.choices)
    milliseconds = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["repository", "day"], name="delivery_notableresult_day")]

    def __str__(self) -> str:
        return f"{self.test} {self.outcome} on {self.sha[:9]}"


class MutedTest(models.Model):
    """A person's word that a flaky test is known of: why, and until when. Its results count as before."""

    test = models.OneToOneField(AutomatedTest, models.CASCADE, related_name="muted")
    reason = models.CharField(max_length=500)
    until = models.DateField(help_text="The last day.")
    muted_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    muted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.test} until {self.until}"


class OwnerPattern(models.Model):
    """A line of a repository's CODEOWNERS: the pattern and who owns what it matches. The last that matches decides.

    Owners are accounts and teams as written there, as in @name and @organisation/team. E-mail addresses are not kept.
    """

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="owner_patterns")
    position = models.PositiveIntegerField(help_text="The line's place, from 0.")
    pattern = models.TextField()
    owners = ArrayField(
        models.CharField(max_length=200),
        default=list,
        help_text="Empty: what it matches has no owner.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "position"], name="delivery_ownerpattern_line"
            )
        ]

    def __str__(self) -> str:
        return self.pattern


class ArtifactRule(models.Model):
    """Artifacts of workflow runs whose JUnit files are read as if uploaded. Without a rule none is asked for."""

    repositories = models.CharField(max_length=300, help_text="A glob over owner/name.")
    artifact = models.CharField(
        max_length=300, help_text="A glob over the artifact's name, such as test-results*."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repositories", "artifact"], name="delivery_artifactrule_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.artifact} of {self.repositories}"
