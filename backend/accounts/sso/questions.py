"""What identity providers are asked, for the outbound ledger, and what of each answer is looked at."""

from typing import Final

from backend.accounts.models import IdentityProvider
from backend.outbound.models import Query
from backend.outbound.questions import Question

_OPENID: Final = Query.Interface.OPENID
_OAUTH: Final = Query.Interface.OAUTH

OPENID_CONFIGURATION: Final = Question(
    _OPENID,
    "configuration of the issuer",
    kept=(
        *("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"),
        *("token_endpoint_auth_methods_supported", "code_challenge_methods_supported"),
    ),
)
OPENID_KEYS: Final = Question(_OPENID, "keys of the issuer", kept=("keys",))
OPENID_USERINFO: Final = Question(
    _OPENID, "userinfo", kept=("sub", "email", "email_verified", "name")
)
_OPENID_TOKEN: Final = Question(
    _OPENID,
    "exchange of a code",
    kept=(
        "access_token",
        *(f"id_token.{claim}" for claim in ("iss", "sub", "aud", "azp", "exp", "iat", "nonce")),
        *(f"id_token.{claim}" for claim in ("email", "email_verified", "name", "amr", "acr")),
    ),
)
SAML_METADATA: Final = Question(
    Query.Interface.SAML,
    "metadata",
    kept=("entityID", "SingleSignOnService", "KeyDescriptor", "WantAuthnRequestsSigned"),
)
GITHUB_META: Final = Question(_OAUTH, "GET /meta", kept=("installed_version",))
GITHUB_USER: Final = Question(_OAUTH, "GET /user", kept=("id", "name"))
GITHUB_EMAILS: Final = Question(_OAUTH, "GET /user/emails", kept=("email", "verified", "primary"))
_GITHUB_TOKEN: Final = Question(_OAUTH, "exchange of a code", kept=("access_token",))

EXCHANGES: Final = {
    IdentityProvider.Kind.OIDC.value: _OPENID_TOKEN,
    IdentityProvider.Kind.GITHUB.value: _GITHUB_TOKEN,
}
"""The one request that allauth sends by itself."""
