"""What follows from a provider's answer: judgement alone, without database or network."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, Self

from backend.accounts.models import IdentityProvider, User

USUAL_SECOND_FACTORS: Final[dict[str, frozenset[str]]] = {
    # RFC 8176.
    IdentityProvider.Kind.OIDC: frozenset({"mfa"}),
    IdentityProvider.Kind.SAML: frozenset(
        {
            "http://schemas.microsoft.com/claims/multipleauthn",
            "https://refeds.org/profile/mfa",
            "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract",
            "urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken",
        }
    ),
    # GitHub does not say how somebody signed in.
    IdentityProvider.Kind.GITHUB: frozenset(),
}


class Refusal(StrEnum):
    """Why nobody was signed in: for the audit log, where people read it, and for the page in kinder words."""

    CANCELLED = "cancelled"
    UNREACHABLE = "provider unreachable"
    ANSWER = "answer not valid"
    REPLAYED = "answer used before"
    NOT_ASKED_FOR = "answer not asked for"
    NO_ACCOUNT = "no account"
    NO_EMAIL = "no e-mail address"
    EMAIL_NOT_VERIFIED = "e-mail address not verified"
    EMAIL_DOMAIN = "e-mail domain not allowed"
    NOT_CONNECTED = "account not connected"
    CLOSED = "account closed"
    ERASED = "erased on request"
    PROOF_TOO_OLD = "sign-in too old to connect"


class Refused(Exception):
    """Nobody is signed in. `detail` is for the audit log and holds no secret."""

    def __init__(self, reason: Refusal, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail[:500]


@dataclass(frozen=True)
class Identity:
    """Who somebody is, by a provider's answer that was found to be genuine."""

    subject: str
    email: str = ""
    email_verified: bool | None = None
    """None: the answer does not say."""
    name: str = ""
    contexts: frozenset[str] = frozenset()
    """How they signed in there: values of amr, acr or AuthnContext."""

    def __post_init__(self) -> None:
        """Raises Refused for what no table takes."""
        text = self.subject + self.email + self.name
        if "\0" in text or text != text.encode(errors="ignore").decode():
            raise Refused(Refusal.ANSWER, "The answer holds characters that are none.")

    def kept(self) -> dict[str, Any]:
        """For a session, as JSON."""
        return asdict(self) | {"contexts": sorted(self.contexts)}

    @classmethod
    def of_kept(cls, kept: dict[str, Any]) -> Self:
        return cls(**kept | {"contexts": frozenset(kept["contexts"])})


@dataclass(frozen=True)
class NewAccount:
    """An account is to be made, without a role."""

    email: str
    name: str


def shows_second_factor(provider: IdentityProvider, identity: Identity) -> bool:
    """Whether the answer itself says so, and the provider is trusted with it."""
    wanted = frozenset(provider.second_factor_values) or USUAL_SECOND_FACTORS[provider.kind]
    return provider.trusts_second_factor and not wanted.isdisjoint(identity.contexts)


def check_email(provider: IdentityProvider, identity: Identity) -> str:
    """The address in lower case, where the provider may speak for it and it is verified. Raises Refused.

    What the answer calls unverified is unverified, whatever is said about the provider.
    """
    email = identity.email.strip().lower()
    if not email:
        raise Refused(Refusal.NO_EMAIL)
    if email.rpartition("@")[2] not in provider.email_domains:
        raise Refused(Refusal.EMAIL_DOMAIN)
    said = identity.email_verified
    if not (provider.vouches_for_email if said is None else said):
        raise Refused(Refusal.EMAIL_NOT_VERIFIED)
    return email


def decide(
    provider: IdentityProvider, identity: Identity, *, known: User | None, by_email: User | None
) -> User | NewAccount:
    """Whose sign-in it is. `known` has this subject stored, `by_email` this address. Raises Refused.

    A stored subject is all that counts. Without one, an address opens an account only where it is verified and the
    administrator allowed it, and never one for emergencies, which does not hang on a provider, nor a service account.
    """
    if known is not None:
        return _open(known)
    if not (provider.links_by_email or provider.creates_accounts):
        raise Refused(Refusal.NO_ACCOUNT if by_email is None else Refusal.NOT_CONNECTED)
    email = check_email(provider, identity)
    if by_email is None:
        if not provider.creates_accounts:
            raise Refused(Refusal.NO_ACCOUNT)
        return NewAccount(email=email, name=identity.name.strip()[:200])
    if not provider.links_by_email or by_email.is_break_glass or by_email.is_service:
        raise Refused(Refusal.NOT_CONNECTED)
    return _open(by_email)


def _open(user: User) -> User:
    if not user.is_active:
        raise Refused(Refusal.CLOSED)
    return user
