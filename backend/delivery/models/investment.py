"""What work is an investment into: the organisation's categories, and its rules that sort issues and pull requests.

Until it has chosen categories of its own, those of `delivery.investment_rules.DEFAULTS` are in force.
"""

from django.db import models


class InvestmentCategory(models.Model):
    """Known by its code, so that it can be renamed. Built-in rules know the default ones by theirs."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60, unique=True)
    description = models.CharField(max_length=200, blank=True, help_text="What belongs there.")
    position = models.PositiveSmallIntegerField(default=0, help_text="A lower one is shown first.")

    class Meta:
        ordering = ("position", "pk")
        verbose_name_plural = "investment categories"

    def __str__(self) -> str:
        return self.name


class InvestmentRule(models.Model):
    """In order; the first that matches decides."""

    class Field(models.TextChoices):
        ISSUE_TYPE = "issue_type", "type of the issue"
        EPIC = "epic", "key of the issue, or of one above it"
        LABEL = "label", "label"
        COMPONENT = "component", "component of the issue"
        PROJECT = "project", "key of the project"
        REPOSITORY = "repository", "repository of the pull request"

    position = models.PositiveIntegerField(default=0, help_text="A lower one is asked first.")
    field = models.CharField(max_length=10, choices=Field.choices)
    pattern = models.CharField(max_length=300, help_text="A glob, without regard to case.")
    category = models.CharField(max_length=40, help_text="Its code.")

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return f"{self.get_field_display()} {self.pattern} is {self.category}"


class PendingInvestment(models.Model):
    """Outbox of one row: rules changed, so that everything is sorted anew."""

    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="delivery_one_pendinginvestment")
        ]

    def __str__(self) -> str:
        return "investment to be sorted anew"
