"""Settings weakened, one at a time: each turns red exactly the requirements that name it.

What is inside is weakened as it is: a setting, a grant, a row, a trigger. What only the host sees is weakened in what
the host sees, and judged by the host's own code. Which requirements go red is written down here, and nowhere derived.
"""

import ssl
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from django.db import connection
from host.asvs import isolation, refusals, standing
from host.asvs.findings import Finding
from host.facts import Clock

from backend import clock
from backend.accounts.models import SignInPolicy
from backend.audit.triggers import declared
from backend.governance.asvs import looks
from backend.governance.asvs.catalogue import Met, claims
from backend.governance.asvs.checks import CHECKS
from backend.governance.asvs.judging import Word, judge
from backend.governance.asvs.proving import outcomes
from backend.inventory import TABLES
from tests.governance.asvs.looked import RELEASE, a_look
from tests.host.asvs import test_door, test_isolation
from tests.host.asvs.answering import door
from tests.host.asvs.running import appliance
from tests.host.asvs.test_standing import strangers
from tests.roles import make_roles

pytestmark = pytest.mark.django_db
RED: Final = tomllib.loads((Path(__file__).parents[2] / "golden/asvs_weakened.toml").read_text())
"""By what is weakened, the requirements that go red."""
BY_SOCKET: Final = "links.database_is_verified"
"""The tests' own Postgres is reached by a socket, so that this one is never good here; see test_links.py."""


@pytest.fixture(autouse=True)
def _shipped(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an appliance has it, where tests have it otherwise."""
    settings.RELEASE = RELEASE
    settings.ALLOWED_HOSTS = ["plumbline.example"]
    settings.OUTBOUND_PROXY = "http://egress:3128"
    settings.EMAIL_BACKEND = "backend.outbound.mail.Backend"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    (tmp_path / "static/page.js").touch()
    (tmp_path / "ca.pem").touch()
    asked = f"?ssl_cert_reqs=required&ssl_ca_certs={tmp_path}/ca.pem"
    settings.CELERY = {**settings.CELERY, "broker_url": f"rediss://worker:x@valkey:6379/0{asked}"}
    cache = {**settings.CACHES["default"], "LOCATION": f"rediss://worker:x@valkey:6379/1{asked}"}
    settings.CACHES = {"default": cache}
    monkeypatch.setitem(CHECKS, BY_SOCKET, lambda: "by a socket")
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
        SignInPolicy.objects.create(**values)

    def more(self, name: str, *values: object) -> None:
        self.set(**{name: [*getattr(self.settings, name), *values]})

    def validators(self, without: str) -> None:
        known = self.settings.AUTH_PASSWORD_VALIDATORS
        self.set(
            AUTH_PASSWORD_VALIDATORS=[one for one in known if not one["NAME"].endswith(without)]
        )

    def unescaped(self) -> None:
        (one,) = self.settings.TEMPLATES
        self.set(TEMPLATES=[{**one, "OPTIONS": {**one["OPTIONS"], "autoescape": False}}])

    def stored(self, backend: str) -> None:
        self.set(STORAGES={**self.settings.STORAGES, "default": {"BACKEND": backend}})

    def broker(self, url: str) -> None:
        self.set(CELERY={**self.settings.CELERY, "broker_url": url})

    def unverified(self) -> None:
        made = ssl._create_unverified_context
        self.monkeypatch.setattr(ssl, "create_default_context", made)

    def unclassed(self, label: str) -> None:
        """As if somebody had forgotten a column."""
        table = replace(TABLES[label], operational="")
        assert table != TABLES[label]
        self.monkeypatch.setitem(TABLES, label, table)

    def directive(self, name: str, *values: str) -> None:
        directives = {**self.settings.CONTENT_SECURITY_POLICY["DIRECTIVES"], name: list(values)}
        self.set(CONTENT_SECURITY_POLICY={"DIRECTIVES": directives})


Weaken = Callable[[Hands], object]
_AUTH: Final = "django.contrib.auth."
_HASHERS: Final = f"{_AUTH}hashers."
_SESSIONS: Final = "django.contrib.sessions."
INSIDE: Final[dict[str, Weaken]] = {
    "debug": lambda to: to.set(DEBUG=True),
    "second-factor-for-some": lambda to: to.policy(second_factor_for_all=False),
    "no-second-factor": lambda to: to.without_middleware("SecondFactorRequired"),
    "second-factor-by-sms": lambda to: to.more("MFA_SUPPORTED_TYPES", "sms"),
    "no-security-keys": lambda to: to.set(MFA_PASSKEY_LOGIN_ENABLED=False),
    "codes-for-an-hour": lambda to: to.set(MFA_TOTP_TOLERANCE=120),
    "short-passwords": lambda to: to.validators("MinimumLengthValidator"),
    "common-passwords": lambda to: to.validators("CommonPasswordValidator"),
    "endless-passwords": lambda to: to.validators("MaximumLengthValidator"),
    "kinds-of-characters": lambda to: to.more(
        "AUTH_PASSWORD_VALIDATORS",
        {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    ),
    "bcrypt-as-well": lambda to: to.more(
        "PASSWORD_HASHERS", f"{_HASHERS}BCryptSHA256PasswordHasher"
    ),
    "passwords-by-md5": lambda to: to.set(PASSWORD_HASHERS=[f"{_HASHERS}MD5PasswordHasher"]),
    "codes-by-mail": lambda to: to.set(ACCOUNT_LOGIN_BY_CODE_ENABLED=True),
    "another-backend": lambda to: to.more(
        "AUTHENTICATION_BACKENDS", f"{_AUTH}backends.ModelBackend"
    ),
    "guessing": lambda to: to.set(ACCOUNT_RATE_LIMITS=False),
    "sessions-for-a-month": lambda to: to.set(SESSION_COOKIE_AGE=30 * 24 * 3600),
    "no-session-limits": lambda to: to.without_middleware("SessionLimits"),
    "sessions-in-cookies": lambda to: to.set(SESSION_ENGINE=f"{_SESSIONS}backends.signed_cookies"),
    "cookie-without-secure": lambda to: to.set(SESSION_COOKIE_SECURE=False),
    "cookie-for-scripts": lambda to: to.set(SESSION_COOKIE_HTTPONLY=False),
    "cookie-for-other-sites": lambda to: to.set(SESSION_COOKIE_SAMESITE="None"),
    "cookie-by-another-name": lambda to: to.set(SESSION_COOKIE_NAME="sessionid"),
    "no-token-against-forgery": lambda to: to.without_middleware("CsrfViewMiddleware"),
    "inline-scripts": lambda to: to.directive("script-src", "'self'", "'unsafe-inline'"),
    "framed": lambda to: to.directive("frame-ancestors", "*"),
    "unescaped": lambda to: to.unescaped(),
    "pickled-sessions": lambda to: to.set(
        SESSION_SERIALIZER=f"{_SESSIONS}serializers.PickleSerializer"
    ),
    "files-on-disk": lambda to: to.stored("django.core.files.storage.FileSystemStorage"),
    "any-host": lambda to: to.set(ALLOWED_HOSTS=["*"]),
    "another-application": lambda to: to.more("INSTALLED_APPS", "django.contrib.admindocs"),
    "broker-in-plain-text": lambda to: to.broker("redis://worker:x@valkey:6379/0"),
    "mail-by-another-way": lambda to: to.set(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend"
    ),
    "past-the-proxy": lambda to: to.set(OUTBOUND_PROXY=""),
    "outside-unverified": lambda to: to.unverified(),
    "extra-grant": lambda to: to.sql("GRANT SELECT ON django_session TO worker"),
    "log-may-be-changed": lambda to: to.sql("GRANT UPDATE ON audit_event TO web"),
    "trigger-off": lambda to: to.sql(f"ALTER TABLE accounts_user DISABLE TRIGGER {_trigger()}"),
    "column-without-class": lambda to: to.unclassed("people.organisation"),
    "local-time": lambda to: to.set(TIME_ZONE="Europe/Berlin"),
}
SEEN: Final[dict[str, Callable[[], list[Finding]]]] = {
    **{
        name: partial(lambda name: refusals.judge(test_door.CASES[name][0](door())), name)
        for name in (
            *("tls-1.1", "weak-cipher", "expired", "served-plainly", "no-hsts", "sniffed"),
            *("evaluated", "frames", "referrer", "camera", "every-origin", "server-s-version"),
            *("kept-page", "trace", "file", "open-api", "open-admin", "believed-host"),
            *("large-body", "fault", "traversed", "no-character-set"),
        )
    },
    **{
        name: partial(lambda name: isolation.judge(_ran(name)), name)
        for name in (
            *("root", "a-capability", "new-privileges", "writable-root", "no-memory-limit"),
            *("engine-s-socket", "a-port", "open-network", "secret-by-name"),
        )
    },
    "secret-for-everybody": lambda: [standing.files(["/keys/web/django_secret_key"])],
    "a-default-password": lambda: [strangers(database_without_password="let in")],
    "clock-astray": lambda: [standing.clock(Clock(synchronised=False, source=""))],
}


def _trigger() -> str:
    return next(one.name for one in declared() if one.table == "accounts_user")


def _ran(name: str) -> Any:
    seen = appliance()
    return test_isolation.CASES[name][0](seen) or seen


def red() -> set[str]:
    found = outcomes(claims().values())
    return {
        about
        for about, claim in claims().items()
        if claim.met is not Met.NOT_MET
        and judge(claim, found, on=clock.now().date()).word is Word.FAIL
    }


def test_as_it_is_shipped_nothing_is_red() -> None:
    looks.note(a_look())
    assert red() == set()


@pytest.mark.parametrize("name", INSIDE)
def test_what_is_weakened_inside_turns_red_what_names_it(
    name: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks.note(a_look())
    INSIDE[name](Hands(settings, monkeypatch))
    assert red() == set(RED[name])


@pytest.mark.parametrize("name", SEEN)
def test_what_the_host_sees_weakened_turns_red_what_names_it(name: str) -> None:
    amiss = {one.name: one for one in SEEN[name]() if not one.is_good}
    assert amiss
    told = a_look()
    findings = [
        looks.Finding(**amiss[one.name]._asdict()) if one.name in amiss else one
        for one in told.findings
    ]
    looks.note(told.model_copy(update={"findings": findings}))
    assert red() == set(RED[name])


def test_each_of_them_turns_something_red() -> None:
    assert RED.keys() == INSIDE.keys() | SEEN.keys()
    assert len(RED) >= 30
    assert all(RED.values())
