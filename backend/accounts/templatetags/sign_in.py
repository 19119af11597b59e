"""What the sign-in pages offer, and must know of somebody's second factors."""

from typing import Any, TypedDict

from allauth.account.utils import get_next_redirect_url
from django import template
from django.http import HttpRequest

from backend.accounts import policy, sessions
from backend.accounts.models import User
from backend.accounts.sso import store

register = template.Library()


class Factors(TypedDict):
    key: bool
    app: bool
    codes_count: bool


@register.simple_tag
def factors_of(user: User) -> Factors:
    """What the user has, and whether codes of an app or for recovery let them in."""
    return Factors(
        key=policy.has_factor(user, [policy.KEY]),
        app=policy.has_factor(user, [policy.APP]),
        codes_count=not policy.has_stronger_factor(user),
    )


@register.simple_tag(takes_context=True)
def enrolment(context: dict[str, Any]) -> dict[str, bool]:
    """Which kinds may be set up, where the request's user must set one up now; else nothing."""
    request: HttpRequest = context["request"]
    asked = policy.of(request)
    user = request.user
    if not isinstance(user, User) or policy.counts(asked, sessions.second_factor(request, user)):
        return {}
    return {"key": True, "app": policy.APP in policy.kinds(asked)}


@register.simple_tag(takes_context=True)
def app_codes_count(context: dict[str, Any]) -> bool:
    return policy.APP in policy.kinds(policy.of(context["request"]))


@register.inclusion_tag("sso/buttons.html", takes_context=True)
def sign_in_buttons(context: dict[str, Any]) -> dict[str, Any]:
    """One for each enabled provider, each going on to where the visitor wanted to go."""
    request = context["request"]
    return {
        "providers": store.enabled_providers(),
        "alone": store.sso_only(),
        "next": get_next_redirect_url(request),
        "csrf_token": context["csrf_token"],
    }


@register.simple_tag
def passwords_are_for_emergencies() -> bool:
    return store.sso_only()
