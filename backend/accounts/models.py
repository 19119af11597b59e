"""Who signs in or reads by a token, in which role, and which teams were opened to them."""

from datetime import timedelta
from typing import Any, ClassVar, Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
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
    joined_at = models.DateTimeField(auto_now_add=True)
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


TOKEN_LIFE: Final = timedelta(days=365)
"""The longest that an API token may be good for."""


class ApiToken(models.Model):
    """Lets a script read what its account may read, as far as the scopes go. Only the token's digest is kept."""

    class Scope(models.TextChoices):
        FIGURES = "figures", "read figures"
        ROWS = "rows", "read pull requests, issues and other rows"
        ADMINISTRATION = "administration", "read what administrators see of collecting"

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=200, help_text="What it is for.")
    scopes = ArrayField(models.CharField(max_length=16, choices=Scope.choices))
    digest = models.CharField(
        max_length=64, unique=True, editable=False, help_text="SHA-256 of the token."
    )
    beginning = models.CharField(
        max_length=16, editable=False, help_text="To tell tokens apart by."
    )
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    addresses = ArrayField(
        models.GenericIPAddressField(),
        default=list,
        blank=True,
        help_text="Where it was used from, the latest new one last.",
    )

    class Meta:
        verbose_name = "API token"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__lte=models.F("created_at") + TOKEN_LIFE),
                name="accounts_api_token_expires_within_a_year",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"

    @property
    def told_scopes(self) -> str:
        return ", ".join(str(self.Scope(scope).label) for scope in self.scopes)


class AccountAccess(User):
    """An account as reviewers look at it: what it may do, and whether anybody uses it."""

    class Meta:
        proxy = True
        verbose_name = "account"
        verbose_name_plural = "access of all accounts"


class AccessReview(models.Model):
    """A look at every account, quarterly say: each is accepted or revoked before the review is closed."""

    started_at = models.DateTimeField(auto_now_add=True)
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.F("closed_at"),
                condition=models.Q(closed_at=None),
                name="accounts_one_open_review",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"review of {self.started_at:%d %B %Y}"


class ReviewedAccount(models.Model):
    """One account in a review, with what it could do when the review began."""

    class Decision(models.TextChoices):
        ACCEPTED = "accepted"
        REVOKED = "revoked"

    review = models.ForeignKey(AccessReview, models.CASCADE, related_name="accounts")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    role = models.CharField(max_length=16, choices=User.Role.choices, blank=True)
    teams = models.TextField(blank=True, help_text="Opened to it, each with all below.")
    tokens = models.PositiveIntegerField("API tokens")
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "user"], name="accounts_reviewed_once"),
            models.CheckConstraint(
                condition=models.Q(decision="", decided_by=None, decided_at=None)
                | models.Q(decided_by__isnull=False, decided_at__isnull=False)
                & ~models.Q(decision=""),
                name="accounts_decision_is_somebodys",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in the {self.review}"


class Checklist(models.Model):
    """What is done when somebody joins or leaves, ticked off one by one."""

    class Kind(models.TextChoices):
        JOINER = "joiner"
        LEAVER = "leaver"

    user = models.ForeignKey(User, models.PROTECT, related_name="checklists")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    started_at = models.DateTimeField(auto_now_add=True)
    started_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+")
    completed_at = models.DateTimeField(null=True, editable=False)
    completed_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=models.Q(completed_at=None),
                name="accounts_one_open_checklist",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} checklist of {self.user}"


class ChecklistItem(models.Model):
    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="items")
    text = models.CharField(max_length=300, editable=False)
    done_at = models.DateTimeField(null=True, editable=False)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(done_at=None, done_by=None)
                | models.Q(done_at__isnull=False, done_by__isnull=False),
                name="accounts_item_is_done_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return self.text
