"""How Django is set."""

from typing import Final

from django.conf import settings
from django.core import checks as django_checks
from django.core.checks import Tags

from backend.governance.asvs.checks import Weak, check

_RESTORE: Final = (
    "Install the release as it was shipped: it sets this, and nothing of the operator's does."
)
_APPLICATIONS: Final = frozenset(
    {
        *("django_linear_migrations", "auditlog", "csp", "django_structlog"),
        *(
            "allauth",
            "allauth.account",
            "allauth.mfa",
            "allauth.socialaccount",
            "allauth.usersessions",
        ),
        *("django.contrib.postgres", "django.contrib.admin.apps.SimpleAdminConfig"),
        *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"),
        *("django.contrib.messages", "django.contrib.staticfiles", "django.contrib.humanize"),
        "whitenoise.runserver_nostatic",
    }
)
_ELSEWHERE: Final = frozenset(
    {
        # nginx says it, and sends plain requests to the right address.
        "security.W004",
        "security.W008",
    }
)
_OWN: Final = {"'self'", "'none'", "data:"}


@check
def django_finds_nothing() -> str:
    """Django's own checks for deployment find nothing."""
    found = django_checks.run_checks(tags=[Tags.security], include_deployment_checks=True)
    told = sorted({str(one.id) for one in found} - _ELSEWHERE)
    if told:
        raise Weak(f"it finds {', '.join(told)}", todo=_RESTORE)
    return "nothing, but what nginx does"


@check
def debug_is_off() -> str:
    """There is no debug mode, and this is no demo."""
    if settings.DEBUG or any(one["OPTIONS"].get("debug") for one in settings.TEMPLATES):
        raise Weak("it is on", todo=_RESTORE)
    return "off"


@check
def applications_are_the_known_ones() -> str:
    """What is installed is on a list."""
    strange = [
        name
        for name in settings.INSTALLED_APPS
        if name not in _APPLICATIONS and not name.startswith("backend.")
    ]
    if strange:
        raise Weak(f"installed besides: {', '.join(strange)}", todo=_RESTORE)
    return f"{len(settings.INSTALLED_APPS)} applications"


@check
def pages_load_their_own_alone() -> str:
    """By their policy pages load and run nothing but what this host serves, nothing inline, nothing by eval."""
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    missing = {
        "default-src",
        "script-src",
        "frame-ancestors",
        "base-uri",
        "object-src",
    } - directives.keys()
    strange = [
        f"{name} {source}"
        for name, sources in directives.items()
        for source in map(str, sources)
        if source not in _OWN and "nonce" not in source.lower()
    ]
    if missing or strange or "csp.middleware.CSPMiddleware" not in settings.MIDDLEWARE:
        told = [*sorted(missing), *strange] or ["no middleware"]
        raise Weak(f"missing or too much: {', '.join(told)}", todo=_RESTORE)
    return f"{len(directives)} directives"
