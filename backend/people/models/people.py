"""Persons, their identities in outside systems, and how the one was matched with the other."""

from django.db import models
from django.db.models import F, Q


class Person(models.Model):
    """One human being, whatever names outside systems know them by."""

    name = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name or f"person {self.pk}"


class Identity(models.Model):
    """One account of an outside system, or one git e-mail address."""

    class Kind(models.TextChoices):
        USER = "user"
        BOT = "bot"
        MANNEQUIN = "mannequin"
        GIT = "git", "git e-mail"
        ERASED = "erased"

    connection = models.ForeignKey("connections.Connection", models.CASCADE)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    external_id = models.BigIntegerField(
        null=True, help_text="The source's own 64-bit id; unknown for git e-mails and mannequins."
    )
    account_id = models.CharField(
        max_length=200,
        blank=True,
        db_default="",
        help_text="The source's own id where it is no number: Jira's.",
    )
    login = models.CharField(max_length=320, help_text="The login, or for git the e-mail address.")
    name = models.CharField(
        max_length=200, blank=True, db_default="", help_text="What the source calls them."
    )
    is_bot = models.BooleanField(default=False)
    is_bot_by_hand = models.BooleanField(
        "bot or not by hand",
        default=False,
        db_default=False,
        help_text="A person said whether it is a bot: no rule and no list changes that.",
    )
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="identities"
    )
    buried_as = models.BinaryField(
        null=True,
        editable=False,
        help_text="Of an erased one: the tombstone by which it is found when its source tells of it again.",
    )

    class Meta:
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"],
                condition=Q(external_id__isnull=False),
                name="people_identity_external_id",
            ),
            models.UniqueConstraint(
                fields=["connection", "kind", "login"],
                condition=Q(external_id__isnull=True, account_id=""),
                name="people_identity_login",
            ),
            models.UniqueConstraint(
                fields=["connection", "account_id"],
                condition=~Q(account_id=""),
                name="people_identity_account_id",
            ),
            models.UniqueConstraint(
                fields=["connection", "buried_as"],
                condition=Q(buried_as__isnull=False),
                name="people_identity_buried_as",
            ),
        ]

    def __str__(self) -> str:
        return self.login


class Address(models.Model):
    """An e-mail address that a source says is this account's, in lower case. Kept to match people, shown nowhere."""

    identity = models.ForeignKey(Identity, models.CASCADE, related_name="addresses")
    email = models.CharField(max_length=320)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity", "email"], name="people_address_once")
        ]

    def __str__(self) -> str:
        return self.email


class Offer(models.Model):
    """Two identities that may be one person, for yes or no. A no is kept, so that it is not offered again."""

    class Answer(models.TextChoices):
        OPEN = "", "not answered"
        REFUSED = "refused"

    first = models.ForeignKey(Identity, models.CASCADE, related_name="+")
    second = models.ForeignKey(Identity, models.CASCADE, related_name="+")
    strength = models.PositiveSmallIntegerField(help_text="0 to 100: how much speaks for it.")
    evidence = models.JSONField(default=list, help_text="Pairs of what it is and what it rests on.")
    answer = models.CharField(max_length=8, choices=Answer.choices, default=Answer.OPEN, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="people_offer_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="people_offer_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}"


class Merge(models.Model):
    """What came to be one person's, by whom and why, with all that it takes to undo it."""

    class Reason(models.TextChoices):
        CERTAIN = "certain", "certain match"
        ACCEPTED = "accepted", "accepted offer"
        BY_HAND = "by hand"

    person_key = models.BigIntegerField(
        help_text="The person's key; they may have been merged into another since."
    )
    reason = models.CharField(max_length=8, choices=Reason.choices)
    acting_user = models.CharField(
        max_length=254, blank=True, help_text="Address of whoever did it; empty: a rule."
    )
    evidence = models.JSONField(default=list, help_text="Pairs of what it is and what it rests on.")
    moved = models.JSONField(help_text="As backend.people.moving.Moved.")
    merged_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=254, blank=True)

    def __str__(self) -> str:
        return f"merge {self.pk}"


class MatchRun(models.Model):
    """How far matching has come: one row."""

    ran_at = models.DateTimeField()
    last_identity = models.BigIntegerField(help_text="The highest key that was looked at.")
    last_address = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="people_one_match_run"),
        ]

    def __str__(self) -> str:
        return f"matched at {self.ran_at}"
