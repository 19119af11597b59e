"""What the sign-in page offers."""

from typing import Any

from allauth.account.utils import get_next_redirect_url
from django import template

from backend.accounts.sso import store

register = template.Library()


@register.inclusion_tag("sso/buttons.html", takes_context=True)
def sign_in_buttons(context: dict[str, Any]) -> dict[str, Any]:
    """One for each enabled provider, each going on to where the visitor wanted to go."""
    request = context["request"]
    return {
        "providers": store.enabled_providers(),
        "next": get_next_redirect_url(request),
        "csrf_token": context["csrf_token"],
    }


@register.simple_tag
def passwords_are_for_emergencies() -> bool:
    return store.sso_only()
