"""Which team answers for a repository or a project where nobody else does. Figures go by who did the work."""

from django.db import models
from django.db.models import Q


class Ownership(models.Model):
    team = models.ForeignKey("people.Team", models.CASCADE, related_name="owned")
    repository = models.OneToOneField(
        "delivery.Repository", models.CASCADE, null=True, blank=True, related_name="ownership"
    )
    project = models.OneToOneField(
        "delivery.Project", models.CASCADE, null=True, blank=True, related_name="ownership"
    )

    class Meta:
        verbose_name = "owned repository or project"
        verbose_name_plural = "owned repositories and projects"
        constraints = [
            models.CheckConstraint(
                condition=Q(repository__isnull=True, project__isnull=False)
                | Q(repository__isnull=False, project__isnull=True),
                name="delivery_ownership_of_one",
                violation_error_message="Choose a repository or a project: one of them.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.repository or self.project} of {self.team}"
