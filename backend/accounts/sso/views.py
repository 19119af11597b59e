"""Single sign-on's pages: going to a provider, coming back, and what is connected with one's account."""

from collections.abc import Callable
from functools import wraps
from typing import Final

from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.sessions import LoginSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from backend.accounts.models import IdentityProvider, User
from backend.accounts.sso import login, saml, store
from backend.accounts.sso.adapter import may_connect, others_remain, provider_of
from backend.accounts.sso.oidc import OidcAdapter
from backend.accounts.sso.rules import Identity, Refusal, Refused
from backend.audit.events import record

LIMITS: Final = {"refusals": "20/m/ip", "starts": "300/m/ip"}
"""A start asks the provider for its configuration."""
View = Callable[[HttpRequest, IdentityProvider], HttpResponse]
_SAML: Final = ("saml_acs_session", "saml-acs-session")
_WORDS: Final = {
    Refusal.CANCELLED: "You did not sign in at {name}.",
    Refusal.UNREACHABLE: "{name} does not answer as it should. Try again in a moment; if it stays so, tell an "
    "administrator, who finds the reason in the audit log.",
    Refusal.ANSWER: "The answer of {name} cannot be used. Try again; if it stays so, tell an administrator, who finds "
    "the reason in the audit log.",
    Refusal.NOT_ASKED_FOR: "The answer of {name} belongs to no sign-in that began in this window. Begin here.",
    Refusal.REPLAYED: "The answer of {name} was used already. Begin again.",
    Refusal.CLOSED: "Your account is closed. An administrator can open it again.",
    Refusal.PROOF_TOO_OLD: "To connect {name}, sign in again and begin within five minutes.",
}
_NO_ACCOUNT: Final = (
    "{name} knows you, but no account here is connected with it. If you have an account, sign in to it and connect "
    "{name} under “Connected sign-ins”. If not, ask an administrator for one."
)
"""The same for all reasons: whoever rules a provider must not find out by it who has an account here."""


def _of_kind(*kinds: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """The view of an enabled provider; where it refuses, that is recorded and told on a page of ours.

    Refusals are limited, not sign-ins: a whole office comes from one address in the morning.
    """

    def decorate(view: View) -> Callable[..., HttpResponse]:
        @wraps(view)
        def inner(request: HttpRequest, slug: str) -> HttpResponse:
            row = get_object_or_404(IdentityProvider, slug=slug, is_enabled=True, kind__in=kinds)
            if not _within(request, "refusals", dry_run=True):
                return _too_many(request)
            try:
                return view(request, row)
            except Refused as refused:
                _within(request, "refusals")
                return _refusal(request, row, refused)

        return never_cache(inner)

    return decorate


def _too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=429)


def _within(request: HttpRequest, action: str, *, dry_run: bool = False) -> bool:
    usage = ratelimit.consume(
        request, app="backend.accounts", action=action, config=LIMITS, dry_run=dry_run
    )
    return usage is not None


def _refusal(request: HttpRequest, row: IdentityProvider, refused: Refused) -> HttpResponse:
    record(
        name="single_sign_on_refused",
        subject=row,
        detail={"reason": str(refused.reason)},
        # What the provider said may name whoever came.
        words={"detail": refused.detail},
    )
    words = _WORDS.get(refused.reason, _NO_ACCOUNT).replace("{name}", row.name)
    status = 502 if refused.reason is Refusal.UNREACHABLE else 403
    return render(request, "sso/refused.html", {"words": words}, status=status)


@transaction.non_atomic_requests  # here and below: what leaves stays written down, whatever comes of it
@require_POST
@_of_kind(*IdentityProvider.Kind)
def start(request: HttpRequest, row: IdentityProvider) -> HttpResponse:
    """Go there by a page of ours: a form's answer may not lead elsewhere (form-action), a page may."""
    if not _within(request, "starts"):
        return _too_many(request)
    process = AuthProcess.LOGIN
    if request.POST.get("process") == AuthProcess.CONNECT:
        process = AuthProcess.CONNECT
        if not request.user.is_authenticated:
            raise PermissionDenied
        if not may_connect(request):
            return _prove(request)
    there = provider_of(request, row).redirect(
        request, process=process, next_url=get_next_redirect_url(request)
    )
    return render(request, "sso/leaving.html", {"provider": row, "address": there.url})


def _prove(request: HttpRequest) -> HttpResponse:
    """Show anew who one is; by signing in again where there is nothing else."""
    back = urlencode({"next": reverse("sso_connections")})
    if get_adapter().get_reauthentication_methods(request.user):
        return redirect(f"{reverse('account_reauthenticate')}?{back}")
    messages.error(request, "Sign out and in again, and come here within five minutes.")
    return redirect("sso_connections")


@transaction.non_atomic_requests
@require_safe
@_of_kind(IdentityProvider.Kind.OIDC, IdentityProvider.Kind.GITHUB)
def callback(request: HttpRequest, row: IdentityProvider) -> HttpResponse:
    provider = provider_of(request, row)
    adapter = (
        OidcAdapter(request, row.slug)
        if row.kind == IdentityProvider.Kind.OIDC
        else provider.get_oauth2_adapter(request)
    )
    response: HttpResponse = OAuth2CallbackView.adapter_view(adapter)(request)
    return response


@transaction.non_atomic_requests
@csrf_exempt
@require_POST
@_of_kind(IdentityProvider.Kind.SAML)
def acs(request: HttpRequest, row: IdentityProvider) -> HttpResponse:
    """Read the answer, which comes without our cookies from another site; whose it is, the next request finds out.

    Only a genuine one is kept, so that nobody else can fill our tables.
    """
    now = timezone.now()
    read = saml.read_metadata(row, saml.metadata(row))
    answer = saml.read_answer(row, read, request.POST.get("SAMLResponse", ""), now=now)
    lifetime = (answer.ends_at - now + saml.CLOCK_SKEW).total_seconds()
    if not cache.add(f"saml-assertion:{row.pk}:{answer.assertion_id}", 1, timeout=lifetime):
        raise Refused(Refusal.REPLAYED)
    response = redirect("sso_finish", slug=row.slug)
    kept = LoginSession(request, *_SAML)
    kept.store.flush()
    kept.store["answer"] = [row.pk, answer.request_id, answer.identity.kept()]
    kept.store.set_expiry(300)
    kept.save(response)
    response.cookies[_SAML[1]]["httponly"] = True
    return response


@transaction.non_atomic_requests
@require_safe
@_of_kind(IdentityProvider.Kind.SAML)
def finish(request: HttpRequest, row: IdentityProvider) -> HttpResponse:
    """Whoever asked has the request in this window's session, once."""
    kept = LoginSession(request, *_SAML)
    pk, request_id, identity = kept.store.get("answer", (None, "", {}))
    kept.delete()
    provider = provider_of(request, row)
    try:
        state = provider.unstash_redirect_state(request, request_id) if pk == row.pk else None
    except PermissionDenied:
        state = None
    if state is None:
        raise Refused(
            Refusal.NOT_ASKED_FOR, "The request is of no sign-in of this browser, or was answered."
        )
    made = login.of(provider, Identity.of_kept(identity))
    made.state = state
    response: HttpResponse = complete_social_login(request, made)
    return response


@require_safe
def metadata(_request: HttpRequest, slug: str) -> HttpResponse:
    """Of Plumbline, for the identity provider; there before the provider is enabled."""
    row = get_object_or_404(IdentityProvider, slug=slug, kind=IdentityProvider.Kind.SAML)
    return HttpResponse(saml.own_metadata(row), content_type="application/samlmetadata+xml")


@never_cache
@login_required
@require_safe
def connections(request: HttpRequest) -> HttpResponse:
    """What one's account is connected with, and what it can be connected with."""
    by_slug = {row.slug: row for row in IdentityProvider.objects.all()}
    connected = [
        (account, by_slug.get(account.provider), others_remain(account))
        for account in SocialAccount.objects.filter(user=request.user).order_by("pk")
    ]
    taken = {account.provider for account, _, _ in connected}
    free = [row for row in by_slug.values() if row.is_enabled and row.slug not in taken]
    return render(request, "sso/connections.html", {"connected": connected, "free": free})


@never_cache
@login_required
@require_POST
def disconnect(request: HttpRequest, pk: int) -> HttpResponse:
    account = SocialAccount.objects.filter(user=request.user, pk=pk).first()
    if account is None or not isinstance(request.user, User):
        raise Http404
    if not may_connect(request):
        return _prove(request)
    if not others_remain(account):
        messages.error(request, "This is your only way to sign in: connect another one first.")
    else:
        store.disconnect(account=account, acting_user=request.user)
        messages.success(request, "Disconnected.")
    return redirect("sso_connections")
