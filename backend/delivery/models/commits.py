"""Commits of default branches with the sizes of their changes, and the rules that say which files are generated."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from backend.delivery.models.repositories import Repository


class Commit(models.Model):
    """A commit of a default branch, or one that leads to what was deployed, with its place in the graph."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="commits")
    sha = models.CharField(max_length=64)
    parents = ArrayField(models.CharField(max_length=64))
    author = models.ForeignKey("people.Identity", models.PROTECT, null=True)
    authored_at = models.DateTimeField()
    committed_at = models.DateTimeField()
    is_truncated = models.BooleanField(
        default=False,
        help_text="The source told only a part of its files: by REST no more than 3,000 are to be had.",
    )
    is_on_default_branch = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Off: known for the graph alone, without the sizes of its files.",
    )
    generation = models.PositiveIntegerField(
        null=True,
        help_text="1 without parents, else one more than the highest of theirs. Unknown: a parent is.",
    )
    reverts = ArrayField(
        models.CharField(max_length=64),
        null=True,
        help_text="Commits that its message says it reverts. Null: the message was not read.",
    )
    picked_from = ArrayField(
        models.CharField(max_length=64),
        null=True,
        help_text="Commits that its message says it was cherry-picked from. Null: as above.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["repository", "sha"], name="delivery_commit_sha")
        ]

    def __str__(self) -> str:
        return self.sha


class LostCommit(models.Model):
    """A commit that something deployed leads to, and that the server does not have: so that it is not asked for again
    at each look, but at night.
    """

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="lost_commits")
    sha = models.CharField(max_length=64)
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["repository", "sha"], name="delivery_lostcommit_sha")
        ]

    def __str__(self) -> str:
        return self.sha


class CommitFile(models.Model):
    """The size of one file's change in one commit: counts of lines, never a line."""

    commit = models.ForeignKey(Commit, models.CASCADE, related_name="files")
    path = models.TextField(
        help_text="Bytes that are no UTF-8 stand as U+FFFD, as in every answer of GitHub's."
    )
    additions = models.PositiveIntegerField(null=True, help_text="Unknown: a binary file.")
    deletions = models.PositiveIntegerField(null=True)
    is_generated = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["commit", "path"], name="delivery_commitfile_path")
        ]

    def __str__(self) -> str:
        return self.path


class AttributePattern(models.Model):
    """A line of a repository's .gitattributes that marks generated or vendored files: the pattern, and nothing else.

    As of the default branch's tip. Within a repository the order is git's: a deeper folder, then a later line, wins.
    """

    class Attribute(models.TextChoices):
        GENERATED = "linguist-generated"
        VENDORED = "linguist-vendored"

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="attribute_patterns")
    folder = models.TextField(
        blank=True, help_text="Where the file stands, as in docs/api/; empty: at the top."
    )
    position = models.PositiveIntegerField(help_text="The line's place within its file, from 0.")
    pattern = models.TextField()
    attribute = models.CharField(max_length=20, choices=Attribute.choices)
    value = models.BooleanField(
        null=True,
        help_text="Set, unset, or null where the line takes back what another said (!attribute).",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "folder", "position", "attribute"],
                name="delivery_attributepattern_line",
            )
        ]

    def __str__(self) -> str:
        return f"{self.folder}{self.pattern} {self.attribute}"


class GeneratedFileRule(models.Model):
    """The organisation's own word on generated files; it comes before .gitattributes and the built-in list."""

    pattern = models.CharField(
        max_length=500, unique=True, help_text="A glob over the whole path, as in docs/metrics.md."
    )
    is_generated = models.BooleanField(
        default=True, help_text="Off: files like this count, whatever other rules say."
    )
    position = models.PositiveIntegerField(default=0, help_text="A later rule wins.")

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.pattern
