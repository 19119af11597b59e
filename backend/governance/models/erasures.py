"""One erasure, from being asked for to its certificate."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Erasure(models.Model):
    """What is to go for good. Nothing goes before a second person has approved it.

    `preview` and `done` count rows by table: what was found when it was asked for, and what has gone so far. The
    certificate is made of `done` and signed by the process that seals the audit log.
    """

    class Kind(models.TextChoices):
        PERSON = "person", "a person"
        REPOSITORY = "repository", "a repository"
        CONNECTION = "connection", "a connection"
        EVERYTHING = "everything", "everything that was collected"

    class Mode(models.TextChoices):
        PSEUDONYMISE = "pseudonymise", "figures stay, of a nameless person"
        REMOVE = "remove", "what they did belongs to nobody any more"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    mode = models.CharField(
        max_length=12, choices=Mode.choices, blank=True, help_text="Of a person alone."
    )
    subject_id = models.BigIntegerField(null=True, help_text="Its key here. Null: everything.")
    subject_name = models.CharField(
        max_length=300, blank=True, help_text="What it is called, until it is erased."
    )
    reason = models.CharField(
        max_length=500,
        blank=True,
        help_text="In words, until the person whom it is about is erased.",
    )
    preview = models.JSONField(default=dict)
    asked_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    approved_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    accounts = ArrayField(
        models.BigIntegerField(),
        null=True,
        help_text="Of a person: the accounts that close with them, as of the approval.",
    )
    refused_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    refused_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    done = models.JSONField(default=dict)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    certificate = models.ForeignKey(
        "audit.SignedDocument", models.DO_NOTHING, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("asked_by")),
                name="governance_erasure_two_people",
            ),
            models.CheckConstraint(
                condition=Q(started_at=None) | Q(approved_at__isnull=False),
                name="governance_erasure_approved_first",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=Q(refused_at=None, finished_at=None),
                nulls_distinct=False,
                name="governance_erasure_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"erasure {self.pk} of {self.get_kind_display()}"
