"""Who signs in, in which role, and which teams were opened to them."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """One account. What it may do follows from its role alone: there are no groups and no single permissions."""

    class Role(models.TextChoices):
        OWNER = "owner"
        ADMINISTRATOR = "administrator"
        AUDITOR = "auditor"
        TEAM_LEAD = "team_lead", "team lead"
        MEMBER = "member"

    email = models.EmailField("e-mail address", unique=True, help_text="What they sign in with.")
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(
        max_length=16,
        choices=Role.choices,
        blank=True,
        help_text="Owners and administrators run Plumbline, auditors read everything and change nothing, team leads "
        "see the teams opened to them and those below, members the figures of the teams they are in. "
        "Empty: sees nothing yet.",
    )
    person = models.ForeignKey(
        "people.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        help_text="Who this is in the figures; a member sees the teams of this person.",
    )
    is_active = models.BooleanField(
        "may sign in", default=True, help_text="Unticking it ends all their sessions at once."
    )
    directory_user = models.OneToOneField(
        "people.DirectoryUser",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="account",
        help_text="Who this is in the organisation's directory, which says when they join and leave.",
    )
    closed_by_directory = models.BooleanField(
        default=False, help_text="The directory closed this account, so the directory may open it."
    )
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            # allauth looks addresses up in lower case.
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="accounts_user_email_in_lower_case"
            )
        ]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Whether the administration pages open; Django's name for it."""
        return self.is_active and self.role in {
            self.Role.OWNER,
            self.Role.ADMINISTRATOR,
            self.Role.AUDITOR,
        }

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """For the administration pages: "app.view_model" and the like."""
        if not self.is_staff:
            return False
        return self.role != self.Role.AUDITOR or perm.partition(".")[2].startswith("view_")

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class TeamGrant(models.Model):
    """A team lead sees this team and every team below it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    team = models.ForeignKey("people.Team", models.CASCADE, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "team"], name="accounts_grant_once")]

    def __str__(self) -> str:
        return f"{self.team} for {self.user}"


class ScimToken(models.Model):
    """Lets the organisation's directory tell who joins and leaves, by SCIM, and do nothing else."""

    name = models.CharField(max_length=100, help_text="Which directory uses it.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    beginning = models.CharField(max_length=16, editable=False)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: never.")
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "SCIM token"

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"
