"""What scripts and the organisation's directory come in by."""

from datetime import timedelta
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models

from backend.accounts.models.users import User

TOKEN_LIFE: Final = timedelta(days=365)
"""The longest that an API token may be good for."""


class ApiToken(models.Model):
    """Lets a script read what its account may read, as far as the scopes go. Only the token's digest is kept."""

    class Scope(models.TextChoices):
        FIGURES = "figures", "read figures"
        ROWS = "rows", "read pull requests, issues and other rows"
        ADMINISTRATION = "administration", "read what administrators see of collecting"

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=200, help_text="What it is for.")
    scopes = ArrayField(models.CharField(max_length=16, choices=Scope.choices))
    digest = models.CharField(
        max_length=64, unique=True, editable=False, help_text="SHA-256 of the token."
    )
    beginning = models.CharField(
        max_length=16, editable=False, help_text="To tell tokens apart by."
    )
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    addresses = ArrayField(
        models.GenericIPAddressField(),
        default=list,
        blank=True,
        help_text="Where it was used from, the latest new one last.",
    )

    class Meta:
        verbose_name = "API token"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__lte=models.F("created_at") + TOKEN_LIFE),
                name="accounts_api_token_expires_within_a_year",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"

    @property
    def told_scopes(self) -> str:
        return ", ".join(str(self.Scope(scope).label) for scope in self.scopes)


class ScimToken(models.Model):
    """Lets the organisation's directory tell who joins and leaves, by SCIM, and do nothing else."""

    name = models.CharField(max_length=100, help_text="Which directory uses it.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    beginning = models.CharField(max_length=16, editable=False)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: never.")
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "SCIM token"

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"
