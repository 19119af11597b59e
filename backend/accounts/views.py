"""What allauth does not have."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.views import INTERNAL_RESET_SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

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
