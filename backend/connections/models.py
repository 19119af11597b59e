"""Connections to outside systems. Credentials stand in tables of their own, so that grants can tell them apart."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Connection(models.Model):
    """One outside system that Plumbline may read."""

    class Kind(models.TextChoices):
        GITHUB = "github", "GitHub Enterprise Server or github.com"
        JIRA_DC = "jira_dc", "Jira Data Center"
        JIRA_CLOUD = "jira_cloud", "Jira Cloud"

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
    requests_per_hour = models.PositiveIntegerField(
        default=10_000,
        help_text="The most that the server is asked in an hour, limits of its own or not.",
    )
    quiet_from = models.TimeField(
        null=True,
        blank=True,
        help_text="From then on nothing but webhooks' news is fetched (organisation's time).",
    )
    quiet_to = models.TimeField(null=True, blank=True)
    clone_limit_megabytes = models.PositiveIntegerField(
        default=4_096,
        help_text="A repository that needs more memory than this is read by REST instead.",
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
    permissions = models.JSONField(
        default=list,
        editable=False,
        help_text="What the last check found: name, needed, granted and what to do, one entry a permission.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class JiraSettings(models.Model):
    """What of a Jira is read, and which of its custom fields mean what. Nothing of it is secret."""

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="jira")
    email = models.EmailField(
        blank=True, help_text="Jira Cloud: whose API token it is. Data Center needs none."
    )
    projects = ArrayField(
        models.CharField(max_length=100),
        default=list,
        blank=True,
        help_text="Keys of projects to read, or globs like TEAM*; empty: all that the credential can see.",
    )
    keeps_summaries = models.BooleanField(
        default=True,
        help_text="Keep the issues' summaries. Descriptions and comments are never read.",
    )
    story_points_field = models.CharField(
        max_length=100,
        blank=True,
        help_text="Like customfield_10016; empty: found by its type and name.",
    )
    epic_link_field = models.CharField(max_length=100, blank=True, help_text="Likewise.")
    sprint_field = models.CharField(max_length=100, blank=True, help_text="Likewise.")
    team_field = models.CharField(max_length=100, blank=True, help_text="Likewise.")
    fields_found = models.JSONField(
        default=list,
        editable=False,
        help_text="What the last look found: id, name, type and what it is taken for, one entry a custom field.",
    )
    site_url = models.URLField(
        max_length=500,
        blank=True,
        editable=False,
        help_text="Where people open it, as the server tells it; empty: at the connection's address.",
    )
    webhook_addresses = ArrayField(
        models.CharField(max_length=50),
        default=list,
        blank=True,
        help_text="Networks like 10.1.0.0/24 that unsigned webhooks may come from; empty: only signed ones are taken.",
    )

    class Meta:
        verbose_name_plural = "Jira settings"

    def __str__(self) -> str:
        return f"settings of {self.connection}"


class GitHubApp(models.Model):
    """What identifies the connection's GitHub App. Nothing of it is secret."""

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="app")
    app_id = models.BigIntegerField()
    slug = models.CharField(max_length=200, blank=True)
    client_id = models.CharField(max_length=200, blank=True)
    installation_id = models.BigIntegerField(
        null=True, blank=True, help_text="Empty: the App's only installation is found by itself."
    )

    class Meta:
        verbose_name = "GitHub App"

    def __str__(self) -> str:
        return self.slug or str(self.app_id)


class Credential(models.Model):
    """What a connection signs in with, sealed to the worker's public key: web writes it and cannot read it.

    Of an App two keys may be valid at a time, so that the key can be changed without a gap: the worker tries the
    newest first and says which one the server takes.
    """

    class Kind(models.TextChoices):
        TOKEN = "token", "personal access token"
        GITHUB_APP = "github_app", "key of a GitHub App"

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="credentials")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    sealed = models.BinaryField(editable=False)
    fingerprint = models.CharField(
        max_length=100,
        blank=True,
        help_text="SHA-256 of the public key, as GitHub shows it beside each key; tokens have none.",
    )
    set_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-set_at", "-pk")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.connection}"


class AppChange(models.Model):
    """What is to be done at the server with the connection's App. Web asks for it, the worker alone has a way out.

    What web hands over is sealed to the worker: the code of a manifest, the webhook's new secret.
    """

    class Step(models.TextChoices):
        CREATE = "create", "take over the App that was created"
        SET_SECRET = "set_secret", "set the webhook's secret"

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="app_change")
    step = models.CharField(max_length=12, choices=Step.choices)
    sealed = models.BinaryField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(help_text="When the worker tries, or tries again.")
    expires_at = models.DateTimeField(help_text="After that it is given up.")
    error = models.TextField(blank=True, help_text="Why the last try did not do it.")

    def __str__(self) -> str:
        return f"{self.get_step_display()} of {self.connection}"


class WebhookSecret(models.Model):
    """What web itself must verify webhooks with, enveloped under web's own key."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="webhook_secrets")
    enveloped = models.BinaryField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="Set when a newer secret replaces this one."
    )
    last_used_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"webhook secret of {self.connection}"


class RepositoryRule(models.Model):
    """Which repositories are read. Without an including rule all are; an excluding rule beats every including one."""

    class Effect(models.TextChoices):
        INCLUDE = "include"
        EXCLUDE = "exclude"

    class Test(models.TextChoices):
        NAME = "name", "name matches"
        TOPIC = "topic", "topic matches"
        ARCHIVED = "archived", "is archived"
        FORK = "fork", "is a fork"

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="repository_rules")
    effect = models.CharField(max_length=8, choices=Effect.choices)
    test = models.CharField(max_length=8, choices=Test.choices)
    pattern = models.CharField(
        max_length=300,
        blank=True,
        help_text="A glob like owner/service-* for names, or like team-* for topics.",
    )

    def __str__(self) -> str:
        return f"{self.effect} {self.get_test_display()} {self.pattern}".strip()
