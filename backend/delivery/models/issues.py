"""Issues of Jira with their whole history, and what they are grouped by."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Project(models.Model):
    """Known by its id, so that a changed key does not matter. Nothing of it is deleted but by erasure."""

    class State(models.TextChoices):
        ACTIVE = "active"
        EXCLUDED = "excluded", "not chosen"
        LOST_ACCESS = "lost_access", "access lost"
        GONE = "gone", "deleted at the source"

    connection = models.ForeignKey(
        "connections.Connection", models.CASCADE, related_name="projects"
    )
    external_id = models.BigIntegerField()
    key = models.CharField(max_length=100)
    name = models.CharField(max_length=300)
    former_keys = ArrayField(
        models.CharField(max_length=100),
        default=list,
        blank=True,
        help_text="What its issues' keys began with before it was renamed, latest last.",
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)
    state_reason = models.TextField(blank=True, help_text="Why it is in this state.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="delivery_project_external_id"
            )
        ]
        indexes = [models.Index(fields=["key"], name="delivery_project_key")]

    def __str__(self) -> str:
        return self.key


class IssueType(models.Model):
    connection = models.ForeignKey("connections.Connection", models.CASCADE, related_name="+")
    external_id = models.BigIntegerField()
    name = models.CharField(max_length=300)
    is_subtask = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="delivery_issuetype_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.name


class IssueStatus(models.Model):
    """A status, by its id: names are changed and stand twice."""

    class Category(models.TextChoices):
        NEW = "new", "to do"
        INDETERMINATE = "indeterminate", "in progress"
        DONE = "done"
        UNKNOWN = "unknown", "deleted at the source: known from histories alone"

    connection = models.ForeignKey("connections.Connection", models.CASCADE, related_name="+")
    external_id = models.BigIntegerField()
    name = models.CharField(max_length=300)
    category = models.CharField(max_length=14, choices=Category.choices)

    class Meta:
        verbose_name_plural = "issue statuses"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="delivery_issuestatus_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ProjectStatus(models.Model):
    """A status that a project's workflows have today, whether an issue was ever in it or not."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="statuses")
    status = models.ForeignKey(IssueStatus, models.CASCADE, related_name="+")

    class Meta:
        verbose_name_plural = "project statuses"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "status"], name="delivery_projectstatus_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.status} in {self.project}"


class ProjectVersion(models.Model):
    project = models.ForeignKey(Project, models.CASCADE, related_name="versions")
    external_id = models.BigIntegerField()
    name = models.CharField(max_length=300)
    is_released = models.BooleanField()
    released_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "external_id"], name="delivery_projectversion_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Board(models.Model):
    """`project`: whose board it is, where it belongs to one that is read."""

    class Kind(models.TextChoices):
        SCRUM = "scrum"
        KANBAN = "kanban"
        SIMPLE = "simple"

    connection = models.ForeignKey("connections.Connection", models.CASCADE, related_name="+")
    external_id = models.BigIntegerField()
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    project = models.ForeignKey(Project, models.SET_NULL, null=True, related_name="boards")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="delivery_board_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Sprint(models.Model):
    """Its goal is free text and not kept. `board` is where it was made."""

    class State(models.TextChoices):
        FUTURE = "future"
        ACTIVE = "active"
        CLOSED = "closed"

    connection = models.ForeignKey("connections.Connection", models.CASCADE, related_name="+")
    external_id = models.BigIntegerField()
    board = models.ForeignKey(Board, models.SET_NULL, null=True, related_name="sprints")
    name = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=State.choices)
    starts_at = models.DateTimeField(
        null=True, help_text="When it was started, else when it is meant to start."
    )
    ends_at = models.DateTimeField(null=True, help_text="When it is meant to end.")
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="delivery_sprint_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Issue(models.Model):
    """As it is now. Known by its id: a move changes project and key, and neither id nor history.

    One that was deleted at the source stays, marked by `deleted_at`, and counts nowhere.
    """

    connection = models.ForeignKey("connections.Connection", models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, models.CASCADE, related_name="issues")
    external_id = models.BigIntegerField()
    key = models.CharField(max_length=120)
    issue_type = models.ForeignKey(IssueType, models.PROTECT, related_name="+")
    status = models.ForeignKey(IssueStatus, models.PROTECT, related_name="+")
    summary = models.TextField(blank=True, help_text="Empty where the connection keeps none.")
    parent_external_id = models.BigIntegerField(
        null=True, help_text="Id of the issue above: parent, or epic. It may be out of reach."
    )
    assignee = models.ForeignKey("people.Identity", models.PROTECT, null=True, related_name="+")
    reporter = models.ForeignKey("people.Identity", models.PROTECT, null=True, related_name="+")
    priority = models.CharField(max_length=200, blank=True)
    resolution = models.CharField(max_length=200, blank=True)
    labels = ArrayField(models.CharField(max_length=300), default=list)
    components = ArrayField(models.CharField(max_length=300), default=list)
    fix_versions = ArrayField(
        models.BigIntegerField(), default=list, help_text="Ids of versions that it is fixed in."
    )
    affects_versions = ArrayField(models.BigIntegerField(), default=list)
    sprints = ArrayField(
        models.BigIntegerField(), default=list, help_text="Ids of the sprints it is or was in."
    )
    estimate = models.FloatField(
        null=True, help_text="Story points. Unknown: not estimated, or no such field."
    )
    team_name = models.CharField(
        max_length=300, blank=True, help_text="What the source's own team field says."
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(
        null=True, help_text="When it was found to be no more at the source."
    )
    history_gap = models.TextField(
        blank=True,
        help_text="What of its history is missing or contradicts itself; empty: nothing.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="delivery_issue_external_id"
            )
        ]
        indexes = [
            models.Index(fields=["key"], name="delivery_issue_by_key"),
            models.Index(fields=["connection", "parent_external_id"], name="delivery_issue_parent"),
        ]

    def __str__(self) -> str:
        return self.key


class IssueTransition(models.Model):
    """One change of one issue that a figure rests on. Ids as the source tells them, as text; empty: none.

    Of a sprint field `before` and `after` are lists of ids with commas, of an estimate numbers, of a key the keys.
    """

    class Kind(models.TextChoices):
        STATUS = "status"
        ASSIGNEE = "assignee"
        SPRINT = "sprint"
        ESTIMATE = "estimate"
        PARENT = "parent", "parent or epic"
        KEY = "key"
        PROJECT = "project"
        ISSUE_TYPE = "issue_type", "issue type"

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="transitions")
    external_id = models.CharField(
        max_length=80, help_text="Of the history entry and the item in it: 10001.0."
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    occurred_at = models.DateTimeField()
    actor = models.ForeignKey("people.Identity", models.PROTECT, null=True, related_name="+")
    before = models.CharField(max_length=1000, blank=True)
    after = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "external_id"], name="delivery_transition_external_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.issue}"


class IssueKey(models.Model):
    """Every key that an issue has or had: what commits and branches name it by."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="keys")
    key = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issue", "key"], name="delivery_issuekey_once")
        ]
        indexes = [models.Index(fields=["key"], name="delivery_issuekey_key")]

    def __str__(self) -> str:
        return self.key


class IssueLink(models.Model):
    """A link between two issues, as each of them tells it. The other one may be out of reach."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="links")
    external_id = models.BigIntegerField()
    name = models.CharField(max_length=200, help_text="As read from this issue: blocks …")
    other_external_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "external_id"], name="delivery_issuelink_external_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.issue} {self.name} {self.other_external_id}"


class PullRequestIssueKey(models.Model):
    """The evidence that a pull request is about an issue: a key of a known project, and where it stands."""

    class Place(models.TextChoices):
        BRANCH = "branch"
        TITLE = "title"
        BODY = "body"
        COMMIT = "commit", "message of a commit"

    pull_request = models.ForeignKey(
        "delivery.PullRequest", models.CASCADE, related_name="issue_keys"
    )
    key = models.CharField(max_length=120, help_text="In capitals.")
    found_in = ArrayField(
        models.CharField(max_length=6, choices=Place.choices),
        help_text="Where it stands, the strongest evidence first.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pull_request", "key"], name="delivery_pullissuekey_once"
            )
        ]
        indexes = [models.Index(fields=["key"], name="delivery_pullissuekey_key")]

    def __str__(self) -> str:
        return f"{self.key} in {self.found_in} of {self.pull_request}"


class IssueCorrection(models.Model):
    """What a person says about a pull request and an issue, against or without evidence."""

    class Verdict(models.TextChoices):
        ADDED = "added", "it is about this issue"
        REJECTED = "rejected", "it is not about this issue"

    pull_request = models.ForeignKey(
        "delivery.PullRequest", models.CASCADE, related_name="issue_corrections"
    )
    issue = models.ForeignKey(Issue, models.CASCADE, related_name="corrections")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    said_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pull_request", "issue"], name="delivery_issuecorrection_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pull_request} {self.verdict} {self.issue}"


class StatusRule(models.Model):
    """An organisation's own word on what a status means in a project; without one its category tells."""

    class Stage(models.TextChoices):
        TO_DO = "to_do", "to do"
        IN_PROGRESS = "in_progress", "in progress"
        WAITING = "waiting", "started, and waiting"
        DONE = "done"

    project = models.ForeignKey(Project, models.CASCADE, related_name="status_rules")
    status = models.ForeignKey(IssueStatus, models.CASCADE, related_name="+")
    stage = models.CharField(max_length=12, choices=Stage.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "status"], name="delivery_statusrule_once")
        ]

    def __str__(self) -> str:
        return f"{self.status} of {self.project} is {self.stage}"


class PendingIssue(models.Model):
    """Outbox: an issue that changed since its figures were computed.

    Written in the transaction that stores the change; deleted in the one that stores the figures.
    """

    issue = models.OneToOneField(Issue, models.CASCADE, primary_key=True)
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.issue} to be measured"
