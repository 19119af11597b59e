"""The web flow of an OAuth app, as GitHub documents it: a page that asks, a code that works once, a token."""

import base64
import hashlib
import html
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from .app_endpoints import Page
from .world import World


@dataclass(slots=True)
class Grant:
    """What a code stands for until it is exchanged."""

    login: str
    redirect_uri: str
    scope: str
    challenge: str


@dataclass
class OAuth:
    """One app, and the codes that wait."""

    world: World
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    callback: str = ""
    grants: dict[str, Grant] = field(default_factory=dict)

    def register(self, *, client_id: str, client_secret: str, callback: str) -> None:
        self.client_id, self.client_secret, self.callback = client_id, client_secret, callback

    def authorize(self, method: str, fields: dict[str, str], body: bytes) -> Page:
        if fields.get("client_id") != self.client_id:
            return Page(404, "<h1>Page not found</h1>")
        redirect_uri = fields.get("redirect_uri", self.callback)
        if not redirect_uri.startswith(self.callback):
            wrong = {"error": "redirect_uri_mismatch", "state": fields.get("state", "")}
            return Page(302, headers={"Location": f"{self.callback}?{urlencode(wrong)}"})
        if method == "GET":
            again = html.escape(urlencode(fields))
            return Page(
                200,
                f'<form method="post" action="/login/oauth/authorize?{again}">'
                '<label>Account <input name="login"></label><button>Authorize</button></form>',
            )
        code = secrets.token_hex(10)
        self.grants[code] = Grant(
            dict(parse_qsl(body.decode()))["login"],
            redirect_uri,
            fields.get("scope", ""),
            fields.get("code_challenge", ""),
        )
        answer = urlencode({"code": code, "state": fields.get("state", "")})
        return Page(302, headers={"Location": f"{redirect_uri}?{answer}"})

    def access_token(self, body: bytes) -> dict[str, str]:
        """GitHub answers errors with 200, too."""
        given = dict(parse_qsl(body.decode()))
        known = (self.client_id, self.client_secret)
        if (given.get("client_id"), given.get("client_secret")) != known:
            return _error("incorrect_client_credentials")
        grant = self.grants.pop(given.get("code", ""), None)
        if grant is None or grant.challenge not in {"", _challenge(given.get("code_verifier", ""))}:
            return _error("bad_verification_code")
        if given.get("redirect_uri", grant.redirect_uri) != grant.redirect_uri:
            return _error("redirect_uri_mismatch")
        token = f"gho_{secrets.token_hex(18)}"
        account = self.world.accounts[grant.login]
        self.world.add_token(token, account=account, scopes=tuple(grant.scope.split()))
        return {"access_token": token, "token_type": "bearer", "scope": grant.scope}


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _error(code: str) -> dict[str, str]:
    return {"error": code, "error_description": "See the documentation.", "error_uri": "/rest"}
