"""What is asked of outside systems, and how often, by the hour."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Query(models.Model):
    """One thing that is asked, the same whichever object is meant: another one as soon as other fields are asked for.

    So the time of its first use says since when something is asked.
    """

    class Interface(models.TextChoices):
        GRAPHQL = "graphql", "GraphQL"
        REST = "rest", "REST"
        GIT = "git", "git"
        FILE = "file", "file"
        OPENID = "openid", "OpenID Connect"
        OAUTH = "oauth", "OAuth"
        SAML = "saml", "SAML"
        SYSLOG = "syslog", "syslog"
        SMTP = "smtp", "SMTP"

    digest = models.CharField(
        primary_key=True, max_length=32, help_text="SHA-256 of all but the time, in part."
    )
    interface = models.CharField(max_length=8, choices=Interface.choices)
    name = models.CharField(
        max_length=200, help_text="An operation, or a method and a path with its names left out."
    )
    asked = ArrayField(
        models.CharField(max_length=300),
        help_text="Fields asked for by name; empty: the interface answers with all that it has.",
    )
    kept = ArrayField(
        models.CharField(max_length=300),
        null=True,
        help_text="Of the answer, what is read; the rest is dropped in memory. Null: not declared.",
    )
    first_asked_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "queries"

    def __str__(self) -> str:
        return self.name


class Traffic(models.Model):
    """What went to and came from one destination within an hour, for one purpose and by one query.

    Bytes are HTTP's own, packed as they were sent: without TLS, TCP and the marks of chunks.
    """

    class Purpose(models.TextChoices):
        COLLECT = "collect", "collecting"
        CLONE = "clone", "cloning"
        FILES = "files", "files that a source keeps at another host"
        SET_UP = "set_up", "setting up a GitHub App"
        SIGN_IN = "sign_in", "signing in"
        AUDIT = "audit", "audit log, sent elsewhere"
        MAIL = "mail", "mail"

    hour = models.DateTimeField()
    destination = models.CharField(max_length=300, help_text="host:port")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    query = models.ForeignKey(Query, models.PROTECT, related_name="traffic")
    requests = models.PositiveBigIntegerField(help_text="Counted before they are sent.")
    refused = models.PositiveBigIntegerField(help_text="Answered with a status of 400 or above.")
    failed = models.PositiveBigIntegerField(help_text="Without a whole answer.")
    bytes_sent = models.PositiveBigIntegerField()
    bytes_received = models.PositiveBigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "traffic"
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "destination", "purpose", "query"], name="outbound_traffic_hour"
            )
        ]
        indexes = [models.Index(fields=["destination", "hour"], name="outbound_traffic_place")]

    def __str__(self) -> str:
        return f"{self.destination} {self.hour:%Y-%m-%d %H}"
