"""Persons, identities, teams and dated memberships, and what the organisation's directory says of them."""

import uuid
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

BY_CODE_POINT: Final = "pg_c_utf8"
"""Postgres's own collation of Unicode: the same on every host, as no library of the system's comes into it."""


class KeepsCalendar(models.Model):
    """When people work: see `calendars`, which says what is inherited."""

    working_hours = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="Like “Mon-Thu 09:00-12:30, 13:00-17:00; Fri 09:00-15:00”. Empty: as above it.",
    )
    holidays_country = models.CharField(
        "holidays of",
        max_length=2,
        blank=True,
        default="",
        db_default="",
        help_text="A country's code, like DE. Empty: as above it.",
    )
    holidays_subdivision = models.CharField(
        "of its part",
        max_length=10,
        blank=True,
        default="",
        db_default="",
        help_text="State or region by its code, like BY. Empty: the whole country's holidays alone.",
    )
    days_off = ArrayField(
        models.DateField(),
        default=list,
        db_default=[],
        blank=True,
        help_text="Further days on which nobody works, like 2026-12-24, with commas between them.",
    )

    class Meta:
        abstract = True


class Organisation(KeepsCalendar):
    """The appliance's one organisation: what holds for all teams."""

    name = models.CharField(max_length=200, default="Organisation")
    time_zone = models.CharField(max_length=64, default="UTC")
    working_hours = models.CharField(
        max_length=200,
        default="Mon-Fri 09:00-17:00",
        db_default="Mon-Fri 09:00-17:00",
        help_text="Like “Mon-Thu 09:00-12:30, 13:00-17:00; Fri 09:00-15:00”.",
    )
    minimum_group_size = models.PositiveSmallIntegerField(
        default=3, help_text="Aggregates about fewer people than this are suppressed everywhere."
    )
    bot_logins = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        help_text="Logins, or patterns with *, that are bots though the source calls them users.",
    )
    pseudonyms = models.BooleanField(
        "works-council mode",
        default=False,
        help_text="People are called by pseudonyms everywhere but on these pages. Only an owner changes this.",
    )
    pseudonym_key = models.BinaryField(null=True, editable=False, help_text="Enveloped for web.")

    class Meta:
        verbose_name_plural = "organisation"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="people_one_organisation"),
            models.CheckConstraint(
                condition=Q(minimum_group_size__gte=1), name="people_minimum_group_size"
            ),
        ]

    def __str__(self) -> str:
        return self.name


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


class Team(KeepsCalendar):
    """A team of the published tree. `source` says who keeps its name, its place and its members."""

    class Source(models.TextChoices):
        GITHUB = "github", "GitHub"
        SCIM = "scim", "the directory (SCIM)"
        CSV = "csv", "a CSV file"
        MANUAL = "manual", "hand"

    slug = models.SlugField(max_length=120, unique=True)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    source = models.CharField(
        "kept by", max_length=8, choices=Source.choices, default=Source.MANUAL, db_default="manual"
    )
    connection = models.ForeignKey("connections.Connection", models.SET_NULL, null=True, blank=True)
    external_id = models.CharField(
        max_length=200, blank=True, db_default="", help_text="What its source knows it by."
    )
    ended_on = models.DateField(
        null=True, blank=True, help_text="The day from which it is no more. Its figures stay."
    )
    time_zone = models.CharField(
        max_length=64, blank=True, help_text="Empty: the organisation's time zone."
    )
    members = models.ManyToManyField(Person, through="Membership", related_name="teams")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"],
                condition=~Q(external_id=""),
                name="people_team_external_id",
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=Q(source="scim"),
                name="people_team_in_directory",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_placed_by_hand(self) -> bool:
        """A directory's groups have no tree."""
        return self.source in {self.Source.MANUAL, self.Source.SCIM}


class Membership(models.Model):
    """A person in a team from one day (inclusive) to another (exclusive)."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    starts_on = models.DateField(
        null=True, blank=True, help_text="Empty: since before anything was recorded."
    )
    ends_on = models.DateField(null=True, blank=True, help_text="First day outside the team.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "person", "starts_on"],
                nulls_distinct=False,
                name="people_membership_once",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gt=F("starts_on")),
                name="people_membership_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.team}"


class DirectoryEntry(models.Model):
    """What the organisation's directory (Entra ID, Okta and the like) says by SCIM, in its own words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    external_id = models.CharField(
        "id in the directory", max_length=255, db_collation=BY_CODE_POINT, blank=True, db_index=True
    )
    display_name = models.CharField(max_length=200, db_collation=BY_CODE_POINT, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class DirectoryUser(DirectoryEntry):
    """A user of the directory. An empty text is one that the directory has not told."""

    user_name = models.CharField(max_length=254, db_collation=BY_CODE_POINT)
    formatted_name = models.CharField(max_length=200, db_collation=BY_CODE_POINT, blank=True)
    family_name = models.CharField(max_length=200, db_collation=BY_CODE_POINT, blank=True)
    given_name = models.CharField(max_length=200, db_collation=BY_CODE_POINT, blank=True)
    active = models.BooleanField(null=True, help_text="Empty: the directory does not say.")
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="directory_users"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("user_name"), name="people_directory_user_name")
        ]

    def __str__(self) -> str:
        return self.user_name


class DirectoryEmail(models.Model):
    """One address of a user of the directory."""

    user = models.ForeignKey(DirectoryUser, models.CASCADE, related_name="emails")
    value = models.CharField(max_length=254, db_collation=BY_CODE_POINT, blank=True)
    type = models.CharField(max_length=40, db_collation=BY_CODE_POINT, blank=True)
    primary = models.BooleanField(null=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.value


class DirectoryGroup(DirectoryEntry):
    """A group of the directory, which is a team here. `members` is what the directory says today."""

    team = models.OneToOneField(Team, models.PROTECT, related_name="directory_group")
    within = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="groups",
        help_text="The group that this one is a member of.",
    )
    members = models.ManyToManyField(DirectoryUser, related_name="groups")

    def __str__(self) -> str:
        return self.display_name
