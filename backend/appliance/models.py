"""Whether the appliance is closed for maintenance."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Maintenance(models.Model):
    """Announced, and from `closes_at` on in force. One row while there is any, and none otherwise."""

    message = models.CharField(max_length=500, help_text="For everybody to read.")
    closes_at = models.DateTimeField()
    allowed = ArrayField(
        models.CharField(max_length=43),
        default=list,
        help_text="Networks that are let in meanwhile.",
    )

    def __str__(self) -> str:
        return f"maintenance from {self.closes_at:%Y-%m-%d %H:%M %Z}"

    def is_closed(self, now: datetime) -> bool:
        return self.closes_at <= now
