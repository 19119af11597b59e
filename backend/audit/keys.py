"""The key of each person whose values stand in the log: destroyed, they can be read by nobody any more."""

from django.db import models
from django.db.models import Q


class SubjectKey(models.Model):
    """`subject` is "user/12", "person/7" and the like. A key that was destroyed is never made anew."""

    subject = models.CharField(max_length=60, primary_key=True)
    secret = models.BinaryField(null=True, help_text="32 bytes, enveloped under web's key.")
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(secret=None) ^ Q(forgotten_at=None),
                name="audit_subjectkey_there_or_forgotten",
            )
        ]

    def __str__(self) -> str:
        return f"key of {self.subject}"
