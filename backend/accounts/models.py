"""Who signs in."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    class Role(models.TextChoices):
        OWNER = "owner"
        ADMINISTRATOR = "administrator"
        AUDITOR = "auditor"
        TEAM_LEAD = "team_lead", "team lead"
        MEMBER = "member"

    role = models.CharField(
        max_length=16, choices=Role.choices, blank=True, help_text="Empty: may see nothing yet."
    )
    person = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True)
