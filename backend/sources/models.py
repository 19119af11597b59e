"""Where each collection stands, what is waiting to be fetched, and how each run ended."""

from django.db import models
from django.db.models import F, Q


class Hint(models.Model):
    """The inbox: an outside object that has, or may have, changed. A hint is never the truth, a fetch is.

    `number` grows with each arrival; a fetch clears the row only if the number is no higher than when the
    fetch began. A lease, not a status, says that somebody works on it; attempts are committed before the work.
    """

    class Kind(models.TextChoices):
        CONNECTION = "connection", "repositories and teams of a connection"
        PULL_REQUESTS = "pull_requests", "pull requests of a repository since its cursor"
        RECONCILE = "reconcile", "all pull requests of a repository again"
        PULL_REQUEST = "pull_request", "one pull request"
        COMMITS = "commits", "new commits of a default branch"
        REPOSITORY = "repository", "one repository"
        CHECKS = "checks", "checks and statuses of head commits not read yet, or of one commit"
        WORKFLOW_RUNS = "workflow_runs", "workflow runs of a repository since its cursor"
        WORKFLOW_RUN = "workflow_run", "one workflow run with its attempts and jobs"
        DEPLOYMENTS = "deployments", "deployments of a repository since its cursor"
        RELEASES = "releases", "releases of a repository"
        TAGS = "tags", "tags of a repository"
        TEAMS = "teams", "teams of the connection's organisations"
        DELIVERIES = "deliveries", "webhook deliveries that failed"
        LINEAGE = (
            "lineage",
            "commits that lead to what was deployed and are not on the default branch",
        )
        ARTIFACTS = "artifacts", "test results among the artifacts of one workflow run"
        PROJECTS = "projects", "projects, fields, types and statuses of a connection"
        PROJECT = "project", "one project with its statuses and versions"
        ISSUES = "issues", "issues of a connection, or of one project, since its cursor"
        ISSUE = "issue", "one issue"
        SPRINTS = "sprints", "boards and sprints of a connection"
        CENSUS = "census", "which issues of a project there still are"

    connection = models.ForeignKey("connections.Connection", models.CASCADE, related_name="hints")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    container_external_id = models.BigIntegerField(
        null=True,
        help_text="Of the repository or project; empty where the whole connection is meant.",
    )
    key = models.CharField(
        max_length=80,
        blank=True,
        help_text="The pull request's number, the issue's id; empty where there is none.",
    )
    number = models.PositiveBigIntegerField(default=1)
    event = models.CharField(max_length=60, blank=True)
    action = models.CharField(max_length=60, blank=True)
    delivery = models.CharField(max_length=80, blank=True, help_text="The delivery's GUID.")
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    parked_at = models.DateTimeField(null=True, help_text="Set after too many attempts.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "kind", "container_external_id", "key"],
                nulls_distinct=False,
                name="sources_hint_object",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.container_external_id or ''} {self.key}".strip()


class Cursor(models.Model):
    """How far a collection has come, and the ledger of how complete it is: one row a repository or project and kind,
    or a connection and kind where all of it is read at once.

    Moves in the transaction that stores what it covers. `expected` is the source's own count and `held` what is stored
    of it, both as of `counted_at`; a kind that the server or the credential does not give says so in `unavailable`.
    """

    connection = models.ForeignKey("connections.Connection", models.CASCADE)
    repository = models.ForeignKey("delivery.Repository", models.CASCADE, null=True)
    project = models.ForeignKey("delivery.Project", models.CASCADE, null=True)
    kind = models.CharField(max_length=20, choices=Hint.Kind.choices)
    complete_to = models.DateTimeField(
        null=True, help_text="Everything that changed before this is stored."
    )
    page = models.CharField(
        max_length=400,
        blank=True,
        help_text="Where an unfinished pass goes on; empty: none is open.",
    )
    pass_top = models.DateTimeField(
        null=True, help_text="The newest change that the unfinished pass began with."
    )
    head_sha = models.CharField(max_length=64, blank=True)
    stored = models.PositiveIntegerField(default=0, help_text="Objects read by the pass.")
    expected = models.PositiveIntegerField(null=True, help_text="The source's own count.")
    held = models.PositiveIntegerField(null=True, help_text="What is stored of that count.")
    counted_at = models.DateTimeField(null=True)
    unavailable = models.TextField(
        blank=True, help_text="Why the source does not give this kind; empty: it does."
    )
    gap = models.TextField(
        blank=True, help_text="What is known to be missing and why; empty: nothing."
    )
    mark = models.CharField(
        max_length=200,
        blank=True,
        help_text="What the source said of the kind at the last look, to see whether it changed since.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["repository", "kind"], name="sources_cursor_once"),
            models.UniqueConstraint(
                fields=["project", "kind"], name="sources_cursor_of_project_once"
            ),
            models.UniqueConstraint(
                fields=["connection", "kind"],
                condition=Q(repository=None, project=None),
                name="sources_cursor_of_connection_once",
            ),
            models.CheckConstraint(
                condition=Q(repository=None) | Q(project=None), name="sources_cursor_of_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.repository or self.project or self.connection}"


class SyncRun(models.Model):
    """One attempt to collect, with an outcome and a reason that a person can act on."""

    class Outcome(models.TextChoices):
        SUCCEEDED = "succeeded"
        WAITING = "waiting", "waiting for the source"
        FAILED = "failed"

    connection = models.ForeignKey("connections.Connection", models.CASCADE, related_name="runs")
    repository = models.ForeignKey("delivery.Repository", models.CASCADE, null=True)
    project = models.ForeignKey("delivery.Project", models.CASCADE, null=True)
    kind = models.CharField(max_length=20, choices=Hint.Kind.choices)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    reason = models.TextField(blank=True)
    action = models.TextField(blank=True, help_text="What a person can do about it.")
    retry_at = models.DateTimeField(null=True)
    stored = models.PositiveIntegerField(default=0)
    requests = models.PositiveIntegerField(default=0)
    points = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                name="sources_run_in_order",
            )
        ]
        indexes = [
            models.Index(
                fields=["connection", "retry_at"],
                condition=Q(retry_at__isnull=False),
                name="sources_run_waiting",
            ),
            models.Index(
                fields=["connection", "started_at"],
                condition=Q(kind__in=("connection", "projects"), outcome="succeeded"),
                name="sources_run_survey",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.outcome or 'running'}"


class Usage(models.Model):
    """What a connection was asked for within one hour: the ledger of its budget."""

    class Interface(models.TextChoices):
        GRAPHQL = "graphql"
        REST = "rest"
        GIT = "git"

    connection = models.ForeignKey("connections.Connection", models.CASCADE, related_name="usage")
    hour = models.DateTimeField()
    interface = models.CharField(max_length=8, choices=Interface.choices)
    requests = models.PositiveIntegerField(default=0)
    not_modified = models.PositiveIntegerField(
        default=0, help_text="Of the requests, those answered with 304."
    )
    points = models.PositiveIntegerField(default=0)
    milliseconds = models.PositiveBigIntegerField(
        default=0, help_text="Time that the answers took, all together."
    )

    class Meta:
        verbose_name_plural = "usage"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "hour", "interface"], name="sources_usage_hour"
            )
        ]

    def __str__(self) -> str:
        return f"{self.connection} {self.interface} {self.hour:%Y-%m-%d %H}"


class Validator(models.Model):
    """An entity tag by which a REST address can be asked whether anything changed. Kept only where a 304 is enough."""

    connection = models.ForeignKey("connections.Connection", models.CASCADE)
    path = models.CharField(max_length=500)
    etag = models.CharField(max_length=200)
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "path"], name="sources_validator_path")
        ]

    def __str__(self) -> str:
        return self.path


class ServerSchema(models.Model):
    """What a host's GraphQL knows of what is wanted, asked once for each version of it."""

    host = models.CharField(max_length=300, unique=True)
    version = models.CharField(max_length=40, blank=True, help_text="Empty: the host tells none.")
    question = models.CharField(max_length=64, help_text="SHA-256 of what was asked.")
    known = models.JSONField()
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.host} {self.version}".strip()
