"""Django's settings. Everything that differs between installations comes from `environment`."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from backend.config import audited
from backend.config.environment import ENVIRONMENT, Mode

BASE_DIR = Path(__file__).resolve().parents[2]
MODE = ENVIRONMENT.mode
PRODUCTION = MODE is Mode.PRODUCTION

if PRODUCTION:
    for name in ("database_ca_file", "broker_ca_file"):
        if getattr(ENVIRONMENT, name) is None:
            message = (
                f"PLUMBLINE_{name.upper()} is not set: connections must be encrypted and verified."
            )
            raise ImproperlyConfigured(message)

DEBUG = False
CLOCK_OFFSET = timedelta(seconds=ENVIRONMENT.clock_offset)
if PRODUCTION and CLOCK_OFFSET:
    message = "PLUMBLINE_CLOCK_OFFSET is for the demo alone."
    raise ImproperlyConfigured(message)
SECRETS_DIR = ENVIRONMENT.secrets_dir
SCRATCH_DIR = ENVIRONMENT.scratch_dir
TOMBSTONES_DIR = ENVIRONMENT.tombstones_dir
CERTIFICATES_DIR = ENVIRONMENT.certificates_dir
WORKER_HEARTBEAT = ENVIRONMENT.worker_heartbeat
AT_REST_DIR = ENVIRONMENT.at_rest_dir
SECRET_KEY = ENVIRONMENT.secret("django_secret_key").get_secret_value()
PUBLIC_URL = ENVIRONMENT.url.rstrip("/")
ALLOWED_HOSTS = [urlsplit(ENVIRONMENT.url).hostname or ""]
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.url]
ROOT_URLCONF = "backend.config.urls"
WSGI_APPLICATION = "backend.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"  # days before months

INSTALLED_APPS = [
    "backend.outbound",
    "backend.audit",
    "backend.tombstones",
    "backend.connections",
    "backend.people",
    "backend.accounts",
    "backend.delivery",
    "backend.sources",
    "backend.metrics",
    "backend.governance",
    "backend.appliance",
    "backend.pipeline",
    "backend.config",
    "django_linear_migrations",
    "auditlog",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "django_structlog",
    "django.contrib.postgres",
    # Its pages are registered where addresses lead to them: what serves none does not hold them in memory.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]
FIRST_PARTY_APPS = [app for app in INSTALLED_APPS if app.startswith("backend.")]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "backend.config.headers.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Before whatever asks the database who it is.
    "backend.appliance.middleware.MaintenanceMode",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "backend.audit.middleware.ActorMiddleware",
    # After the one above, so that what these record has an address.
    "backend.accounts.middleware.SessionLimits",
    "backend.accounts.middleware.SecondFactorRequired",
    "backend.accounts.middleware.AdministrationNetworks",
    "backend.accounts.middleware.WithoutCache",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "backend" / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "backend.appliance.maintenance.announced",
            ],
        },
    },
]


def _database() -> dict[str, Any]:
    options: dict[str, Any] = {
        "connect_timeout": 5,
        # Compiling a statement costs more than it gives at this size.
        "options": "-c jit=off -c statement_timeout=30s -c lock_timeout=10s"
        " -c idle_in_transaction_session_timeout=60s",
        "server_side_binding": True,
    }
    if ENVIRONMENT.database_ca_file:
        options |= {"sslmode": "verify-full", "sslrootcert": str(ENVIRONMENT.database_ca_file)}
    return {
        # So that a change and its record are one: what cannot be recorded does not happen.
        "ATOMIC_REQUESTS": True,
        "ENGINE": "django.db.backends.postgresql",
        "NAME": ENVIRONMENT.database_name,
        "USER": ENVIRONMENT.database_user,
        "PASSWORD": ENVIRONMENT.secret("database_password").get_secret_value(),
        "HOST": ENVIRONMENT.database_host,
        "PORT": ENVIRONMENT.database_port,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


DATABASES = {"default": _database()}


def _broker_url(database: int) -> str:
    scheme = "rediss" if ENVIRONMENT.broker_ca_file else "redis"
    password = quote(ENVIRONMENT.secret("broker_password").get_secret_value(), safe="")
    host = f"{ENVIRONMENT.broker_host}:{ENVIRONMENT.broker_port}"
    url = f"{scheme}://{quote(ENVIRONMENT.broker_user)}:{password}@{host}/{database}"
    if ENVIRONMENT.broker_ca_file:
        url += f"?ssl_cert_reqs=required&ssl_ca_certs={quote(str(ENVIRONMENT.broker_ca_file))}"
    return url


# What web's processes must know of each other for a short while: sign-in attempts, one-time codes used up.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _broker_url(1),
        "OPTIONS": {
            "serializer": "backend.config.cache.JsonSerializer",
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
        },
    }
}

# Sign-in, sessions, cookies
AUTH_USER_MODEL = "accounts.User"
SECURE_COOKIES = ENVIRONMENT.url.startswith("https://")
if PRODUCTION and not SECURE_COOKIES:
    message = "PLUMBLINE_URL must begin with https://."
    raise ImproperlyConfigured(message)
COOKIE_PREFIX = "__Host-" if SECURE_COOKIES else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# As OWASP ASVS 4.0.3, 3.3.2, wants it at level 2. The sign-in policy has the limits, and may only be stricter.
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
# Pages ask for this by themselves: it must not keep a session alive that nobody uses.
SESSION_PASSIVE_PATHS = {"/api/v1/status"}
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_SAMESITE = "Lax"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "backend.accounts.passwords.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "backend.accounts.passwords.MaximumLengthValidator"},
]
AUTHENTICATION_BACKENDS = ["backend.accounts.backends.PasswordBackend"]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "backend.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SESSION_REMEMBER = False
# An enrolment link is allauth's link for a new password, handed out by an owner instead of mailed.
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "backend.accounts.tokens.EnrolmentTokens"  # noqa: S105 - a class
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=24).total_seconds())
# nginx replaces X-Forwarded-For; without it nobody's word is taken.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if PRODUCTION else 0
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
SOCIALACCOUNT_ADAPTER = "backend.accounts.sso.adapter.SocialAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
MFA_ADAPTER = "backend.accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "backend.accounts.forms.AuthenticateForm",
    "reauthenticate": "backend.accounts.forms.ReauthenticateForm",
    "add_webauthn": "backend.accounts.forms.AddKeyForm",
    "edit_webauthn": "backend.accounts.forms.RenameKeyForm",
    "authenticate_webauthn": "backend.accounts.forms.KeyForm",
    "login_webauthn": "backend.accounts.forms.PasskeyForm",
    "reauthenticate_webauthn": "backend.accounts.forms.ReauthenticateKeyForm",
}
MFA_TOTP_ISSUER = "Plumbline"
MFA_TOTP_TOLERANCE = 1  # one step either way, for clocks that differ a little (RFC 6238, 5.2)
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = (
    True  # addresses are entered by administrators, never by whoever signs up
)

# Headers
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}

# Files that the appliance serves itself
FRONTEND_DIR = ENVIRONMENT.frontend_dir
DOCS_DIR = ENVIRONMENT.docs_dir
STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.static_root
STATICFILES_DIRS = [("app", ENVIRONMENT.frontend_dir)] if ENVIRONMENT.frontend_dir.is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Names there change with the content, so that a browser keeps them for good; packed ones lie beside them.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/app/assets/"
# They are for these pages alone; WhiteNoise opens them to every origin otherwise.
WHITENOISE_ALLOW_ALL_ORIGINS = False
# XML names its character set as well; of other texts it is added.
WHITENOISE_MIMETYPES = {".svg": "image/svg+xml; charset=utf-8"}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

RELEASE = ENVIRONMENT.release
SECURITY_CONTACT = ENVIRONMENT.security_contact

# The one way out
OUTBOUND_PROXY = ENVIRONMENT.proxy
EGRESS_LIST = ENVIRONMENT.egress_list

# Mail: of a server of the operator's, always by TLS. Only the worker has an address that it comes from, and a password.
EMAIL_BACKEND = "backend.outbound.mail.Backend"
EMAIL_HOST = ENVIRONMENT.mail_host
EMAIL_PORT = ENVIRONMENT.mail_port
EMAIL_USE_SSL = ENVIRONMENT.mail_port == 465  # noqa: PLR2004 - the port of RFC 8314
EMAIL_USE_TLS = not EMAIL_USE_SSL
EMAIL_HOST_USER = ENVIRONMENT.mail_user
EMAIL_HOST_PASSWORD = (
    ENVIRONMENT.secret("mail_password").get_secret_value() if ENVIRONMENT.mail_user else ""
)
EMAIL_TIMEOUT = 20
MAIL_CA_FILE = ENVIRONMENT.mail_ca_file
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.mail_from

# The record of important acts
AUDITLOG_LOGENTRY_MODEL = "audit.Event"
AUDITLOG_CID_HEADER = None  # a caller's own number would stand in the record
MIGRATION_MODULES = {"auditlog": None}  # its own table is not used, so it is not made
AUDITLOG_DISABLE_REMOTE_ADDR = False
AUDIT_KEPT = timedelta(days=ENVIRONMENT.audit_days)
AUDIT_HEADS_DIR = ENVIRONMENT.audit_heads_dir
AUDIT_SYSLOG_HOST = ENVIRONMENT.syslog_host
AUDIT_SYSLOG_PORT = ENVIRONMENT.syslog_port
AUDIT_SYSLOG_CA_FILE = ENVIRONMENT.syslog_ca_file
AUDITLOG_INCLUDE_TRACKING_MODELS = audited.TRACKED
AUDITLOG_MASK_CALLABLE = "backend.audit.names.masked"
AUDIT_GOVERNED = audited.GOVERNED
AUDIT_SUBJECTS = audited.SUBJECTS

# What erasures tell of backups
BACKUPS_KEPT = timedelta(days=ENVIRONMENT.backups_kept_days)

# Background work: the broker is a bell, Postgres is the truth
CELERY = {
    "broker_url": _broker_url(0),
    "task_ignore_result": True,
    "task_default_queue": "default",
    "task_acks_late": False,
    "worker_prefetch_multiplier": 1,
    "worker_hijack_root_logger": False,
    "broker_connection_retry_on_startup": True,
    "broker_transport_options": {
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "max_retries": 1,
    },
}

# Logs: one id finds a request's lines at nginx, web and worker. Who it was tells nginx's line, by its address, and the
# audit log, by name.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = PRODUCTION  # nginx replaces the header
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = ""
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = logging.DEBUG
LOGGING_CONFIG = "backend.config.logs.configure"
LOGGING: dict[str, Any] = {
    "version": 1
}  # Django calls LOGGING_CONFIG only where this is not empty.
