"""What the organisation's directory says by SCIM, in its own words."""

import uuid
from typing import Final

from django.db import models
from django.db.models import Func
from django.utils import timezone

from backend.people.models.people import Person
from backend.people.models.teams import Team

BY_CODE_POINT: Final = "C"
"""The same on every host and in every Postgres: UTF-8's bytes are in the order of its code points."""


class InLowerCase(Func):
    """To compare without regard to case. Only a locale knows letters beyond ASCII, so the database's own lowers."""

    template = 'LOWER(%(expressions)s COLLATE "default") COLLATE "C"'
    output_field = models.TextField()


class DirectoryEntry(models.Model):
    """What the organisation's directory (Entra ID, Okta and the like) says by SCIM, in its own words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    external_id = models.CharField(
        "id in the directory", max_length=255, db_collation=BY_CODE_POINT, blank=True, db_index=True
    )
    display_name = models.CharField(max_length=200, db_collation=BY_CODE_POINT, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class DirectoryUser(DirectoryEntry):
    """A user of the directory. An empty text is one that the directory has not told."""

    user_name = models.CharField(max_length=254, db_collation=BY_CODE_POINT)
    formatted_name = models.CharField(max_length=200, db_collation=BY_CODE_POINT, blank=True)
    family_name = models.CharField(max_length=200, db_collation=BY_CODE_POINT, blank=True)
    given_name = models.CharField(max_length=200, db_collation=BY_CODE_POINT, blank=True)
    active = models.BooleanField(null=True, help_text="Empty: the directory does not say.")
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="directory_users"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(InLowerCase("user_name"), name="people_directory_user_name")
        ]

    def __str__(self) -> str:
        return self.user_name


class DirectoryEmail(models.Model):
    """One address of a user of the directory."""

    user = models.ForeignKey(DirectoryUser, models.CASCADE, related_name="emails")
    value = models.CharField(max_length=254, db_collation=BY_CODE_POINT, blank=True)
    type = models.CharField(max_length=40, db_collation=BY_CODE_POINT, blank=True)
    primary = models.BooleanField(null=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.value


class DirectoryGroup(DirectoryEntry):
    """A group of the directory, which is a team here. `members` is what the directory says today."""

    team = models.OneToOneField(Team, models.PROTECT, related_name="directory_group")
    within = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="groups",
        help_text="The group that this one is a member of.",
    )
    members = models.ManyToManyField(DirectoryUser, related_name="groups")

    def __str__(self) -> str:
        return self.display_name
