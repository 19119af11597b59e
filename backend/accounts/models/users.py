"""Who signs in or reads by a token, in which role, and which teams were opened to them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

if TYPE_CHECKING:
    from backend.accounts.models.tokens import ApiToken


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
    joined_at = models.DateTimeField(auto_now_add=True)
    is_break_glass = models.BooleanField(
        "for emergencies",
        default=False,
        db_default=False,
        editable=False,
        help_text="Signs in by password even where single sign-on is the only way for others, and every sign-in is "
        "told to all administrators. Set with `manage.py owner break-glass`.",
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
    is_service = models.BooleanField(
        "service account", default=False, editable=False, help_text="Reads by token alone."
    )
    responsible = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="service_accounts",
        help_text="The administrator who answers for a service account.",
    )
    sessions_ended = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="How often all its sessions were ended: none that was begun before goes on.",
    )
    token: "ApiToken | None" = None
    """The token that this request came with; what it is not for, the account may not do here."""

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            # allauth looks addresses up in lower case.
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="accounts_user_email_in_lower_case"
            ),
            models.CheckConstraint(
                condition=models.Q(is_service=False, responsible=None)
                | models.Q(is_service=True, responsible__isnull=False)
                & ~models.Q(role__in=["owner", "administrator"]),
                name="accounts_service_account_is_owned_and_runs_nothing",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.email

    def get_session_auth_hash(self) -> str:
        """A session that was begun under another is over, whether a list knows it or not."""
        return f"{super().get_session_auth_hash()}:{self.sessions_ended}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        for former in super().get_session_auth_fallback_hash():
            yield f"{former}:{self.sessions_ended}"

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


class ServiceAccounts(models.Manager["ServiceAccount"]):
    def get_queryset(self) -> models.QuerySet["ServiceAccount"]:
        return super().get_queryset().filter(is_service=True)


class ServiceAccount(User):
    """An account that no person signs in with: it reads by its tokens, and an administrator answers for it."""

    objects: ClassVar[ServiceAccounts] = ServiceAccounts()  # type: ignore[assignment]

    class Meta:
        proxy = True


class TeamGrant(models.Model):
    """A team lead sees this team and every team below it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    team = models.ForeignKey("people.Team", models.CASCADE, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "team"], name="accounts_grant_once")]

    def __str__(self) -> str:
        return f"{self.team} for {self.user}"
