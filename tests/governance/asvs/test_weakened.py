"""Settings weakened, one at a time: each turns red exactly the requirements that name it.

What is inside is weakened as it is: a setting, a grant, a row, a trigger. What only the host sees is weakened in what
the host sees, and judged by the host's own code. Which requirements go red is written down here, and nowhere derived.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings as django_settings
from django.db import connection
from host.asvs import isolation, refusals, standing
from host.asvs.findings import Finding
from host.facts import Clock

from backend import clock
from backend.accounts.models import SignInPolicy
from backend.audit.triggers import declared
from backend.governance.asvs import looks
from backend.governance.asvs.catalogue import Source, claims
from backend.governance.asvs.judging import Word, judge
from backend.governance.asvs.proving import outcomes
from backend.inventory import TABLES
from backend.outbound import trust
from tests.governance.asvs.looked import RELEASE, a_look
from tests.host.asvs import test_door, test_isolation
from tests.host.asvs.answering import door
from tests.host.asvs.running import appliance
from tests.host.asvs.test_standing import strangers
from tests.roles import make_roles

pytestmark = pytest.mark.django_db
WITHOUT_TLS: Final = "links.database_is_verified"
"""The tests' own Postgres is reached by a socket."""


@pytest.fixture(autouse=True)
def _shipped(settings: Any, tmp_path: Path) -> None:
    """As an appliance has it, where tests have it otherwise."""
    settings.RELEASE = RELEASE
    settings.ALLOWED_HOSTS = ["plumbline.example"]
    settings.OUTBOUND_PROXY = "http://egress:3128"
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "page.js").touch()
    broker = "rediss://worker:x@valkey:6379/0?ssl_cert_reqs=required&ssl_ca_certs=/run/secrets/ca"
    settings.CELERY = {**settings.CELERY, "broker_url": broker}
    cache = settings.CACHES["default"]
    settings.CACHES = {"default": {**cache, "LOCATION": broker.replace("/0?", "/1?")}}
    make_roles()


@dataclass
class Hands:
    """What weakens."""

    settings: Any
    monkeypatch: pytest.MonkeyPatch

    def set(self, **values: object) -> None:
        for name, value in values.items():
            setattr(self.settings, name, value)

    def without_middleware(self, name: str) -> None:
        self.set(MIDDLEWARE=[one for one in self.settings.MIDDLEWARE if not one.endswith(name)])

    def sql(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    def policy(self, **values: object) -> None:
        """Past the bounds that the database keeps."""
        self.sql("ALTER TABLE accounts_signinpolicy DISABLE TRIGGER USER")
        SignInPolicy.objects.create(**values)

    def validators(self, *without: str, **more: object) -> None:
        kept = [
            one
            for one in self.settings.AUTH_PASSWORD_VALIDATORS
            if not one["NAME"].endswith(without)
        ]
        self.set(AUTH_PASSWORD_VALIDATORS=[*kept, *([more] if more else [])])

    def directive(self, name: str, *values: str) -> None:
        directives = {**self.settings.CONTENT_SECURITY_POLICY["DIRECTIVES"], name: list(values)}
        self.set(CONTENT_SECURITY_POLICY={"DIRECTIVES": directives})


Weaken = Callable[[Hands], object]
INSIDE: Final[dict[str, tuple[Weaken, set[str]]]] = {
    "debug": (lambda to: to.set(DEBUG=True), set()),
    "second-factor-for-some": (lambda to: to.policy(second_factor_for_all=False), set()),
    "no-second-factor": (lambda to: to.without_middleware("SecondFactorRequired"), set()),
    "second-factor-by-sms": (lambda to: to.set(MFA_SUPPORTED_TYPES=["totp", "webauthn", "recovery_codes", "sms"]), set()),
    "no-security-keys": (lambda to: to.set(MFA_PASSKEY_LOGIN_ENABLED=False), set()),
    "codes-for-an-hour": (lambda to: to.set(MFA_TOTP_TOLERANCE=120), set()),
    "short-passwords": (
        lambda to: to.validators("MinimumLengthValidator"),
        set(),
    ),
    "common-passwords": (lambda to: to.validators("CommonPasswordValidator"), set()),
    "endless-passwords": (lambda to: to.validators("MaximumLengthValidator"), set()),
    "kinds-of-characters": (
        lambda to: to.validators(NAME="django.contrib.auth.password_validation.NumericPasswordValidator"),
        set(),
    ),
    "bcrypt-as-well": (
        lambda to: to.set(PASSWORD_HASHERS=[*to.settings.PASSWORD_HASHERS, "django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]),
        set(),
    ),
    "passwords-by-md5": (lambda to: to.set(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]), set()),
    "codes-by-mail": (lambda to: to.set(ACCOUNT_LOGIN_BY_CODE_ENABLED=True), set()),
    "another-backend": (lambda to: to.set(AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend"]), set()),
    "guessing": (lambda to: to.set(ACCOUNT_RATE_LIMITS=False), set()),
    "sessions-for-a-month": (lambda to: to.set(SESSION_COOKIE_AGE=30 * 24 * 3600), set()),
    "no-session-limits": (lambda to: to.without_middleware("SessionLimits"), set()),
    "sessions-in-cookies": (
        lambda to: to.set(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies"),
        set(),
    ),
    "cookie-without-secure": (lambda to: to.set(SESSION_COOKIE_SECURE=False), set()),
    "cookie-for-scripts": (lambda to: to.set(SESSION_COOKIE_HTTPONLY=False), set()),
    "cookie-for-other-sites": (lambda to: to.set(SESSION_COOKIE_SAMESITE="None"), set()),
    "no-token-against-forgery": (lambda to: to.without_middleware("CsrfViewMiddleware"), set()),
    "inline-scripts": (lambda to: to.directive("script-src", "'self'", "'unsafe-inline'"), set()),
    "framed": (lambda to: to.directive("frame-ancestors", "*"), set()),
    "unescaped": (
        lambda to: to.set(TEMPLATES=[{**one, "OPTIONS": {**one["OPTIONS"], "autoescape": False}} for one in to.settings.TEMPLATES]),
        set(),
    ),
    "pickled-sessions": (
        lambda to: to.set(SESSION_SERIALIZER="django.contrib.sessions.serializers.PickleSerializer"),
        set(),
    ),
    "files-on-disk": (
        lambda to: to.set(STORAGES={**to.settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}),
        set(),
    ),
    "any-host": (lambda to: to.set(ALLOWED_HOSTS=["*"]), set()),
    "another-application": (lambda to: to.set(INSTALLED_APPS=[*to.settings.INSTALLED_APPS, "django.contrib.admindocs"]), set()),
    "broker-unverified": (
        lambda to: to.set(CELERY={**to.settings.CELERY, "broker_url": "redis://worker:x@valkey:6379/0"}),
        set(),
    ),
    "outside-unverified": (
        lambda to: to.monkeypatch.setattr(trust.ssl, "create_default_context", trust.ssl._create_unverified_context),
        set(),
    ),
    "extra-grant": (lambda to: to.sql("GRANT SELECT ON django_session TO worker"), set()),
    "log-may-be-changed": (lambda to: to.sql("GRANT UPDATE ON audit_event TO web"), set()),
    "trigger-off": (
        lambda to: to.sql(f"ALTER TABLE accounts_user DISABLE TRIGGER {next(one.name for one in declared() if one.table == 'accounts_user')}"),
        set(),
    ),
    "column-without-class": (lambda to: to.monkeypatch.delitem(TABLES, "people.person"), set()),
    "local-time": (lambda to: to.set(TIME_ZONE="Europe/Berlin"), set()),
}  # fmt: skip
SEEN: Final[dict[str, tuple[Callable[[], list[Finding]], set[str]]]] = {
    **{
        name: (lambda name=name: refusals.judge(test_door.CASES[name][0](door())), set())
        for name in (
            *("tls-1.1", "weak-cipher", "expired", "served-plainly", "no-hsts", "sniffed"),
            *("evaluated", "frames", "referrer", "camera", "every-origin", "server-s-version"),
            *("kept-page", "trace", "file", "open-api", "open-admin", "believed-host"),
            *("large-body", "fault", "traversed", "no-character-set"),
        )
    },
    **{
        name: (lambda name=name: isolation.judge(_ran(name)), set())
        for name in (
            *("root", "a-capability", "new-privileges", "writable-root", "no-memory-limit"),
            *("engine-s-socket", "a-port", "open-network", "secret-by-name"),
        )
    },
    "secret-for-everybody": (lambda: [standing.files(["/keys/web/django_secret_key"])], set()),
    "a-default-password": (lambda: [strangers(database_without_password="let in")], set()),
    "clock-astray": (lambda: [standing.clock(Clock(synchronised=False, source=""))], set()),
}  # fmt: skip


def _ran(name: str) -> Any:
    seen = appliance()
    return test_isolation.CASES[name][0](seen) or seen


def red() -> set[str]:
    found = outcomes(claims().values())
    return {
        about
        for about, claim in claims().items()
        if judge(claim, found, on=clock.now().date()).word is Word.FAIL
    }


def never_green_here() -> set[str]:
    return {
        about
        for about, claim in claims().items()
        if any(proof.name == WITHOUT_TLS for proof in claim.proofs)
    }


def test_as_it_is_shipped_nothing_is_red() -> None:
    looks.note(a_look())
    assert red() == never_green_here()


@pytest.mark.parametrize("name", INSIDE)
def test_what_is_weakened_inside_turns_red_what_names_it(
    name: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    weaken, expected = INSIDE[name]
    looks.note(a_look())
    weaken(Hands(settings, monkeypatch))
    assert red() - never_green_here() == expected - never_green_here()


@pytest.mark.parametrize("name", SEEN)
def test_what_the_host_sees_weakened_turns_red_what_names_it(name: str) -> None:
    look, expected = SEEN[name]
    amiss = {one.name: one for one in look() if not one.is_good}
    assert amiss
    told = a_look()
    findings = [
        looks.Finding(**amiss[one.name]._asdict()) if one.name in amiss else one
        for one in told.findings
    ]
    looks.note(told.model_copy(update={"findings": findings}))
    assert red() - never_green_here() == expected - never_green_here()


def test_each_of_them_turns_something_red() -> None:
    assert len(INSIDE) + len(SEEN) >= 30
    assert all(expected for _, expected in (*INSIDE.values(), *SEEN.values()))
    assert django_settings.DEBUG is False
    assert {proof.source for claim in claims().values() for proof in claim.proofs} == set(Source)
