"""How allauth's single sign-on is used here: providers come from their table, and accounts are never taken."""

import re
from typing import Any, Final

import requests
from allauth.account.internal.flows.reauthentication import (
    did_recently_reauthenticate,
    get_reauthentication_flows,
)
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse

from backend.accounts import erased, sessions
from backend.accounts.models import IdentityProvider, User
from backend.accounts.sso import store
from backend.accounts.sso.github import GithubProvider
from backend.accounts.sso.login import SignIn
from backend.accounts.sso.oidc import OidcProvider
from backend.accounts.sso.outgoing import Session, told
from backend.accounts.sso.questions import EXCHANGES
from backend.accounts.sso.rules import (
    NewAccount,
    Refusal,
    Refused,
    decide,
    shows_second_factor,
)
from backend.accounts.sso.saml import SamlProvider
from backend.accounts.store import InvalidAccount, add_user
from backend.audit.events import record

PROVIDERS: Final[dict[str, Any]] = {
    IdentityProvider.Kind.OIDC: OidcProvider,
    IdentityProvider.Kind.SAML: SamlProvider,
    IdentityProvider.Kind.GITHUB: GithubProvider,
}


def provider_of(request: HttpRequest | None, row: IdentityProvider) -> Any:
    """Allauth's provider for a row of ours, with its secret opened."""
    app = SocialApp(
        provider=row.kind,
        provider_id=row.slug,
        name=row.name,
        client_id=row.client_id,
        secret=store.client_secret(row),
    )
    app.row = row
    return PROVIDERS[row.kind](request, app=app)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth has no types
    def get_provider(self, request: HttpRequest, provider: str, client_id: Any = None) -> Any:
        """By slug. Raises SocialApp.DoesNotExist."""
        row = IdentityProvider.objects.filter(slug=provider).first()
        if row is None:
            raise SocialApp.DoesNotExist
        return provider_of(request, row)

    def list_apps(
        self, request: HttpRequest, provider: Any = None, client_id: Any = None
    ) -> list[Any]:
        """None that allauth would find by itself: neither its own table nor the settings hold any."""
        return []

    def get_requests_session(self) -> requests.Session:
        """For the one request that allauth makes by itself, exchanging the code."""
        slug = self.request.resolver_match.kwargs["slug"]
        row = IdentityProvider.objects.get(slug=slug)
        return Session(row, EXCHANGES[row.kind])

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("sso_connections")

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SignIn) -> bool:
        return False

    def authenticate_by_email(self, sociallogin: SignIn) -> None:
        """`pre_social_login` judges addresses; allauth would wipe the password of an account found by one."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SignIn) -> None:
        """Find, connect or make the account before allauth goes on, which then only opens it. Raises Refused."""
        sociallogin.token = None
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            if not may_connect(request):
                raise Refused(Refusal.PROOF_TOO_OLD)
            return
        row, identity = sociallogin.provider.row, sociallogin.identity
        known = sociallogin.user if sociallogin.is_existing else None
        by_email = None
        if known is None and identity.email:
            by_email = User.objects.filter(email=identity.email.strip().lower()).first()
        found = decide(row, identity, known=known, by_email=by_email)
        if known is None:
            try:
                with transaction.atomic():
                    user = (
                        _made(row, found, identity.subject)
                        if isinstance(found, NewAccount)
                        else found
                    )
                    sociallogin.connect(request, user)
            except IntegrityError as error:
                raise Refused(Refusal.ANSWER, "It came twice at the same moment.") from error
        if shows_second_factor(row, identity):
            request.second_factor_at_provider = True  # type: ignore[attr-defined] # for this request alone

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """In our own terms, for our own page. Raises Refused, always."""
        if exception is None and "state_id" in (extra_context or {}):
            raise Refused(Refusal.NOT_ASKED_FOR, "The state is of no sign-in of this browser.")
        if error == AuthError.CANCELLED:
            raise Refused(Refusal.CANCELLED)
        if isinstance(exception, requests.RequestException):
            raise Refused(Refusal.UNREACHABLE, told(provider.row, exception)) from exception
        raise Refused(Refusal.ANSWER, _code(request, exception)) from exception


def _made(row: IdentityProvider, found: NewAccount, subject: str) -> User:
    if erased.was_erased(addresses=[found.email], subjects=[(row.slug, subject)]):
        raise Refused(Refusal.ERASED, erased.REFUSED)
    try:
        user = add_user(email=found.email, role="", name=found.name)
    except InvalidAccount as error:
        raise Refused(Refusal.ANSWER, str(error)) from error
    record(name="account_made_by_sign_in", subject=user, detail={"provider": row.slug})
    return user


def _code(request: HttpRequest, exception: Exception | None) -> str:
    """The provider's own word for what is wrong (RFC 6749), and nothing else of what it says."""
    found = re.search(r"error\W{1,6}([a-z_]{3,40})", str(exception)) if exception else None
    code = found[1] if found else request.GET.get("error", "")
    return code if re.fullmatch(r"[a-z_]{3,40}", code) else "The provider says no more."


def may_connect(request: HttpRequest) -> bool:
    """Whether the person has just shown who they are: an open window is not enough to add a way in."""
    if sessions.recently_proven(request):
        return True
    # Without a way to do so, allauth takes it for done.
    return bool(get_reauthentication_flows(request.user) and did_recently_reauthenticate(request))


def others_remain(account: SocialAccount) -> bool:
    """Whether its owner gets in without this way."""
    if account.user.has_usable_password() and store.may_use_password(account.user):
        return True
    ways = SocialAccount.objects.filter(user=account.user).exclude(pk=account.pk)
    usable = IdentityProvider.objects.filter(is_enabled=True).values("slug")
    return bool(ways.filter(provider__in=usable).exists())
