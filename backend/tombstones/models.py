"""The one table of tombstones."""

from django.db import models


class Tombstone(models.Model):
    """One thing that was erased, by a keyed digest of what its source knows it by."""

    kind = models.CharField(max_length=20, help_text="Such as identity, address, repository.")
    digest = models.BinaryField(help_text="HMAC-SHA256 of kind and name.")
    erasure_id = models.BigIntegerField(help_text="The erasure that it is of.")
    erased_at = models.DateTimeField()
    lifted_at = models.DateTimeField(
        null=True, help_text="An owner took it back: what comes under this name is new."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "digest"], name="tombstones_tombstone_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of erasure {self.erasure_id}"
