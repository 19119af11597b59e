"""OpenID Connect: discovery, and whether an ID token is genuine and meant for this sign-in."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import jwt
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from backend.accounts.models import IdentityProvider
from backend.accounts.sso import login
from backend.accounts.sso.outgoing import Session, may_call, told
from backend.accounts.sso.questions import OPENID_CONFIGURATION, OPENID_KEYS, OPENID_USERINFO
from backend.accounts.sso.rules import Identity, Refusal, Refused
from backend.accounts.sso.store import callback_address
from backend.outbound.questions import Question

ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
"""Signatures alone: with a shared secret, or none at all, anybody who knows the client could write a token."""
CLOCK_SKEW: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Discovery:
    """What the issuer's configuration says, every address checked; `userinfo` is empty where it may not be asked."""

    issuer: str
    authorize: str
    token: str
    keys: str
    userinfo: str
    basic_auth: bool


def configuration(provider: IdentityProvider) -> Any:
    """As the issuer answers. Raises Refused."""
    address = provider.address.rstrip("/") + "/.well-known/openid-configuration"
    return fetch(provider, address, OPENID_CONFIGURATION)


def read_discovery(provider: IdentityProvider, document: Any) -> Discovery:
    """Raises Refused where the document is another issuer's, lacks an endpoint or names one on a foreign host."""
    if not isinstance(document, dict):
        raise Refused(Refusal.ANSWER, "The configuration is no JSON object.")
    issuer = document.get("issuer")
    if not isinstance(issuer, str) or issuer.rstrip("/") != provider.address.rstrip("/"):
        raise Refused(
            Refusal.ANSWER, f"The configuration is of the issuer {issuer!r}, not of the address."
        )
    found: dict[str, str] = {}
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        url = document.get(name)
        if not isinstance(url, str):
            raise Refused(Refusal.ANSWER, f"The configuration names no {name}.")
        if not may_call(provider, url):
            raise Refused(
                Refusal.ANSWER,
                f"The {name} {url} is at another host. If that is right, list the host under “other hosts”.",
            )
        found[name] = url
    userinfo = document.get("userinfo_endpoint")
    usable = isinstance(userinfo, str) and may_call(provider, userinfo)
    # Without a word, the secret goes into the header (OpenID Connect Discovery, 3).
    methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Discovery(
        issuer=issuer,
        authorize=found["authorization_endpoint"],
        token=found["token_endpoint"],
        keys=found["jwks_uri"],
        userinfo=userinfo if usable and isinstance(userinfo, str) else "",
        basic_auth="client_secret_post" not in methods,
    )


def read_id_token(
    token: Any, *, keys: Any, issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """The claims of a token that this issuer signed for this client and this sign-in. Raises Refused."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key=_key(token, keys),
            algorithms=list(ALGORITHMS),
            audience=client_id,
            issuer=issuer,
            leeway=CLOCK_SKEW,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    # A key of another kind than the token's algorithm is a TypeError.
    except (jwt.PyJWTError, TypeError, ValueError, KeyError, AttributeError) as error:
        raise Refused(Refusal.ANSWER, f"ID token: {type(error).__name__}: {error}") from error
    if not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise Refused(Refusal.NOT_ASKED_FOR, "ID token: the nonce is of another sign-in.")
    party = claims.get("azp", client_id)
    if party != client_id or (isinstance(claims["aud"], list) and len(claims["aud"]) > 1):
        raise Refused(Refusal.ANSWER, "ID token: it is for others as well.")
    return claims


def _key(token: Any, keys: Any) -> Any:
    kid = jwt.get_unverified_header(token).get("kid")
    usable = [
        key
        for key in jwt.PyJWKSet.from_dict(keys).keys
        if key.public_key_use in {None, "sig"} and (kid is None or key.key_id == kid)
    ]
    if len(usable) != 1:
        raise jwt.InvalidKeyError(f"{len(usable)} keys fit")
    return usable[0].key


def identity_of(claims: dict[str, Any]) -> Identity:
    """Raises Refused where no subject can be kept."""
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= login.LONGEST_SUBJECT:
        raise Refused(Refusal.ANSWER, "The subject is empty or too long.")
    methods = claims.get("amr")
    context = claims.get("acr")
    contexts = [*(methods if isinstance(methods, list) else ()), context]
    verified = claims.get("email_verified")
    return Identity(
        subject=subject,
        email=_text(claims, "email"),
        # Some write it as text.
        email_verified=None if verified is None else str(verified).lower() == "true",
        name=_text(claims, "name"),
        contexts=frozenset(one for one in contexts if isinstance(one, str)),
    )


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def nonce_of(verifier: str) -> str:
    """Bound to the PKCE verifier, which this browser's session alone holds: there is nothing else to keep."""
    digest = hashlib.sha256(b"plumbline nonce " + verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def fetch(provider: IdentityProvider, url: str, question: Question, **headers: str) -> Any:
    """JSON. Raises Refused."""
    try:
        with Session(provider, question) as session:
            answer = session.get(url, headers=headers)
            answer.raise_for_status()
            return answer.json()
    except OSError as error:  # of which requests' exceptions are a kind
        raise Refused(Refusal.UNREACHABLE, told(provider, error)) from error


class OidcAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc] # allauth has no types
    """allauth's code flow, with our own reading of what comes back."""

    _verifier = ""

    @property
    def discovery(self) -> Discovery:
        if not hasattr(self, "_discovery"):
            self._discovery = read_discovery(self.row, configuration(self.row))
        return self._discovery

    @property
    def row(self) -> IdentityProvider:
        row: IdentityProvider = self.get_provider().row
        return row

    @property
    def authorize_url(self) -> str:
        return self.discovery.authorize

    @property
    def access_token_url(self) -> str:
        return self.discovery.token

    @property
    def basic_auth(self) -> bool:
        return self.discovery.basic_auth

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return callback_address(self.row)

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        self._verifier = pkce_code_verifier or ""
        data: dict[str, Any] = super().get_access_token_data(
            request, app, client, pkce_code_verifier=pkce_code_verifier
        )
        return data

    def complete_login(
        self, request: HttpRequest, app: Any, token: Any, **kwargs: Any
    ) -> SocialLogin:
        row, answer = self.row, kwargs["response"]
        claims = read_id_token(
            answer.get("id_token"),
            keys=fetch(row, self.discovery.keys, OPENID_KEYS),
            issuer=self.discovery.issuer,
            client_id=row.client_id,
            nonce=nonce_of(self._verifier),
        )
        if "email" not in claims and self.discovery.userinfo:
            claims = self._with_userinfo(claims, token.token)
        return login.of(self.get_provider(), identity_of(claims))

    def _with_userinfo(self, claims: dict[str, Any], access_token: str) -> dict[str, Any]:
        """Many leave the address out of the ID token. Raises Refused where it is about somebody else."""
        bearer = {"Authorization": f"Bearer {access_token}"}
        info = fetch(self.row, self.discovery.userinfo, OPENID_USERINFO, **bearer)
        if not isinstance(info, dict) or info.get("sub") != claims["sub"]:
            raise Refused(Refusal.ANSWER, "The userinfo endpoint speaks of another subject.")
        wanted = ("email", "email_verified", "name")
        return {name: info[name] for name in wanted if name in info} | claims


class OidcProvider(OpenIDConnectProvider):  # type: ignore[misc] # allauth has no types
    oauth2_adapter_class = OidcAdapter
    pkce_enabled_default = True

    @property
    def row(self) -> IdentityProvider:
        row: IdentityProvider = self.app.row
        return row

    def get_pkce_params(self) -> dict[str, str]:
        parameters: dict[str, str] = super().get_pkce_params()
        return parameters | {"nonce": nonce_of(parameters["code_verifier"])}

    def serialize(self) -> dict[str, str]:
        return {"id": self.sub_id}
