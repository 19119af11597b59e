"""How long each kind of data is kept, and each night's work of removing what is older."""

from datetime import datetime

from django.db import models
from django.db.models import Q


class RetentionPeriod(models.Model):
    """What somebody decided about a policy; without a row it has its default.

    A shorter period waits until `takes_effect_at`, and can be taken back until then.
    """

    policy = models.CharField(max_length=40, primary_key=True)
    days = models.PositiveIntegerField(null=True, help_text="Null: kept until it is erased.")
    next_days = models.PositiveIntegerField(null=True)
    takes_effect_at = models.DateTimeField(null=True)
    set_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(takes_effect_at=None, next_days=None)
                | Q(takes_effect_at__isnull=False, next_days__isnull=False),
                name="governance_retention_next",
            )
        ]

    def __str__(self) -> str:
        return self.policy

    def in_force(self, now: datetime) -> int | None:
        """Days, as of then."""
        return self.days if self.waits(now) or self.takes_effect_at is None else self.next_days

    def waits(self, now: datetime) -> bool:
        """Whether a shorter period has not come into force yet."""
        return self.takes_effect_at is not None and now < self.takes_effect_at


class ConfirmedDate(models.Model):
    """One row: when somebody said last that the clock is right, after nothing had borne it out."""

    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class RetentionRun(models.Model):
    """The removing of what a policy keeps no longer: step by step, in the order of keys, so that it can be cut short
    anywhere. What it says to have deleted is deleted: both are written in one transaction.
    """

    policy = models.CharField(max_length=40)
    before = models.DateTimeField(help_text="What is older goes.")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    step = models.PositiveIntegerField(default=0)
    place = models.BigIntegerField(default=0, help_text="The last key that the step has passed.")
    deleted = models.JSONField(default=dict, help_text="Rows, by table.")
    not_before = models.DateTimeField(null=True, help_text="Put off until then.")
    error = models.TextField(blank=True, help_text="Why it was put off.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy"], condition=Q(finished_at=None), name="governance_retention_one"
            )
        ]
        indexes = [models.Index(fields=["policy", "-started_at"], name="governance_retention_last")]

    def __str__(self) -> str:
        return f"{self.policy} before {self.before:%Y-%m-%d}"
