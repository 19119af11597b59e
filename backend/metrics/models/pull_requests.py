"""A fact a pull request, its teams, and cells a team and period. `metrics.compute` is the only writer."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


def _working(text: str = "") -> "models.BigIntegerField[int | None, int | None]":
    return models.BigIntegerField(null=True, help_text=text)


class PullRequestFact(models.Model):
    """One pull request, measured. Seconds are elapsed, but those that are named working."""

    class Excluded(models.TextChoices):
        DRAFT_NEVER_OPENED = "draft_never_opened", "closed without ever leaving draft"

    class Stage(models.TextChoices):
        CODING = "coding"
        PICKUP = "pickup"
        REVIEW = "review"
        MERGE = "merge"

    pull_request = models.OneToOneField(
        "delivery.PullRequest", models.CASCADE, primary_key=True, related_name="fact"
    )
    author = models.ForeignKey("people.Identity", models.CASCADE, null=True, related_name="+")
    author_key = models.BigIntegerField(
        null=True,
        help_text="The author's person, or the identity, negative, where no person is known: "
        "what distinct people are counted by.",
    )
    is_bot = models.BooleanField()
    excluded = models.CharField(max_length=20, choices=Excluded.choices, blank=True)
    state = models.CharField(max_length=8)
    opened_at = models.DateTimeField()
    started_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    first_review_at = models.DateTimeField(null=True)
    last_approval_at = models.DateTimeField(null=True)
    merged_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    cycle_seconds = models.BigIntegerField(null=True, help_text="Null: not merged.")
    coding_seconds = models.BigIntegerField(
        null=True, help_text="A part of the sum; a measurement only where commits are known."
    )
    pickup_seconds = models.BigIntegerField(
        null=True, help_text="A part of the sum; a measurement only where it was reviewed."
    )
    review_seconds = models.BigIntegerField(null=True, help_text="As pickup.")
    merge_seconds = models.BigIntegerField(null=True, help_text="As pickup.")
    first_review_seconds = models.BigIntegerField(
        null=True, help_text="From ready to the first review that counts, merged or not."
    )
    cycle_working_seconds = _working("By the calendar of the author's team; so those below.")
    coding_working_seconds = _working()
    pickup_working_seconds = _working()
    review_working_seconds = _working()
    merge_working_seconds = _working()
    first_review_working_seconds = _working()
    commits_known = models.BooleanField()
    review_count = models.PositiveIntegerField(help_text="Reviews that count.")
    draft_seconds = models.BigIntegerField()
    rework_rounds = models.PositiveIntegerField()
    rework_seconds = models.BigIntegerField()
    size_lines = models.BigIntegerField(null=True)
    size_files = models.PositiveIntegerField(null=True)
    stage = models.CharField(
        max_length=8, choices=Stage.choices, blank=True, help_text="Of an open one."
    )
    stage_since = models.DateTimeField(null=True)
    flags = ArrayField(models.CharField(max_length=30))
    version = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cycle_seconds__isnull=True)
                | Q(
                    cycle_seconds=F("coding_seconds")
                    + F("pickup_seconds")
                    + F("review_seconds")
                    + F("merge_seconds")
                ),
                name="metrics_fact_stages_add_up",
            ),
            models.CheckConstraint(
                condition=Q(cycle_working_seconds__isnull=True)
                | Q(
                    cycle_working_seconds=F("coding_working_seconds")
                    + F("pickup_working_seconds")
                    + F("review_working_seconds")
                    + F("merge_working_seconds")
                ),
                name="metrics_fact_working_stages_add_up",
            ),
        ]
        indexes = [
            models.Index(fields=["merged_at"], name="metrics_fact_merged"),
            models.Index(fields=["first_review_at"], name="metrics_fact_first_review"),
            models.Index(
                fields=["closed_at"], condition=Q(state="closed"), name="metrics_fact_closed"
            ),
            models.Index(fields=["stage"], condition=Q(state="open"), name="metrics_fact_open"),
        ]

    def __str__(self) -> str:
        return f"figures of {self.pull_request}"


class PullRequestTeam(models.Model):
    """The bridge: teams that the author was in when it was opened, and every team above them, once each.

    The fact's times stand here too, so that one team's week is found without reading its whole history.
    """

    fact = models.ForeignKey(PullRequestFact, models.CASCADE, related_name="teams")
    team = models.ForeignKey("people.Team", models.CASCADE, related_name="+")
    merged_at = models.DateTimeField(null=True)
    first_review_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fact", "team"], name="metrics_fact_in_team_once")
        ]
        indexes = [
            models.Index(fields=["team", "merged_at"], name="metrics_team_merged"),
            models.Index(fields=["team", "first_review_at"], name="metrics_team_first_review"),
        ]

    def __str__(self) -> str:
        return f"{self.fact} in {self.team}"


def _quantiles() -> "ArrayField[list[float] | None, list[float] | None]":
    return ArrayField(
        models.FloatField(),
        size=3,
        null=True,
        help_text="Median, p75, p90; null: nothing to measure.",
    )


class PullRequestCell(models.Model):
    """One team's finished figures of one week or month, bots left out. Without a team: of all."""

    class Period(models.TextChoices):
        WEEK = "week"
        MONTH = "month"

    team = models.ForeignKey("people.Team", models.CASCADE, null=True, related_name="+")
    period = models.CharField(max_length=5, choices=Period.choices)
    starts_on = models.DateField(help_text="In the team's time zone.")
    merged = models.PositiveIntegerField()
    reviewed = models.PositiveIntegerField(help_text="Of the merged ones.")
    people = models.PositiveIntegerField(help_text="Distinct authors of the merged ones.")
    cycle_time = _quantiles()
    coding = _quantiles()
    pickup = _quantiles()
    review = _quantiles()
    merge = _quantiles()
    batch_size = _quantiles()
    coding_n = models.PositiveIntegerField()
    batch_size_n = models.PositiveIntegerField()
    coding_total = models.BigIntegerField(help_text="Seconds, of all merged ones; likewise below.")
    pickup_total = models.BigIntegerField()
    review_total = models.BigIntegerField()
    merge_total = models.BigIntegerField()
    time_to_first_review = _quantiles()
    first_reviews = models.PositiveIntegerField(
        help_text="Pull requests whose first review was given in the period."
    )
    first_review_people = models.PositiveIntegerField(help_text="Distinct authors of those.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "period", "starts_on"],
                nulls_distinct=False,
                name="metrics_cell_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.team or 'all'} {self.period} {self.starts_on}"


class MeasuredIdentity(models.Model):
    """As whom, and whether as a bot, an account was last counted: what a change of it is noticed by."""

    identity = models.OneToOneField(
        "people.Identity", models.CASCADE, primary_key=True, related_name="+"
    )
    key = models.BigIntegerField()
    is_bot = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.identity} as measured"


class MeasuredTeam(models.Model):
    """A team as it was last counted: what a change of the tree, a zone or a calendar is noticed by. 0: all teams."""

    team = models.BigIntegerField(primary_key=True)
    parent = models.BigIntegerField(null=True)
    time_zone = models.CharField(max_length=64)
    calendar = models.CharField(max_length=32, help_text="Digest of what it has or inherits.")

    def __str__(self) -> str:
        return f"team {self.team} as measured"


class MeasuredMembership(models.Model):
    """A membership as it was last counted. It stays when the team or person goes, until that is noticed."""

    team = models.BigIntegerField()
    person = models.BigIntegerField()
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "person", "starts_on"],
                nulls_distinct=False,
                name="metrics_measured_membership_once",
            )
        ]

    def __str__(self) -> str:
        return f"person {self.person} in team {self.team} as measured"


class Basis(models.Model):
    """What the stored figures rest on besides events, so that a change of it is noticed and computed."""

    versions = models.CharField(max_length=200, blank=True, help_text="Of the formulas.")
    measured_at = models.DateTimeField(null=True, help_text="When figures last changed.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="metrics_one_basis")]

    def __str__(self) -> str:
        return "basis of figures"
