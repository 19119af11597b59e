"""The one page that allauth does not have."""

import re

from allauth.account.views import INTERNAL_RESET_SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def enrol(request: HttpRequest) -> HttpResponse:
    """Take the key out of the address and go on to allauth's page for a new password, which checks it."""
    match = re.fullmatch(r"([0-9a-z]{1,13})-([0-9a-z]+-[0-9a-z]+)", request.GET.get("key", ""))
    account, token = match.groups() if match else ("0", "")
    request.session[INTERNAL_RESET_SESSION_KEY] = token
    return redirect("account_reset_password_from_key", uidb36=account, key="set-password")
