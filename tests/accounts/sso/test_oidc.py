"""Which ID tokens are genuine, and which configuration of an issuer is followed."""

import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from backend.accounts.sso.github import identity_of as identity_at_github
from backend.accounts.sso.oidc import identity_of, nonce_of, read_discovery, read_id_token
from backend.accounts.sso.rules import Refusal, Refused
from tests.accounts.sso.providers import a_provider, key

ISSUER, CLIENT, NONCE = "https://idp.plumbline.example", "plumbline", nonce_of("verifier")


def private(name: str = "idp") -> Any:
    return serialization.load_pem_private_key(key(name).private, password=None)


def keys(name: str = "idp", **values: str) -> dict[str, Any]:
    public: dict[str, Any] = json.loads(
        jwt.algorithms.RSAAlgorithm.to_jwk(private(name).public_key())
    )
    return {"keys": [public | {"kid": "one", "use": "sig"} | values]}


def token(*, by: Any = None, algorithm: str = "RS256", kid: str = "one", **claims: Any) -> str:
    now = int(time.time())
    usual = {
        "iss": ISSUER,
        "sub": "subject",
        "aud": CLIENT,
        "exp": now + 300,
        "iat": now,
        "nonce": NONCE,
    }
    wanted = {name: value for name, value in (usual | claims).items() if value is not None}
    signer = private() if by is None else by
    return jwt.encode(wanted, signer, algorithm=algorithm, headers={"kid": kid})


def read(encoded: Any, given: Any = None) -> dict[str, Any]:
    return read_id_token(
        encoded,
        keys=keys() if given is None else given,
        issuer=ISSUER,
        client_id=CLIENT,
        nonce=NONCE,
    )


@pytest.mark.parametrize("algorithm", ["RS256", "PS512"])
def test_a_genuine_token_is_read(algorithm: str) -> None:
    assert read(token(algorithm=algorithm))["sub"] == "subject"
    assert read(token(aud=[CLIENT], azp=CLIENT))["sub"] == "subject"


def test_a_clock_may_differ_a_little() -> None:
    assert read(token(exp=int(time.time()) - 30))["sub"] == "subject"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"azp": "another"},
        {"exp": 1},
        {"iat": 4_000_000_000},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"exp": None},
        {"iat": None},
    ],
    ids=lambda claims: f"{next(iter(claims))} {next(iter(claims.values()))}",
)
def test_a_token_for_others_or_another_time_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        read(token(**claims))


def test_a_token_that_the_issuer_did_not_sign_is_refused() -> None:
    header, body, _ = token().split(".")
    forged = [
        token(by=private("other")),
        token(kid="unknown"),
        token(by="the-secret-of-the-client-is-known-here", algorithm="HS256"),
        jwt.encode({"sub": "subject"}, "", algorithm="none"),
        f"{header}.{body}.",
        f"{header}.{body[:-4]}AAAA.{token().rsplit('.', 1)[1]}",
        "no token",
        None,
        5,
    ]
    for one in forged:
        with pytest.raises(Refused):
            read(one)
    with pytest.raises(Refused):
        read(token(), {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "one"}]})


@pytest.mark.parametrize("given", [{}, [], None, {"keys": []}, {"keys": "x"}, keys(use="enc")])
def test_keys_that_cannot_be_used_open_nothing(given: Any) -> None:
    with pytest.raises(Refused):
        read_id_token(token(), keys=given, issuer=ISSUER, client_id=CLIENT, nonce=NONCE)


def test_what_a_token_says_about_somebody() -> None:
    found = identity_of(
        {
            "sub": "s",
            "email": "a@b.example",
            "email_verified": "true",
            "amr": ["mfa", 5],
            "acr": "2",
        }
    )
    assert found.email_verified is True
    assert found.contexts == {"mfa", "2"}
    assert identity_of({"sub": "s", "email": ["a@b.example"]}).email == ""
    for subject in ("", "s" * 192, 5, None):
        with pytest.raises(Refused):
            identity_of({"sub": subject})


GOOD = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
    "userinfo_endpoint": "https://graph.example/userinfo",
}


def test_only_listed_hosts_are_called() -> None:
    provider = a_provider()
    found = read_discovery(provider, GOOD)
    assert (found.token, found.userinfo) == (f"{ISSUER}/token", "")
    assert found.basic_auth, "which is meant where nothing is said"
    provider.other_hosts = ["graph.example"]
    assert read_discovery(provider, GOOD).userinfo == "https://graph.example/userinfo"


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"token_endpoint": "https://other.example/token"},
        {"token_endpoint": "http://idp.plumbline.example/token"},
        {"token_endpoint": "https://idp.plumbline.example:8443/token"},
        {"jwks_uri": "https://idp.plumbline.example.other.example/keys"},
        {"jwks_uri": "https://idp.plumbline.example@other.example/keys"},
        {"jwks_uri": "file:///etc/hostname"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
    ids=str,
)
def test_a_configuration_that_leads_elsewhere_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        read_discovery(a_provider(), GOOD | change)
    with pytest.raises(Refused):
        read_discovery(a_provider(), [])


def test_of_several_addresses_at_github_a_verified_one_in_the_domain_counts() -> None:
    provider = a_provider("github", email_domains=["plumbline.example"])
    own = {"email": "a@plumbline.example", "primary": False, "verified": True}
    private_one = {"email": "a@mail.example", "primary": True, "verified": True}
    unproven = {"email": "owner@plumbline.example", "primary": True, "verified": False}
    found = identity_at_github(provider, {"id": 5, "name": "A"}, [private_one, unproven, own])
    assert (found.subject, found.email, found.email_verified) == ("5", "a@plumbline.example", True)
    assert identity_at_github(provider, {"id": 5}, [unproven]).email_verified is False
    assert identity_at_github(provider, {"id": 5}, []).email == ""
    with pytest.raises(Refused) as refused:
        identity_at_github(provider, {"message": "Bad credentials"}, [])
    assert refused.value.reason is Refusal.ANSWER
