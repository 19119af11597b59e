"""Stretches of time that figures must not cut. `metrics.suppression.compute` is the only writer."""

from django.db import models


class UncutSpan(models.Model):
    """One stretch of one team's time, or of all teams', for one cube: see formulas.cubes.Span."""

    class Family(models.TextChoices):
        MERGED = "merged", "pull requests merged"
        REVIEWED = "reviewed", "first reviews given"
        DONE = "done", "issues done"
        DEPLOYED = "deployed", "changes deployed to production"
        WORKED = "worked", "days of work"

    family = models.CharField(max_length=8, choices=Family.choices)
    cube = models.PositiveIntegerField()
    team = models.ForeignKey("people.Team", models.CASCADE, null=True, related_name="+")
    starts_at = models.DateTimeField(help_text="Outside.")
    ends_at = models.DateTimeField(null=True, help_text="Inside. Null: it has no end.")
    value = models.SmallIntegerField()
    is_wide = models.BooleanField(help_text="Whether a week or month may begin in it.")

    class Meta:
        indexes = [
            models.Index(fields=["family", "team", "starts_at"], name="metrics_uncut_team"),
            models.Index(
                fields=["family", "team"],
                condition=models.Q(is_wide=True),
                name="metrics_uncut_wide",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.family} of {self.team or 'all'} from {self.starts_at}"


class UncutBasis(models.Model):
    """When the stretches were last computed."""

    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="metrics_one_uncut_basis")
        ]

    def __str__(self) -> str:
        return f"stretches of {self.computed_at}"
