"""How people sign in: identity providers, what is asked of everybody, and accounts for emergencies."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from backend.accounts.models.users import User


class IdentityProvider(models.Model):
    """One way of single sign-on. Another server is another provider: a subject means nothing at any other."""

    class Kind(models.TextChoices):
        OIDC = "oidc", "OpenID Connect"
        SAML = "saml", "SAML 2.0"
        GITHUB = "github", "GitHub Enterprise Server"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    slug = models.SlugField(
        max_length=40,
        unique=True,
        help_text="Stands in the addresses that the provider is given; it stays as it is.",
    )
    name = models.CharField(max_length=60, help_text="As on the button: “Continue with …”.")
    address = models.CharField(
        max_length=500,
        blank=True,
        help_text="OpenID Connect: the issuer. SAML: where the metadata is, or empty. GitHub: the server, like "
        "https://github.example.com.",
    )
    entity_id = models.CharField(
        "entity ID",
        max_length=500,
        blank=True,
        help_text="SAML: what the provider calls itself, in its metadata as entityID.",
    )
    metadata = models.TextField(
        "SAML metadata",
        blank=True,
        help_text="The provider's metadata as XML, where Plumbline is not to fetch it.",
    )
    client_id = models.CharField("client ID", max_length=191, blank=True)
    enveloped_secret = models.BinaryField(null=True, editable=False)
    ca_certificate = models.TextField(
        "certificate authority",
        blank=True,
        help_text="In PEM form, where the provider's certificate is signed by your own authority.",
    )
    other_hosts = ArrayField(
        models.CharField(max_length=255),
        default=list,
        blank=True,
        help_text="Hosts besides the address's own that its endpoints may be at, separated by commas.",
    )
    trusts_second_factor = models.BooleanField(
        "its second factor is enough",
        default=False,
        help_text="Where the provider's answer says that a second factor was shown, Plumbline asks for none.",
    )
    second_factor_values = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        help_text="Values of amr, acr or AuthnContext that say so, separated by commas. Empty: the usual ones.",
    )
    email_domains = ArrayField(
        models.CharField(max_length=255),
        default=list,
        blank=True,
        verbose_name="e-mail domains",
        help_text="Domains that this provider may speak for, separated by commas. Empty: none, so that it neither "
        "connects nor makes accounts.",
    )
    vouches_for_email = models.BooleanField(
        "its e-mail addresses are verified",
        default=False,
        help_text="For your own directory, where nobody enters an address of their own. Without it an address counts "
        "only where the answer says that it was verified.",
    )
    links_by_email = models.BooleanField(
        "connects accounts by e-mail",
        default=False,
        help_text="A first sign-in finds the account by its verified e-mail address. Otherwise people connect it "
        "themselves while signed in.",
    )
    creates_accounts = models.BooleanField(
        "makes accounts",
        default=False,
        help_text="Whoever signs in with a verified e-mail address and has no account is given one, without a role.",
    )
    is_enabled = models.BooleanField("enabled", default=False)
    proven_at = models.DateTimeField(
        "last proven",
        null=True,
        editable=False,
        help_text="When an owner or administrator last signed in by it, as it is set up now.",
    )

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class SignInPolicy(models.Model):
    """What the organisation asks of whoever signs in. One row at most: without it, what is shipped holds.

    Nothing here can be laxer than what is shipped, but for the second factor of those who only read figures.
    """

    class Factors(models.TextChoices):
        ANY = "any", "authenticator app, security key or passkey"
        KEYS = "keys", "security key or passkey only"

    MAX_IDLE_MINUTES = 30
    MAX_SESSION_HOURS = 12

    sso_only = models.BooleanField(
        "single sign-on only",
        default=False,
        db_default=False,
        help_text="Passwords stop working for everybody but accounts for emergencies.",
    )
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
