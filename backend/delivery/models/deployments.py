"""Deployments, releases and tags as the source has them. What counts as a deployment is for rules to say."""

from django.db import models

from backend.delivery.models.repositories import Repository


class Deployment(models.Model):
    repository = models.ForeignKey(Repository, models.CASCADE, related_name="deployments")
    external_id = models.BigIntegerField()
    sha = models.CharField(max_length=64)
    ref = models.CharField(max_length=300, blank=True)
    environment = models.CharField(max_length=300, blank=True, help_text="As first asked for.")
    latest_environment = models.CharField(
        max_length=300,
        blank=True,
        help_text="As the latest status has it; empty: the server does not tell.",
    )
    task = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=20, blank=True)
    creator = models.ForeignKey("people.Identity", models.PROTECT, null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "external_id"], name="delivery_deployment_external_id"
            )
        ]
        indexes = [
            models.Index(fields=["repository", "created_at"], name="delivery_deployment_created")
        ]

    def __str__(self) -> str:
        return f"{self.environment} {self.sha[:9]}"


class DeploymentStatus(models.Model):
    deployment = models.ForeignKey(Deployment, models.CASCADE, related_name="statuses")
    external_id = models.CharField(max_length=200, help_text="The status's node id.")
    state = models.CharField(max_length=20)
    environment = models.CharField(
        max_length=300, blank=True, help_text="Empty: the server does not tell."
    )
    creator = models.ForeignKey("people.Identity", models.PROTECT, null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "deployment statuses"
        constraints = [
            models.UniqueConstraint(
                fields=["deployment", "external_id"], name="delivery_deploymentstatus_external_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} of {self.deployment}"


class Release(models.Model):
    repository = models.ForeignKey(Repository, models.CASCADE, related_name="releases")
    external_id = models.BigIntegerField()
    tag = models.CharField(max_length=300)
    sha = models.CharField(max_length=64, blank=True, help_text="Empty: a draft has no tag yet.")
    is_draft = models.BooleanField()
    is_prerelease = models.BooleanField()
    author = models.ForeignKey("people.Identity", models.PROTECT, null=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "external_id"], name="delivery_release_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.tag


class Tag(models.Model):
    repository = models.ForeignKey(Repository, models.CASCADE, related_name="tags")
    name = models.CharField(max_length=300)
    sha = models.CharField(max_length=64, help_text="The commit, also of an annotated tag.")
    tagged_at = models.DateTimeField(
        null=True, help_text="An annotated tag's own time; unknown for others."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["repository", "name"], name="delivery_tag_name")
        ]

    def __str__(self) -> str:
        return self.name
