"""What issues and pull requests were sorted into, and who worked on them on which days.

`metrics.investment` is the only writer. Categories stand by their codes: one that is no more is uncategorised.
"""

from django.db import models
from django.db.models import Q


class Because(models.TextChoices):
    RULE = "rule", "a rule of the organisation"
    BUILT_IN = "built_in", "a built-in rule"
    ISSUE = "issue", "the issue that it is about"
    NOTHING = "nothing", "no rule matches"


class IssueCategory(models.Model):
    issue = models.OneToOneField(
        "delivery.Issue", models.CASCADE, primary_key=True, related_name="investment"
    )
    category = models.CharField(max_length=40, blank=True, help_text="Empty: uncategorised.")
    because = models.CharField(max_length=8, choices=Because.choices)
    inherited_from = models.ForeignKey(
        "delivery.Issue",
        models.CASCADE,
        null=True,
        related_name="+",
        help_text="The issue above that the rule matched.",
    )

    def __str__(self) -> str:
        return f"{self.issue} is {self.category or 'uncategorised'}"


class PullRequestCategory(models.Model):
    pull_request = models.OneToOneField(
        "delivery.PullRequest", models.CASCADE, primary_key=True, related_name="investment"
    )
    category = models.CharField(max_length=40, blank=True, help_text="Empty: uncategorised.")
    because = models.CharField(max_length=8, choices=Because.choices)
    inherited_from = models.ForeignKey(
        "delivery.Issue",
        models.CASCADE,
        null=True,
        related_name="+",
        help_text="The issue that it is about.",
    )

    def __str__(self) -> str:
        return f"{self.pull_request} is {self.category or 'uncategorised'}"


class ActivityDay(models.Model):
    """That an account worked on a pull request or an issue on a day, and how heavily: see formulas.effort."""

    pull_request = models.ForeignKey(
        "delivery.PullRequest", models.CASCADE, null=True, related_name="+"
    )
    issue = models.ForeignKey("delivery.Issue", models.CASCADE, null=True, related_name="+")
    identity = models.ForeignKey("people.Identity", models.CASCADE, related_name="+")
    day = models.DateField(help_text="In the organisation's time zone.")
    weight = models.PositiveSmallIntegerField()
    category = models.CharField(
        max_length=40,
        db_default="",
        help_text="Of what was worked on, so that effort is one table's.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pull_request=None) ^ Q(issue=None), name="metrics_activity_of_one"
            ),
            models.UniqueConstraint(
                fields=["pull_request", "issue", "identity", "day"],
                nulls_distinct=False,
                name="metrics_activity_once",
            ),
        ]
        indexes = [models.Index(fields=["day"], name="metrics_activity_day")]

    def __str__(self) -> str:
        return f"{self.identity} on {self.pull_request or self.issue}, {self.day}"
