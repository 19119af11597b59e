"""How the application itself is set: what is loaded, served and switched on."""

from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.core.checks import Tags, run_checks
from django.db import models
from django.urls import get_resolver

from backend.governance.asvs.checks import RESTORE, Weak, check
from backend.inventory.terms import DataClass

APPS: Final = frozenset(
    {
        *("django_linear_migrations", "auditlog", "csp", "django_structlog"),
        *("allauth", "allauth.account", "allauth.mfa", "allauth.socialaccount"),
        "allauth.usersessions",
        *("django.contrib.postgres", "django.contrib.admin.apps.SimpleAdminConfig"),
        *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"),
        *("django.contrib.messages", "django.contrib.staticfiles", "django.contrib.humanize"),
        "whitenoise.runserver_nostatic",
    }
)
"""Of others. None of them is a demonstration, a debugger, or serves GraphQL or SOAP."""
ADDRESSES: Final = (
    *("healthz", "readyz", "metrics", "api/v1/", "hooks/github/<slug:slug>"),
    *("hooks/jira/<slug:slug>", "hooks/jira/<slug:slug>/<slug:secret>", "scim/v2/", "admin/"),
    *("accounts/", ".well-known/security.txt", "docs/", "docs/<slug:name>.md"),
    *("docs/security/<slug:name>.md", "docs/pictures/<slug:name>.png"),
    r"^(?!(?:\.well-known|accounts|admin|api|demo|docs|hooks|metrics|scim|static)(?:/|$)).*$",
)
GUARDS: Final = (
    *("django.middleware.security.SecurityMiddleware", "backend.config.headers.SecurityHeaders"),
    "csp.middleware.CSPMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "backend.audit.middleware.ActorMiddleware",
    "backend.accounts.middleware.SessionLimits",
    "backend.accounts.middleware.SecondFactorRequired",
    "backend.accounts.middleware.AdministrationNetworks",
)
"""In this order, whatever stands between them."""
STATIC_KINDS: Final = frozenset(
    {".css", ".js", ".svg", ".png", ".ico", ".ttf", ".woff2", ".html", ".gz", ".br", ".txt", ".md"}
)
_LICENCES: Final = frozenset({"LICENSE"})
ELSEWHERE: Final = {
    "security.W004": "nginx sends Strict-Transport-Security",
    "security.W008": "nginx sends plain HTTP on to TLS",
}
"""What Django would do itself and another does."""


@check
def debug_is_off() -> str:
    """Debugging is off, in Django and in its templates."""
    on = [
        *(["DEBUG"] if settings.DEBUG else []),
        *("templates" for options in _templates() if options.get("debug")),
        *(["propagated exceptions"] if settings.DEBUG_PROPAGATE_EXCEPTIONS else []),
    ]
    if on:
        raise Weak(f"on: {', '.join(on)}", todo=RESTORE)
    return "off"


def _templates() -> list[dict[str, Any]]:
    """The options of each engine."""
    engines: list[Any] = settings.TEMPLATES
    return [one["OPTIONS"] for one in engines]


@check
def apps_are_the_known_ones() -> str:
    """Only the apps that the product needs are loaded."""
    others = {app for app in settings.INSTALLED_APPS if not app.startswith("backend.")}
    if more := others - APPS:
        raise Weak(f"loaded besides: {', '.join(sorted(more))}", todo=RESTORE)
    return f"{len(others)} of others, and {len(settings.INSTALLED_APPS) - len(others)} of ours"


@check
def addresses_are_the_known_ones() -> str:
    """Nothing is served but the known addresses: no demonstration, no debugger, no GraphQL, no SOAP."""
    found = [str(one.pattern) for one in get_resolver().url_patterns]
    if more := [one for one in found if one not in ADDRESSES]:
        raise Weak(f"served besides: {', '.join(one or '/' for one in more)}", todo=RESTORE)
    return f"{len(found)} addresses or groups of them, all known"


@check
def middleware_is_whole() -> str:
    """What guards every request is there, in its order, and nothing allows other origins."""
    found = [one for one in settings.MIDDLEWARE if one in GUARDS]
    if found != list(GUARDS):
        missing = [one for one in GUARDS if one not in found]
        raise Weak(f"missing or out of order: {', '.join(missing) or 'order'}", todo=RESTORE)
    return f"{len(GUARDS)} guards, in order"


@check
def django_finds_nothing_to_harden() -> str:
    """Django's own checks for deployment find nothing."""
    found = [
        f"{one.id} {one.msg}"
        for one in run_checks(tags=[Tags.security], include_deployment_checks=True)
        if one.id not in ELSEWHERE
    ]
    if found:
        raise Weak("; ".join(found), todo=RESTORE)
    return "nothing, but what nginx does: " + ", ".join(ELSEWHERE.values())


@check
def one_way_to_sign_in() -> str:
    """One backend knows passwords; allauth carries every sign-in, with a second factor."""
    backends = list(settings.AUTHENTICATION_BACKENDS)
    if backends != ["backend.accounts.backends.PasswordBackend"]:
        raise Weak(f"backends: {', '.join(backends)}", todo=RESTORE)
    if "allauth.mfa" not in settings.INSTALLED_APPS:
        raise Weak("second factors are not loaded", todo=RESTORE)
    return "one backend, and allauth"


@check
def one_host_is_served() -> str:
    """Requests for one name alone are answered."""
    hosts = settings.ALLOWED_HOSTS
    if len(hosts) != 1 or not hosts[0] or hosts[0].startswith((".", "*")):
        raise Weak(f"names that are answered to: {', '.join(hosts) or 'none'}", todo=RESTORE)
    return hosts[0]


@check
def serializers_are_json() -> str:
    """Messages, sessions and the cache are JSON; nothing is unpickled."""
    celery: dict[str, Any] = settings.CELERY
    cache: dict[str, Any] = settings.CACHES["default"]
    accepted = set(celery.get("accept_content", ["json"]))
    written = {celery.get("task_serializer", "json"), celery.get("result_serializer", "json")}
    if accepted | written != {"json"}:
        raise Weak(f"messages: {', '.join(sorted(accepted | written))}", todo=RESTORE)
    for name, serializer in (
        ("sessions", settings.SESSION_SERIALIZER),
        ("cache", cache.get("OPTIONS", {}).get("serializer", "pickle")),
    ):
        if "json" not in serializer.lower():
            raise Weak(f"{name}: {serializer}", todo=RESTORE)
    return "messages, sessions and cache in JSON"


@check
def templates_escape() -> str:
    """Templates escape what they show."""
    if any(options.get("autoescape", True) is not True for options in _templates()):
        raise Weak("escaping is off", todo=RESTORE)
    backends = {str(one["BACKEND"]) for one in settings.TEMPLATES}
    if backends != {"django.template.backends.django.DjangoTemplates"}:
        raise Weak(f"templates of {', '.join(sorted(backends))}", todo=RESTORE)
    return "Django's templates, escaping"


@check
def policy_of_pages_is_strict() -> str:
    """Pages load from the appliance alone, and run no inline code without a nonce."""
    policy: dict[str, Any] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    for name in ("default-src", "object-src", "base-uri"):
        if list(policy.get(name, [])) != ["'none'"]:
            raise Weak(f"{name} is not 'none'", todo=RESTORE)
    allowed = {"'self'", "'none'", "data:"}
    for name, values in policy.items():
        if name == "frame-ancestors":  # see below
            continue
        # The mark of a nonce is an object, each other value a text.
        others = [one for one in values if isinstance(one, str) and one not in allowed]
        if others or ("data:" in values and name != "img-src"):
            raise Weak(f"{name}: {' '.join(map(str, values))}", todo=RESTORE)
    return f"{len(policy)} directives; nothing of elsewhere, nothing unsafe"


@check
def pages_cannot_be_framed() -> str:
    """No other page can frame one of these."""
    policy: dict[str, Any] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    told = list(policy.get("frame-ancestors", []))
    if told != ["'none'"] or settings.X_FRAME_OPTIONS != "DENY":
        raise Weak(f"by {' '.join(map(str, told)) or 'anybody'}", todo=RESTORE)
    return "by nobody"


@check
def no_file_is_kept() -> str:
    """Nothing that people or systems send is kept as a file."""
    fields = [
        str(field)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.FileField | models.FilePathField)
    ]
    if fields:
        raise Weak(f"columns of files: {', '.join(fields)}", todo=RESTORE)
    storage = settings.STORAGES["default"]["BACKEND"]
    if storage != "django.core.files.storage.InMemoryStorage" or settings.MEDIA_ROOT:
        raise Weak(f"files would be kept by {storage} {settings.MEDIA_ROOT}", todo=RESTORE)
    return "no column of files, and no storage for them but memory"


@check
def static_files_are_of_known_kinds() -> str:
    """Static files are of few kinds; no source, map, copy or archive is among them."""
    root = Path(settings.STATIC_ROOT)
    files = [file for file in root.rglob("*") if file.is_file()]
    if not files:
        raise Weak("there are none to look at", todo=RESTORE)
    more = sorted(
        str(file.relative_to(root))
        for file in files
        if file.name.startswith(".")
        or (file.suffix not in STATIC_KINDS and file.name.partition(".")[0] not in _LICENCES)
    )
    if more:
        raise Weak(f"{len(more)} others, {', '.join(more[:5])}", todo=RESTORE)
    return f"{len(files)} files of {len({file.suffix for file in files})} kinds"


@check
def data_classes_are_the_known_ones() -> str:
    """Data are identifiers, personal, work metadata, secrets or operational: no health, no money."""
    known = {"identifier", "personal", "work metadata", "secret", "operational"}
    if more := {one.value for one in DataClass} - known:
        raise Weak(f"classes besides: {', '.join(sorted(more))}", todo=RESTORE)
    return f"{len(known)} classes"


@check
def nothing_of_ours_is_compiled() -> str:
    """The product's own code is Python and what browsers read; none of it is native."""
    native = {".so", ".c", ".h", ".cpp", ".pyx", ".rs", ".go", ".o", ".a"}
    files = [
        str(file.relative_to(settings.BASE_DIR))
        for file in (Path(settings.BASE_DIR) / "backend").rglob("*")
        if file.suffix in native
    ]
    if files:
        raise Weak(f"native: {', '.join(files[:5])}", todo=RESTORE)
    return "no native code"
