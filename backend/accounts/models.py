"""Who signs in, in which role, and which teams were opened to them."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
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
    is_break_glass = models.BooleanField(
        "for emergencies",
        default=False,
        db_default=False,
        editable=False,
        help_text="Every sign-in is told to all administrators. Set with `manage.py owner break-glass`.",
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


class SignInPolicy(models.Model):
    """What the organisation asks of whoever signs in. One row at most: without it, what is shipped holds.

    Nothing here can be laxer than what is shipped, but for the second factor of those who only read figures.
    """

    class Factors(models.TextChoices):
        ANY = "any", "authenticator app, security key or passkey"
        KEYS = "keys", "security key or passkey only"

    MAX_IDLE_MINUTES = 30
    MAX_SESSION_HOURS = 12

    second_factor_for_all = models.BooleanField(
        "second factor for every account",
        default=True,
        help_text="Unticked, team leads and members may sign in by password alone. Whoever may open the "
        "administration always needs one.",
    )
    factors = models.CharField(
        "what counts as second factor",
        max_length=4,
        choices=Factors.choices,
        default=Factors.ANY,
        help_text="No false page talks people out of a key or passkey. Where they alone count, codes of apps and "
        "recovery codes open no session of somebody who has a key; who has none sets one up at the next sign-in.",
    )
    idle_minutes = models.PositiveSmallIntegerField(
        "minutes without use until a session ends",
        default=MAX_IDLE_MINUTES,
        validators=[MinValueValidator(5), MaxValueValidator(MAX_IDLE_MINUTES)],
    )
    session_hours = models.PositiveSmallIntegerField(
        "hours until a session ends in any case",
        default=MAX_SESSION_HOURS,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_SESSION_HOURS)],
    )
    admin_networks = ArrayField(
        models.CharField(max_length=43),
        default=list,
        blank=True,
        verbose_name="networks that may open the administration",
        help_text="One a line, such as 10.20.0.0/16 or 2001:db8::/48. Empty: any. Yours must be among them.",
    )

    class Meta:
        verbose_name = verbose_name_plural = "sign-in policy"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="accounts_one_policy"),
            models.CheckConstraint(
                condition=Q(idle_minutes__range=(5, 30), session_hours__range=(1, 12)),
                name="accounts_policy_limits",
            ),
            models.CheckConstraint(
                condition=Q(factors__in=["any", "keys"]), name="accounts_policy_factors"
            ),
        ]

    def __str__(self) -> str:
        return "sign-in policy"


class BreakGlassUse(models.Model):
    """One sign-in of an account for emergencies; it is told to all administrators until one of them has seen to it."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    signed_in_at = models.DateTimeField(auto_now_add=True)
    address = models.GenericIPAddressField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "use of an emergency account"
        verbose_name_plural = "uses of emergency accounts"

    def __str__(self) -> str:
        return f"{self.user}, {self.signed_in_at:%Y-%m-%d %H:%M}"
