"""Since when collected work is kept, where it is not kept for ever."""

from django.db import models


class Horizon(models.Model):
    """What was over before `since` has been removed, or is just being: it is neither stored again nor counted."""

    class Kind(models.TextChoices):
        PULL_REQUESTS = "pull_requests", "pull requests"
        CHANGE_SIZES = "change_sizes", "change sizes"
        TEST_RUNS = "test_runs", "workflow runs and checks"
        TEST_COUNTS = "test_counts", "counts of tests"
        DEPLOYMENTS = "deployments", "deployments"
        ISSUES = "issues", "issues"

    kind = models.CharField(max_length=20, choices=Kind.choices, primary_key=True)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} since {self.since:%Y-%m-%d}"
