"""GitHub Apps: their keys, installations and tokens.

In a test::

    app = github.apps.create("plumbline", permissions={"metadata": "read", "pull_requests": "read"})
    pem = github.apps.add_key(app)                   # another one later; both are valid until apps.remove_key(app, pem)
    installation = github.apps.install(app, "forge")             # repositories={ids}: only these
    github.apps.grant(installation, checks="read", members=None) # what its owner allows from now on; None: withheld
    github.apps.suspend(installation)                # also unsuspend, uninstall
    github.apps.ahead += 3600                        # the server's clock, as far as tokens are concerned

A personal access token with chosen permissions is ``world.add_token("…", scopes=None, permissions={…})``.
"""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .deliveries import AppHook
from .permissions import LEVELS
from .records import Account, Organization
from .registry import Token
from .world import World

TOKEN_SECONDS = 3600
LONGEST_JWT = 600
LEEWAY = 60
"""Seconds by which GitHub lets clocks differ."""


class Refused(Exception):
    """A request that GitHub refuses, with its status and words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(slots=True, eq=False, kw_only=True)
class GitHubApp:
    """One App. Its private keys leave the server when they are made; only the public halves stay."""

    app_id: int
    slug: str
    name: str
    owner: Organization
    permissions: dict[str, str]
    events: list[str]
    created_at: int
    url: str = "https://plumbline.example"
    setup_url: str = ""
    description: str | None = None
    client_id: str = field(default_factory=lambda: f"Iv23{secrets.token_hex(8)}")
    client_secret: str = field(default_factory=lambda: secrets.token_hex(20))
    keys: dict[str, rsa.RSAPublicKey] = field(default_factory=dict)
    """By fingerprint."""
    hook: AppHook | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Installation:
    """An App in an organisation; ``repositories`` None: all, those to come as well."""

    installation_id: int
    app: GitHubApp
    owner: Organization
    permissions: dict[str, str]
    created_at: int
    repositories: set[int] | None = None
    suspended_at: int | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Manifested:
    """What a manifest's code is exchanged for, once."""

    app: GitHubApp
    expires_at: float
    hook_url: str


class Apps:
    """The Apps of one server. ``ahead`` moves its clock, in seconds."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ahead = 0.0
        self.apps: dict[int, GitHubApp] = {}
        self.installations: dict[int, Installation] = {}
        self.codes: dict[str, Manifested] = {}

    def now(self) -> float:
        return time.time() + self.ahead

    def create(
        self,
        name: str = "plumbline",
        *,
        owner: str = "",
        permissions: dict[str, str] | None = None,
        events: list[str] | None = None,
        **attributes: Any,
    ) -> GitHubApp:
        """A registered App without a key; by default it belongs to the first organisation and reads metadata."""
        app = GitHubApp(
            app_id=self.world.next_id("I"),
            slug=name.lower().replace(" ", "-"),
            name=name,
            owner=self._organization(owner),
            permissions={"metadata": "read"} if permissions is None else permissions,
            events=events or [],
            created_at=int(self.now()),
            **attributes,
        )
        self.apps[app.app_id] = app
        return app

    def _organization(self, login: str) -> Organization:
        if not login:
            return next(iter(self.world.organizations.values()))
        return self.world.organizations[login.lower()]

    def add_hook(self, app: GitHubApp, url: str, secret: str, *, base_url: str) -> AppHook:
        """Send the App's events from now on, signed with ``secret``."""
        app.hook = AppHook(self.world, url, secret, base_url, app=app, apps=self)
        return app.hook

    def add_key(self, app: GitHubApp) -> str:
        """A further key of an App: its PEM, as GitHub gives it for download."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        app.keys[fingerprint(key.public_key())] = key.public_key()
        return key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        ).decode()

    def remove_key(self, app: GitHubApp, pem: str) -> None:
        key = serialization.load_pem_private_key(pem.encode(), None).public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise TypeError("an App's key is an RSA key")
        del app.keys[fingerprint(key)]

    def authenticate(self, assertion: str) -> GitHubApp:
        """The App that signed a JSON web token. Raises Refused with what GitHub says of a wrong one."""
        try:
            claims = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.InvalidTokenError as error:
            raise Refused(401, "A JSON web token could not be decoded") from error
        issuer = str(claims.get("iss", ""))
        app = next(
            (one for one in self.apps.values() if issuer in (str(one.app_id), one.client_id)), None
        )
        if app is None:
            raise Refused(404, "Integration not found")
        if not any(_verifies(assertion, key) for key in app.keys.values()):
            raise Refused(401, "A JSON web token could not be decoded")
        self._check_times(claims.get("iat"), claims.get("exp"))
        return app

    def _check_times(self, issued: Any, expires: Any) -> None:
        now = self.now()
        if type(issued) is not int or issued > now + LEEWAY:
            words = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
            raise Refused(401, words)
        if not isinstance(expires, int | float) or expires < now:
            words = (
                "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the "
                "assertion expires"
            )
            raise Refused(401, words)
        if expires > now + LONGEST_JWT or expires - issued > LONGEST_JWT + LEEWAY:
            raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")

    # -- installations and their tokens ------------------------------------------------------------------------

    def install(
        self, app: GitHubApp, owner: str = "", *, repositories: set[int] | None = None
    ) -> Installation:
        """Put an App into an organisation, with all that it asks for."""
        found = Installation(
            installation_id=self.world.next_id("IN"),
            app=app,
            owner=self._organization(owner) if owner else app.owner,
            permissions=dict(app.permissions),
            created_at=int(self.now()),
            repositories=repositories,
        )
        self.installations[found.installation_id] = found
        self._tell(found, "created")
        return found

    def grant(self, installation: Installation, **permissions: str | None) -> None:
        """Change what the installation may; None takes a permission away."""
        for name, level in permissions.items():
            if level is None:
                installation.permissions.pop(name, None)
            else:
                installation.permissions[name] = level
        self._tell(installation, "new_permissions_accepted")

    def suspend(self, installation: Installation) -> None:
        installation.suspended_at = int(self.now())
        self._tell(installation, "suspend")

    def unsuspend(self, installation: Installation) -> None:
        installation.suspended_at = None
        self._tell(installation, "unsuspend")

    def uninstall(self, installation: Installation) -> None:
        installation.removed = True
        del self.installations[installation.installation_id]
        self._tell(installation, "deleted")

    def _tell(self, installation: Installation, action: str) -> None:
        if installation.app.hook is not None:
            installation.app.hook.on_installation(installation, action)

    def installation_of(self, app: GitHubApp, number: int) -> Installation:
        found = self.installations.get(number)
        if found is None or found.app is not app:
            raise Refused(404, "Not Found")
        return found

    def issue_token(
        self,
        installation: Installation,
        *,
        permissions: dict[str, str] | None = None,
        repositories: set[int] | None = None,
    ) -> Token:
        """An installation's token for an hour, narrowed where asked for."""
        if installation.suspended_at is not None:
            raise Refused(403, "This installation has been suspended")
        granted = installation.permissions
        if any(
            not _includes(granted.get(name), level) for name, level in (permissions or {}).items()
        ):
            raise Refused(422, "The permissions requested are not granted to this installation.")
        allowed = installation.repositories
        if repositories is not None and allowed is not None and not repositories <= allowed:
            raise Refused(
                422, "There is at least one repository that does not exist or is not accessible."
            )
        return self.world.add_token(
            f"ghs_{secrets.token_hex(18)}",
            account=self._bot(installation.app),
            scopes=None,
            repositories=repositories,
            permissions=permissions,
            installation=installation,
            expires_at=int(self.now()) + TOKEN_SECONDS,
        )

    def _bot(self, app: GitHubApp) -> Account:
        return Account(database_id=app.app_id, login=app.slug, kind="Bot", name=app.name)

    # -- the manifest ------------------------------------------------------------------------------------------

    def take_manifest(self, owner: str, manifest: dict[str, Any]) -> str:
        """Register what a manifest describes; the code that it can be fetched with once, within an hour."""
        if owner.lower() not in self.world.organizations:
            raise Refused(404, "Not Found")
        app = self.create(
            manifest["name"],
            owner=owner,
            permissions={"metadata": "read"} | manifest.get("default_permissions", {}),
            events=list(manifest.get("default_events", ())),
            url=manifest["url"],
            setup_url=manifest.get("setup_url", ""),
            description=manifest.get("description"),
        )
        code = secrets.token_hex(20)
        hook = manifest.get("hook_attributes") or {}
        self.codes[code] = Manifested(app, self.now() + TOKEN_SECONDS, hook.get("url", ""))
        return code

    def convert(self, code: str, *, base_url: str) -> GitHubApp:
        """The App of a manifest's code, which is used up by that. Its webhook begins to send."""
        found = self.codes.pop(code, None)
        if found is None or self.now() > found.expires_at:
            raise Refused(404, "Not Found")
        if found.hook_url:
            self.add_hook(found.app, found.hook_url, secrets.token_hex(20), base_url=base_url)
        return found.app


def fingerprint(key: rsa.RSAPublicKey) -> str:
    """As GitHub shows it beside each key."""
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"SHA256:{base64.b64encode(hashlib.sha256(der).digest()).decode()}"


def _verifies(assertion: str, key: rsa.RSAPublicKey) -> bool:
    options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    try:
        jwt.decode(assertion, key, algorithms=["RS256"], options=options)
    except jwt.InvalidTokenError:
        return False
    return True


def _includes(granted: str | None, wanted: str) -> bool:
    if granted is None or wanted not in LEVELS:
        return False
    return LEVELS.index(wanted) <= LEVELS.index(granted)
