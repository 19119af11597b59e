"""What the operator does on the machine: backups, whether they can be restored, and maintenance."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Backup(models.Model):
    """One that was made and signed. `removed_at`: it is too old, or lies there no more."""

    name = models.CharField(max_length=80, unique=True)
    made_at = models.DateTimeField(help_text="The moment of its snapshot.")
    release = models.CharField(max_length=60)
    size = models.BigIntegerField(help_text="Bytes, encrypted.")
    sha256 = models.CharField(max_length=64)
    tables = models.IntegerField()
    rows = models.BigIntegerField()
    place = models.CharField(max_length=10, help_text="folder or sftp.")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["made_at"], name="appliance_backup_made_at")]

    def __str__(self) -> str:
        return self.name


class Drill(models.Model):
    """A backup was opened with the drill's key, restored aside, and compared with what it says of itself."""

    backup = models.ForeignKey(
        Backup,
        models.CASCADE,
        null=True,
        related_name="drills",
        help_text="Empty where its signature was not good.",
    )
    finished_at = models.DateTimeField()
    passed = models.BooleanField()
    reason = models.TextField(blank=True, help_text="Why it failed.")
    seconds = models.IntegerField()
    tables = models.IntegerField(help_text="That were compared.")
    rows = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["finished_at"], name="appliance_drill_finished_at")]

    def __str__(self) -> str:
        return f"drill of {self.backup or 'an unsigned backup'}"


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
