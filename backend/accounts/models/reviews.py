"""Access reviews, and checklists for joiners and leavers."""

from django.db import models

from backend.accounts.models.users import User


class AccountAccess(User):
    """An account as reviewers look at it: what it may do, and whether anybody uses it."""

    class Meta:
        proxy = True
        verbose_name = "account"
        verbose_name_plural = "access of all accounts"


class AccessReview(models.Model):
    """A look at every account, quarterly say: each is accepted or revoked before the review is closed."""

    started_at = models.DateTimeField(auto_now_add=True)
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.F("closed_at"),
                condition=models.Q(closed_at=None),
                name="accounts_one_open_review",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"review of {self.started_at:%d %B %Y}"


class ReviewedAccount(models.Model):
    """One account in a review, with what it could do when the review began."""

    class Decision(models.TextChoices):
        ACCEPTED = "accepted"
        REVOKED = "revoked"

    review = models.ForeignKey(AccessReview, models.CASCADE, related_name="accounts")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    role = models.CharField(max_length=16, choices=User.Role.choices, blank=True)
    teams = models.TextField(blank=True, help_text="Opened to it, each with all below.")
    tokens = models.PositiveIntegerField("API tokens")
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "user"], name="accounts_reviewed_once"),
            models.CheckConstraint(
                condition=models.Q(decision="", decided_by=None, decided_at=None)
                | models.Q(decided_by__isnull=False, decided_at__isnull=False)
                & ~models.Q(decision=""),
                name="accounts_decision_is_somebodys",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in the {self.review}"


class Checklist(models.Model):
    """What is done when somebody joins or leaves, ticked off one by one."""

    class Kind(models.TextChoices):
        JOINER = "joiner"
        LEAVER = "leaver"

    user = models.ForeignKey(User, models.PROTECT, related_name="checklists")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    started_at = models.DateTimeField(auto_now_add=True)
    started_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+")
    completed_at = models.DateTimeField(null=True, editable=False)
    completed_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=models.Q(completed_at=None),
                name="accounts_one_open_checklist",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} checklist of {self.user}"


class ChecklistItem(models.Model):
    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="items")
    text = models.CharField(max_length=300, editable=False)
    done_at = models.DateTimeField(null=True, editable=False)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(done_at=None, done_by=None)
                | models.Q(done_at__isnull=False, done_by__isnull=False),
                name="accounts_item_is_done_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return self.text
