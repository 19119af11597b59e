"""What the host says that it has done: the backups that there are, and whether they can be restored."""

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
