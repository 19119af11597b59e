"""GitHub Enterprise Server's OAuth, at the host that the provider names instead of one for the whole installation."""

from typing import Any

from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.github.provider import GitHubProvider
from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter
from django.http import HttpRequest

from backend.accounts.models import IdentityProvider
from backend.accounts.sso import login
from backend.accounts.sso.outgoing import Session, told
from backend.accounts.sso.questions import GITHUB_EMAILS, GITHUB_META, GITHUB_USER
from backend.accounts.sso.rules import Identity, Refusal, Refused
from backend.accounts.sso.store import callback_address
from backend.outbound.questions import Question


def identity_of(provider: IdentityProvider, user: Any, emails: Any) -> Identity:
    """From what /user and /user/emails answer. Raises Refused.

    Of several addresses it is a verified one in the provider's domains, the primary one first.
    """
    number = user.get("id") if isinstance(user, dict) else None
    if not isinstance(number, int):
        raise Refused(Refusal.ANSWER, "GitHub does not say whose token it is.")
    known = [one for one in emails if isinstance(one, dict) and isinstance(one.get("email"), str)]

    def preference(one: dict[str, Any]) -> tuple[bool, bool, bool]:
        domain = one["email"].lower().rpartition("@")[2]
        verified = one.get("verified") is True
        return verified and domain in provider.email_domains, verified, one.get("primary") is True

    none: dict[str, Any] = {"email": "", "verified": False}
    best = max(known, key=preference, default=none)
    name = user.get("name")
    return Identity(
        subject=str(number),
        email=best["email"],
        email_verified=best.get("verified") is True,
        name=name if isinstance(name, str) else "",
    )


def version(provider: IdentityProvider) -> str:
    """As the server tells everybody. Raises Refused."""
    try:
        with Session(provider, GITHUB_META) as session:
            answer = session.get(f"{provider.address}/api/v3/meta")
            answer.raise_for_status()
            told_version = answer.json().get("installed_version")
    except (OSError, AttributeError) as error:  # requests' exceptions are a kind of OSError
        raise Refused(Refusal.UNREACHABLE, told(provider, error)) from error
    if not isinstance(told_version, str):
        raise Refused(Refusal.ANSWER, "This is no GitHub Enterprise Server.")
    return told_version[:40]


class GithubAdapter(GitHubOAuth2Adapter):  # type: ignore[misc] # allauth has no types
    headers = {"Accept": "application/json"}

    def __init__(self, request: HttpRequest, provider_id: str) -> None:
        self.provider_id = provider_id
        super().__init__(request)

    @property
    def row(self) -> IdentityProvider:
        row: IdentityProvider = self.get_provider().row
        return row

    @property
    def authorize_url(self) -> str:
        return f"{self.row.address}/login/oauth/authorize"

    @property
    def access_token_url(self) -> str:
        return f"{self.row.address}/login/oauth/access_token"

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return callback_address(self.row)

    def complete_login(
        self, request: HttpRequest, app: Any, token: Any, **kwargs: Any
    ) -> SocialLogin:
        user = self._ask("user", GITHUB_USER, token.token)
        emails = self._ask("user/emails", GITHUB_EMAILS, token.token)
        return login.of(self.get_provider(), identity_of(self.row, user, emails))

    def _ask(self, what: str, question: Question, token: str) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        with Session(self.row, question) as session:
            answer = session.get(f"{self.row.address}/api/v3/{what}", headers=headers)
            answer.raise_for_status()
            return answer.json()


class GithubProvider(GitHubProvider):  # type: ignore[misc] # allauth has no types
    oauth2_adapter_class = GithubAdapter
    pkce_enabled_default = True

    @property
    def row(self) -> IdentityProvider:
        row: IdentityProvider = self.app.row
        return row

    def get_oauth2_adapter(self, request: HttpRequest) -> GithubAdapter:
        return GithubAdapter(request, self.sub_id)

    def get_scope(self) -> list[str]:
        return ["user:email"]

    def serialize(self) -> dict[str, str]:
        return {"id": self.sub_id}
