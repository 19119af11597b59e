"""The pages about one's own account that allauth does not have, or has otherwise."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.views import INTERNAL_RESET_SESSION_KEY
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from backend.accounts import access, policy, store
from backend.accounts.browsers import browser_name
from backend.accounts.models import User
from backend.accounts.sso.store import may_use_password


@never_cache
@require_safe
def enrol(request: HttpRequest) -> HttpResponse:
    """Take the key out of the address and go on to allauth's page for a new password, which checks it."""
    match = re.fullmatch(r"([0-9a-z]{1,13})-([0-9a-z]+-[0-9a-z]+)", request.GET.get("key", ""))
    account, token = match.groups() if match else ("0", "")
    request.session[INTERNAL_RESET_SESSION_KEY] = token
    return redirect("account_reset_password_from_key", uidb36=account, key="set-password")


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Who one is here, what one sees, and how one signs in."""
    user = _user(request)
    factors = Authenticator.objects.filter(user=user)
    context = {
        "sees_all": access.may_see_all_teams(user),
        "teams": list(user.grants.order_by("team__name").values_list("team__name", flat=True)),
        "app": factors.filter(type=policy.APP).first(),
        "keys": factors.filter(type=policy.KEY).count(),
        "connected": SocialAccount.objects.filter(user=user).count(),
        "policy": policy.of(request),
        "sessions": UserSession.objects.filter(user=user).count(),
    }
    return render(request, "account/home.html", context)


class SessionsPage(ListUserSessionsView):  # type: ignore[misc] # allauth has no types
    """allauth's list, with what a browser is called; its form ends all sessions but this one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        for session in context["sessions"]:
            session.browser = browser_name(session.user_agent)
        latest_first = sorted(context["sessions"], key=lambda one: one.last_seen_at, reverse=True)
        context["sessions"] = sorted(latest_first, key=lambda one: not one.is_current())
        context["policy"] = policy.of(self.request)
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        user = _user(self.request)
        store.end_sessions(user=user, acting_user=user, but=self.request.session)
        response: HttpResponse = super().form_valid(form)
        return response


sessions_page = SessionsPage.as_view()


@require_POST
@login_required
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    user = _user(request)
    session = get_object_or_404(UserSession, user=user, pk=pk)
    store.end_session(session=session, acting_user=user)
    messages.info(request, "That session is ended.")
    return redirect("usersessions_list")


class RemoveKey(RemoveWebAuthnView):  # type: ignore[misc] # allauth has no types
    """Not the last factor that counts: another one can be set up first, so that there is never none."""

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        # One at a time, or two requests at once would each take the other's key for the one that stays.
        user = User.objects.select_for_update().get(pk=_user(self.request).pk)
        wanted = policy.kinds(policy.of(self.request))
        others = Authenticator.objects.filter(user=user, type__in=wanted).exclude(pk=self.object.pk)
        if policy.needs_second_factor(policy.of(self.request), user) and not others.exists():
            messages.error(self.request, get_adapter().error_messages["last_factor"])
            return redirect("mfa_index")
        response: HttpResponse = super().form_valid(form)
        return response


remove_key = RemoveKey.as_view(success_url=reverse_lazy("mfa_index"))


def where_passwords_work(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """The view, but for an account that no password opens: there is nothing to be changed then."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if isinstance(user, User) and not may_use_password(user):
            return redirect("sso_connections")
        return view(request, *args, **kwargs)

    return inner


def forgotten(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view, which has the browser forget what it keeps of this host once somebody has signed out by it.

    But not its cookies: one of them keeps whoever fails on purpose from locking this browser's people out.
    """

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and not request.user.is_authenticated:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return inner
