"""What the organisation's own systems report by API, and the tokens that they do so with."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from backend.delivery.models.repositories import Repository


class IngestToken(models.Model):
    """Lets a system report for one repository, and read nothing. Only the token's digest is kept."""

    class Purpose(models.TextChoices):
        DEPLOYMENTS = "deployments"
        INCIDENTS = "incidents"
        TEST_RESULTS = "test_results", "test results"

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="ingest_tokens")
    name = models.CharField(max_length=200, help_text="What it is for.")
    purposes = ArrayField(models.CharField(max_length=12, choices=Purpose.choices))
    digest = models.CharField(
        max_length=64, unique=True, editable=False, help_text="SHA-256 of the token."
    )
    beginning = models.CharField(
        max_length=16, editable=False, help_text="To tell tokens apart by."
    )
    created_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"


class ReportedDeployment(models.Model):
    """A deployment as told to `POST /api/v1/deployments`; told again under the same id, it is brought up to date."""

    class Outcome(models.TextChoices):
        IN_PROGRESS = "in_progress", "in progress"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="reported_deployments")
    external_id = models.CharField(max_length=200, help_text="The caller's own id of it.")
    service = models.CharField(max_length=200, blank=True)
    environment = models.CharField(max_length=200, help_text="The caller's own name of it.")
    sha = models.CharField(max_length=64)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True, help_text="Empty: it goes on.")
    reported_at = models.DateTimeField()
    token = models.ForeignKey(
        IngestToken, models.SET_NULL, null=True, editable=False, related_name="+",
        help_text="What it was told with the last time that it changed.",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "external_id"], name="delivery_reported_external_id"
            )
        ]
        indexes = [models.Index(fields=["repository", "service"], name="delivery_reported_service")]

    def __str__(self) -> str:
        return f"{self.environment} {self.sha[:9]}"


class Incident(models.Model):
    """An incident as told to `POST /api/v1/incidents`: when it began and ended, and which deployment it names, if any.

    No title and no text: they would name customers and people.
    """

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="incidents")
    external_id = models.CharField(max_length=200, help_text="The caller's own id of it.")
    service = models.CharField(max_length=200, blank=True, help_text="Empty: the repository's.")
    environment = models.CharField(max_length=12, default="production")
    caused_by = models.CharField(
        max_length=200,
        blank=True,
        help_text="The deployment that it names: the id of a reported one, or a commit's sha. Empty: none.",
    )
    started_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField()
    token = models.ForeignKey(
        IngestToken, models.SET_NULL, null=True, editable=False, related_name="+",
        help_text="What it was told with the last time that it changed.",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "external_id"], name="delivery_incident_external_id"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None) | Q(resolved_at__gte=F("started_at")),
                name="delivery_incident_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.external_id


class PendingDeployments(models.Model):
    """Outbox: a repository of which something changed that its deployments and their changes rest on.

    Written in the transaction that stores the change (`delivery.store.note_deployments`); deleted in the one that
    stores the figures, unless another change was noted meanwhile.
    """

    repository = models.OneToOneField(Repository, models.CASCADE, primary_key=True)
    since = models.DateTimeField(auto_now_add=True)
    noted_by = models.BigIntegerField(
        db_default=0, help_text="The number of the transaction that noted a change last."
    )
    tries = models.PositiveSmallIntegerField(
        db_default=0, help_text="How often measuring began and did not end."
    )
    not_before = models.DateTimeField(null=True, help_text="When it may be tried again.")

    class Meta:
        verbose_name_plural = "pending deployments"

    def __str__(self) -> str:
        return f"deployments of {self.repository} to be measured"
