"""Who may do what: rules at every operation, forgery, and the administration."""

from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from ninja.operation import Operation, PathView

from backend.governance.asvs.checks import RESTORE, Weak, check

_RULES: Final = "backend.api."
_KNOWN_BY_OTHER_MEANS: Final = {
    # By a signature over the body, a token, or what an identity provider signed.
    "github-webhook",
    "jira-webhook",
    "jira-webhook-unsigned",
    "sso_acs",
}
_SECRETS: Final = ("token", "secret", "password", "session", "api_key", "apikey")
_ORDER: Final = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backend.accounts.middleware.SessionLimits",
    "backend.accounts.middleware.SecondFactorRequired",
    "backend.accounts.middleware.AdministrationNetworks",
)


def patterns(
    resolver: URLResolver | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every address with its view."""
    for one in (resolver or get_resolver()).url_patterns:
        path = f"{prefix}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from patterns(one, path)
        else:
            yield path, one


def operations() -> Iterator[tuple[str, Operation]]:
    """Every operation of the API."""
    for path, pattern in patterns():
        view = getattr(pattern.callback, "__self__", None) or _closed_over(pattern.callback)
        if isinstance(view, PathView):
            for operation in view.operations:
                yield f"{'/'.join(operation.methods)} /{path}", operation


def _closed_over(callback: object) -> PathView | None:
    """The API hands Django a function that has the view in its closure."""
    for cell in getattr(callback, "__closure__", None) or ():
        if isinstance(cell.cell_contents, PathView):
            return cell.cell_contents
    return None


@check
def every_operation_has_a_rule() -> str:
    """Every operation of the API says who may call it, by a rule of the product's."""
    found = list(operations())
    without = [
        name
        for name, operation in found
        if not operation.auth_callbacks
        or not all(type(one).__module__.startswith(_RULES) for one in operation.auth_callbacks)
    ]
    if without or not found:
        raise Weak(
            f"without one: {', '.join(without[:5]) or 'no operation was found'}", todo=RESTORE
        )
    return f"{len(found)} operations"


@check
def forgery_is_refused() -> str:
    """Unsafe requests by session need a token; what is exempt takes no session."""
    if "django.middleware.csrf.CsrfViewMiddleware" not in settings.MIDDLEWARE:
        raise Weak("nothing asks for the token", todo=RESTORE)
    exempt = {
        str(pattern.name or path)
        for path, pattern in patterns()
        if getattr(pattern.callback, "csrf_exempt", False)
        and _closed_over(pattern.callback) is None
        and not path.startswith("scim/v2/")
    }
    if strange := exempt - _KNOWN_BY_OTHER_MEANS:
        raise Weak(f"exempt besides: {', '.join(sorted(strange))}", todo=RESTORE)
    by_session = [
        name
        for name, operation in operations()
        for one in operation.auth_callbacks
        if hasattr(one, "csrf") and not one.csrf
    ]
    if by_session:
        raise Weak(f"without a token: {', '.join(by_session[:5])}", todo=RESTORE)
    return f"{len(exempt)} addresses are known by signatures instead"


@check
def administration_asks_for_the_second_factor() -> str:
    """Every page is behind the session's limits, the second factor and the networks, in that order."""
    places = [
        settings.MIDDLEWARE.index(name) if name in settings.MIDDLEWARE else -1 for name in _ORDER
    ]
    if -1 in places or places != sorted(places):
        missing = [
            name.rpartition(".")[2] for name, at in zip(_ORDER, places, strict=True) if at < 0
        ]
        raise Weak(f"missing or out of order: {', '.join(missing) or 'their order'}", todo=RESTORE)
    return "before every page of it"
