"""Repositories as chosen, found and lost, and who owns them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Value


class Owner(models.Model):
    """The organisation, or the account, that repositories belong to."""

    class Kind(models.TextChoices):
        ORGANIZATION = "organization", "organisation"
        USER = "user", "account"

    connection = models.ForeignKey("connections.Connection", models.CASCADE, related_name="owners")
    external_id = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    login = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="delivery_owner_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.login


class Repository(models.Model):
    """Known by its id, so that a rename or a transfer does not matter. Nothing of it is deleted but by erasure."""

    class State(models.TextChoices):
        ACTIVE = "active"
        EXCLUDED = "excluded", "excluded by a rule"
        LOST_ACCESS = "lost_access", "access lost"
        TRANSFERRED = "transferred", "moved to an owner that is not read"
        GONE = "gone", "deleted at the source"
        ERASING = "erasing", "being erased"

    class Visibility(models.TextChoices):
        PUBLIC = "public"
        INTERNAL = "internal"
        PRIVATE = "private"

    connection = models.ForeignKey(
        "connections.Connection", models.CASCADE, related_name="repositories"
    )
    owner = models.ForeignKey(Owner, models.PROTECT, null=True, related_name="repositories")
    external_id = models.BigIntegerField()
    node_id = models.CharField(max_length=200)
    name_with_owner = models.CharField(max_length=300)
    former_names = ArrayField(
        models.CharField(max_length=300),
        default=list,
        db_default=Value("{}"),
        blank=True,
        help_text="What it was called before a rename or a transfer, latest last.",
    )
    default_branch = models.CharField(
        max_length=300, blank=True, help_text="Empty: the repository has no commit yet."
    )
    visibility = models.CharField(max_length=8, choices=Visibility.choices)
    is_archived = models.BooleanField()
    is_fork = models.BooleanField()
    topics = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    pushed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)
    state_reason = models.TextField(
        blank=True,
        db_default="",
        help_text="Why it is in this state: the rule that excludes it, the owner it moved to.",
    )
    files_marked_by = models.CharField(
        max_length=64,
        blank=True,
        db_default="",
        editable=False,
        help_text="The rules on generated files that its files are marked by; empty: they are to be marked anew.",
    )

    class Meta:
        verbose_name_plural = "repositories"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="delivery_repository_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.name_with_owner
