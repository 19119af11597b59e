"""Connections to outside systems. Credentials stand in tables of their own, so that grants can tell them apart."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Connection(models.Model):
    """One outside system that Plumbline may read."""

    class Kind(models.TextChoices):
        GITHUB = "github", "GitHub Enterprise Server or github.com"

    class State(models.TextChoices):
        UNCHECKED = "unchecked"
        WORKING = "working"
        FAILING = "failing"
        PAUSED = "paused"

    slug = models.SlugField(max_length=120, unique=True, help_text="Names the webhook's address.")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=200)
    url = models.URLField(
        max_length=500, help_text="https://HOST, as a person opens it in the browser."
    )
    ca_certificate = models.TextField(
        blank=True,
        help_text="PEM of the authority that signed the server's certificate, where it is your own.",
    )
    organisations = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        help_text="Organisations to read; empty: all that the credential can see.",
    )
    cloning_allowed = models.BooleanField(
        default=True,
        help_text="Clone into memory to measure change sizes per commit. No source code is kept.",
    )
    state = models.CharField(
        max_length=12, choices=State.choices, default=State.UNCHECKED, editable=False
    )
    state_reason = models.TextField(blank=True, editable=False)
    state_action = models.TextField(
        blank=True, editable=False, help_text="What a person can do about it."
    )
    checked_at = models.DateTimeField(null=True, editable=False)
    server_version = models.CharField(max_length=40, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Credential(models.Model):
    """What a connection signs in with, sealed to the worker's public key: web writes it and cannot read it."""

    class Kind(models.TextChoices):
        TOKEN = "token", "personal access token"
        GITHUB_APP = "github_app", "GitHub App"

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="credential")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    sealed = models.BinaryField(editable=False)
    set_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.connection}"


class WebhookSecret(models.Model):
    """What web itself must verify webhooks with, enveloped under web's own key."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="webhook_secrets")
    enveloped = models.BinaryField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="Set when a newer secret replaces this one."
    )

    def __str__(self) -> str:
        return f"webhook secret of {self.connection}"
