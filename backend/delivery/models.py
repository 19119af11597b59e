"""The domain as stored. `delivery.store` is the only writer."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Repository(models.Model):
    class State(models.TextChoices):
        ACTIVE = "active"
        LOST_ACCESS = "lost_access", "access lost"
        GONE = "gone"

    connection = models.ForeignKey(
        "connections.Connection", models.CASCADE, related_name="repositories"
    )
    external_id = models.BigIntegerField()
    node_id = models.CharField(max_length=200)
    name_with_owner = models.CharField(max_length=300)
    default_branch = models.CharField(
        max_length=300, blank=True, help_text="Empty: the repository has no commit yet."
    )
    is_private = models.BooleanField()
    is_archived = models.BooleanField()
    is_fork = models.BooleanField()
    pushed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)

    class Meta:
        verbose_name_plural = "repositories"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="delivery_repository_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.name_with_owner


class PullRequest(models.Model):
    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        MERGED = "merged"

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="pull_requests")
    external_id = models.BigIntegerField()
    node_id = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    title = models.TextField()
    state = models.CharField(max_length=8, choices=State.choices)
    is_draft = models.BooleanField()
    author = models.ForeignKey(
        "people.Identity", models.PROTECT, null=True, help_text="Unknown: a deleted account."
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    merged_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    base_ref = models.CharField(max_length=300)
    head_ref = models.CharField(max_length=300)
    head_sha = models.CharField(max_length=64)
    merge_sha = models.CharField(max_length=64, blank=True)
    labels = ArrayField(models.CharField(max_length=200), default=list)
    additions = models.PositiveBigIntegerField()
    deletions = models.PositiveBigIntegerField()
    changed_files = models.PositiveIntegerField()
    commit_count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "external_id"], name="delivery_pullrequest_external_id"
            ),
            models.UniqueConstraint(
                fields=["repository", "number"], name="delivery_pullrequest_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.repository}#{self.number}"


class Review(models.Model):
    class State(models.TextChoices):
        APPROVED = "approved"
        CHANGES_REQUESTED = "changes_requested"
        COMMENTED = "commented"
        DISMISSED = "dismissed"

    pull_request = models.ForeignKey(PullRequest, models.CASCADE, related_name="reviews")
    external_id = models.CharField(max_length=200, help_text="The review's node id.")
    state = models.CharField(max_length=20, choices=State.choices)
    author = models.ForeignKey("people.Identity", models.PROTECT, null=True)
    submitted_at = models.DateTimeField()
    commit_sha = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pull_request", "external_id"], name="delivery_review_external_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} on {self.pull_request}"


class PullRequestEvent(models.Model):
    """One item of a pull request's timeline that a figure needs."""

    class Kind(models.TextChoices):
        READY_FOR_REVIEW = "ready_for_review"
        CONVERTED_TO_DRAFT = "converted_to_draft"
        REVIEW_REQUESTED = "review_requested"
        REVIEW_REQUEST_REMOVED = "review_request_removed"
        REVIEW_DISMISSED = "review_dismissed"
        HEAD_FORCE_PUSHED = "head_force_pushed"
        BASE_CHANGED = "base_changed"
        MERGED = "merged"
        CLOSED = "closed"
        REOPENED = "reopened"

    pull_request = models.ForeignKey(PullRequest, models.CASCADE, related_name="events")
    external_id = models.CharField(max_length=200, help_text="The timeline item's node id.")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    occurred_at = models.DateTimeField()
    actor = models.ForeignKey("people.Identity", models.PROTECT, null=True, related_name="+")
    reviewer = models.ForeignKey(
        "people.Identity",
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who was asked for a review, or whose review was dismissed, where it is a person.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pull_request", "external_id"], name="delivery_event_external_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.pull_request}"


class PullRequestCommit(models.Model):
    pull_request = models.ForeignKey(PullRequest, models.CASCADE, related_name="commits")
    sha = models.CharField(max_length=64)
    position = models.PositiveIntegerField(help_text="Order within the pull request, from 0.")
    authored_at = models.DateTimeField()
    committed_at = models.DateTimeField()
    author = models.ForeignKey("people.Identity", models.PROTECT, null=True)
    additions = models.PositiveBigIntegerField()
    deletions = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pull_request", "sha"], name="delivery_pullrequestcommit_sha"
            )
        ]

    def __str__(self) -> str:
        return self.sha


class PullRequestFile(models.Model):
    pull_request = models.ForeignKey(PullRequest, models.CASCADE, related_name="files")
    path = models.TextField()
    additions = models.PositiveBigIntegerField()
    deletions = models.PositiveBigIntegerField()
    change = models.CharField(max_length=12, help_text="added, modified, deleted, renamed …")
    is_generated = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pull_request", "path"], name="delivery_pullrequestfile_path"
            )
        ]

    def __str__(self) -> str:
        return self.path


class Commit(models.Model):
    """A commit of a default branch, with its place in the graph."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="commits")
    sha = models.CharField(max_length=64)
    parents = ArrayField(models.CharField(max_length=64))
    author = models.ForeignKey("people.Identity", models.PROTECT, null=True)
    authored_at = models.DateTimeField()
    committed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["repository", "sha"], name="delivery_commit_sha")
        ]

    def __str__(self) -> str:
        return self.sha


class CommitFile(models.Model):
    """The size of one file's change in one commit: counts of lines, never a line."""

    commit = models.ForeignKey(Commit, models.CASCADE, related_name="files")
    path = models.TextField(help_text="Bytes that are no UTF-8 stand as backslash escapes.")
    additions = models.PositiveIntegerField(null=True, help_text="Unknown: a binary file.")
    deletions = models.PositiveIntegerField(null=True)
    is_generated = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["commit", "path"], name="delivery_commitfile_path")
        ]

    def __str__(self) -> str:
        return self.path


class PendingMeasurement(models.Model):
    """Outbox: a pull request that changed since its figures were computed.

    Written in the transaction that stores the change; deleted in the one that stores the figures.
    """

    pull_request = models.OneToOneField(PullRequest, models.CASCADE, primary_key=True)
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.pull_request} to be measured"
