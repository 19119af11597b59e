"""What the appliance found of itself against OWASP ASVS 4.0.3, and what its host found from outside."""

from django.db import models
from django.db.models import Q


class HostLook(models.Model):
    """What the host saw of the appliance, and what the release that runs was signed with. The newest few are kept."""

    looked_at = models.DateTimeField(unique=True)
    findings = models.JSONField(
        help_text="Of each check of the host: found, whether good, what to do."
    )
    release = models.JSONField(
        null=True, help_text="Version, commit and checksums as signed; null: not from a bundle."
    )
    evidence = models.JSONField(
        null=True, help_text="Results of the release's tests, as signed with it; null: none."
    )
    evidence_reason = models.CharField(max_length=500, blank=True, help_text="Why there is none.")

    def __str__(self) -> str:
        return f"{self.looked_at:%Y-%m-%d %H:%M}"


class Assessment(models.Model):
    """One self-assessment: asked for, made by the worker, signed by the sealer."""

    class Cause(models.TextChoices):
        DEMAND = "demand", "on demand"
        SCHEDULE = "schedule", "on 1 June and 1 December"
        COMMAND = "command", "by manage.py asvs"

    cause = models.CharField(max_length=10, choices=Cause.choices)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict, help_text="Requirements, by verdict.")
    document = models.ForeignKey(
        "audit.SignedDocument", models.PROTECT, null=True, related_name="+", help_text="All of it."
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cause"],
                condition=Q(finished_at=None, cause__in=["demand", "schedule"]),
                name="governance_assessment_one_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["-finished_at"], name="governance_assessment_last")]

    def __str__(self) -> str:
        return f"self-assessment {self.pk}"


class AssessmentFile(models.Model):
    """A report as it was made; the signed document has its SHA-256."""

    class Kind(models.TextChoices):
        HTML = "html"
        PDF = "pdf"
        CSV = "csv"

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "kind"], name="governance_assessment_file"
            )
        ]

    def __str__(self) -> str:
        return f"{self.assessment} as {self.kind}"
