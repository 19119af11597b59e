"""What one person asked for about their own data."""

from django.db import models
from django.db.models import Q

from backend.governance.models.erasures import Erasure


class SubjectRequest(models.Model):
    """One request under the GDPR, with its clock and what came of it.

    It outlives the erasure of whoever asked: then `account`, `person` and every text that may name them are empty.
    """

    class Kind(models.TextChoices):
        ACCESS = "access", "a copy of the data"
        ERASURE = "erasure", "erasure"
        RECTIFICATION = "rectification", "rectification"
        OBJECTION = "objection", "objection"

    class Outcome(models.TextChoices):
        UNDER_WAY = "", "under way"
        FULFILLED = "fulfilled"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    account = models.ForeignKey(
        "accounts.User",
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Who asked while signed in, and is known by that.",
    )
    person = models.ForeignKey(
        "people.Person",
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Whom a request that came by letter is about. Of an account it is the account's own.",
    )
    who = models.CharField(
        max_length=300, blank=True, help_text="Who asked by letter, and where the answer goes."
    )
    text = models.CharField(max_length=2000, blank=True, help_text="In their own words.")
    mode = models.CharField(
        max_length=12, choices=Erasure.Mode.choices, blank=True, help_text="Of an erasure: wished."
    )
    asked_on = models.DateField(
        help_text="The day it was received, in the organisation's time zone."
    )
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        "accounts.User",
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text="The administrator, where it came by letter.",
    )
    identity_checked = models.CharField(
        max_length=500, blank=True, help_text="How the administrator made sure who asks."
    )
    due_on = models.DateField(help_text="The last day on which it can be answered in time.")
    extended_at = models.DateTimeField(null=True)
    extension_reason = models.CharField(max_length=500, blank=True)
    outcome = models.CharField(
        max_length=10, choices=Outcome.choices, default=Outcome.UNDER_WAY, blank=True
    )
    outcome_text = models.CharField(
        max_length=1000, blank=True, help_text="What was done, or why it was refused."
    )
    closed_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey(
        "accounts.User",
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Who did most lately.",
    )
    available_until = models.DateTimeField(
        null=True, help_text="Until when the copy that was handed over can be downloaded."
    )
    downloaded_at = models.DateTimeField(null=True, help_text="Most lately.")
    erasure = models.ForeignKey(
        Erasure,
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text="By which it is being fulfilled: it is, once that has finished.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind"],
                condition=Q(outcome=""),
                name="governance_one_open_request_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", closed_at=None)
                | ~Q(outcome="") & Q(closed_at__isnull=False),
                name="governance_request_closed_with_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk} for {self.get_kind_display()}"
