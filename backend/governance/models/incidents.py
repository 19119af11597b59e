"""Security incidents, as the register keeps them, and the mails that remind of their deadline."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from backend.audit.models import SignedDocument


class SecurityIncident(models.Model):
    """One incident: what is known of it, what was decided, and when (GDPR Art. 33 and 34).

    Only facts are stored. In which state it is, and by when the authority is told, is read from them.
    """

    title = models.CharField(max_length=200)
    what_happened = models.CharField(max_length=4000)
    detected_at = models.DateTimeField(help_text="When it was known here: the 72 hours begin.")
    confidentiality = models.BooleanField("of confidentiality", default=False)
    integrity = models.BooleanField("of integrity", default=False)
    availability = models.BooleanField("of availability", default=False)
    personal_data = models.BooleanField(
        null=True, help_text="Whether it is about personal data. Null: not known yet."
    )
    causes = models.CharField(max_length=2000, blank=True)
    consequences = models.CharField(max_length=2000, blank=True, help_text="Likely ones.")
    measures = models.CharField(
        max_length=2000, blank=True, help_text="Taken or proposed, also against consequences."
    )
    contact = models.CharField(
        max_length=500, blank=True, help_text="At which processor or authority, and who."
    )
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    notified_at = models.DateTimeField(
        null=True, help_text="When the notice to the authority left."
    )
    delay_reason = models.CharField(max_length=1000, blank=True)
    not_notified_at = models.DateTimeField(
        null=True, help_text="When it was decided that the authority need not be told."
    )
    not_notified_reason = models.CharField(max_length=1000, blank=True)
    people_decided_at = models.DateTimeField(null=True)
    tell_people = models.BooleanField(null=True, help_text="Null: nothing was decided yet.")
    people_reason = models.CharField(max_length=1000, blank=True)
    people_told_at = models.DateTimeField(null=True)

    exposed_from = models.DateTimeField(null=True)
    exposed_until = models.DateTimeField(null=True, help_text="Null: it goes on.")
    exposed_tables = ArrayField(
        models.CharField(max_length=100), default=list, help_text="By their labels."
    )
    exposed_connections = ArrayField(models.BigIntegerField(), default=list)
    exposed_accounts = ArrayField(models.BigIntegerField(), default=list)
    figures = models.JSONField(null=True, help_text="What was counted: numbers and keys, no names.")
    counted_at = models.DateTimeField(null=True)

    root_cause = models.CharField(max_length=2000, blank=True)
    lessons = models.CharField(max_length=2000, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    closing = models.JSONField(
        null=True, help_text="What the closing report says: numbers, times and keys, no names."
    )
    report = models.OneToOneField(
        SignedDocument, models.PROTECT, null=True, related_name="+", help_text="It, to be signed."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closing=None, report=None)
                | Q(closed_at__isnull=False, closing__isnull=False),
                name="governance_incident_closed_with_a_report",
            ),
            models.CheckConstraint(
                condition=Q(people_decided_at=None, tell_people=None)
                | Q(people_decided_at__isnull=False, tell_people__isnull=False),
                name="governance_incident_people_decided",
            ),
            models.CheckConstraint(
                condition=Q(figures=None, counted_at=None)
                | Q(figures__isnull=False, counted_at__isnull=False),
                name="governance_incident_counted_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"incident {self.pk}"


TEXTS = (
    *("title", "what_happened", "causes", "consequences", "measures", "contact"),
    *("delay_reason", "not_notified_reason", "people_reason", "root_cause", "lessons"),
)
"""What people type, and may name somebody in."""


class IncidentReminder(models.Model):
    """One mail to one account, so many hours after an incident was detected: the row makes it no more than one.

    It is claimed and committed before it is sent. A claim that was neither kept nor given back is of a process that
    ended while it was sending: whether the mail left is not known, and it is not sent again.
    """

    incident = models.ForeignKey(SecurityIncident, models.CASCADE, related_name="reminders")
    hours = models.PositiveSmallIntegerField()
    to = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, help_text="When it is tried again.")
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    passed_at = models.DateTimeField(
        null=True, help_text="When a later one took its place, before this was sent."
    )
    error = models.CharField(max_length=500, blank=True, help_text="Why the last attempt failed.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "hours", "to"], name="governance_one_reminder_each"
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(claimed_at__isnull=False, passed_at=None),
                name="governance_reminder_sent_was_claimed",
            ),
        ]

    def __str__(self) -> str:
        return f"reminder after {self.hours} hours of incident {self.incident_id}"
