"""The organisation, its teams and dated memberships."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from backend.people.models.people import Person


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
        """Whether its source leaves that to people, as the directory does for a group that it puts into no other."""
        group = getattr(self, "directory_group", None)
        nested = group is not None and group.within_id is not None
        return self.source == self.Source.MANUAL or (self.source == self.Source.SCIM and not nested)


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
