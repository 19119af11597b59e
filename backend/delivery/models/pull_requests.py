"""Pull requests with all their parts."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from backend.delivery.models.repositories import Repository


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
    is_cross_repository = models.BooleanField(default=False, help_text="From a fork.")
    merged_by = models.ForeignKey("people.Identity", models.PROTECT, null=True, related_name="+")
    review_thread_count = models.PositiveIntegerField(
        null=True, help_text="Unknown: the server does not tell."
    )
    comment_count = models.PositiveIntegerField(null=True)
    reverts = ArrayField(
        models.CharField(max_length=330),
        null=True,
        help_text="Pull requests that its body says it reverts, as owner/name#number. Null: the body was not read.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "external_id"], name="delivery_pullrequest_external_id"
            ),
            models.UniqueConstraint(
                fields=["repository", "number"], name="delivery_pullrequest_number"
            ),
        ]
        indexes = [
            models.Index(fields=["repository", "head_sha"], name="delivery_pullrequest_head")
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
        HEAD_DELETED = "head_deleted"
        AUTO_MERGE_ENABLED = "auto_merge_enabled"
        AUTO_MERGE_DISABLED = "auto_merge_disabled"
        ADDED_TO_MERGE_QUEUE = "added_to_merge_queue"
        REMOVED_FROM_MERGE_QUEUE = "removed_from_merge_queue"

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
    before = models.CharField(
        max_length=300,
        blank=True,
        help_text="A force push's former tip, a base change's former branch, a dismissed review's former state.",
    )
    after = models.CharField(
        max_length=300, blank=True, help_text="A force push's new tip, a base change's new branch."
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
    is_superseded = models.BooleanField(
        default=False,
        db_default=False,
        help_text="No longer on the branch: a force push replaced it.",
    )
    additions = models.PositiveBigIntegerField()
    deletions = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pull_request", "sha"], name="delivery_pullrequestcommit_sha"
            )
        ]
        indexes = [models.Index(fields=["sha"], name="delivery_pullcommit_by_sha")]

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


class PendingMeasurement(models.Model):
    """Outbox: a pull request that changed since its figures were computed.

    Written in the transaction that stores the change; deleted in the one that stores the figures.
    """

    pull_request = models.OneToOneField(PullRequest, models.CASCADE, primary_key=True)
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.pull_request} to be measured"
