"""What an administrator is told who asks whether a provider is set up well."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import jwt
from cryptography import x509
from lxml import etree

from backend.accounts.models import IdentityProvider
from backend.accounts.sso import github, oidc, saml
from backend.accounts.sso.questions import OPENID_KEYS
from backend.accounts.sso.rules import Refused

SOON: Final = timedelta(days=30)


@dataclass(frozen=True)
class Finding:
    is_good: bool
    told: str


def examine(provider: IdentityProvider, *, now: datetime) -> list[Finding]:
    """Ask the provider what it tells everybody. Signing in by it is the one proof of the rest."""
    kinds = {
        IdentityProvider.Kind.OIDC: _openid,
        IdentityProvider.Kind.SAML: _saml,
        IdentityProvider.Kind.GITHUB: _github,
    }
    try:
        return kinds[IdentityProvider.Kind(provider.kind)](provider, now)
    except Refused as refused:
        return [Finding(is_good=False, told=refused.detail)]


def _openid(provider: IdentityProvider, _now: datetime) -> list[Finding]:
    document = oidc.configuration(provider)
    found = oidc.read_discovery(provider, document)
    methods = document.get("code_challenge_methods_supported", [])
    return [
        Finding(
            is_good=True,
            told=f"The issuer {found.issuer} answers, and sends people to {found.authorize}.",
        ),
        _keys(oidc.fetch(provider, found.keys, OPENID_KEYS)),
        Finding(
            is_good="S256" in methods,
            told="It supports PKCE."
            if "S256" in methods
            else "It does not say that it supports PKCE with S256, which Plumbline uses.",
        ),
        _secret(provider),
        Finding(
            is_good=True,
            told=f"Where the ID token holds no e-mail address, {found.userinfo} is asked."
            if found.userinfo
            else "The ID token must hold the e-mail address: its userinfo endpoint is at another host, or absent.",
        ),
    ]


def _keys(document: Any) -> Finding:
    try:
        number = len(jwt.PyJWKSet.from_dict(document).keys)
    except (jwt.PyJWTError, AttributeError) as error:
        return Finding(is_good=False, told=f"Its keys cannot be read: {error}.")
    return Finding(is_good=True, told=f"Keys to sign with: {number}.")


def _secret(provider: IdentityProvider) -> Finding:
    there = provider.enveloped_secret is not None
    return Finding(
        is_good=there,
        told="A client secret is stored." if there else "No client secret is stored.",
    )


def _saml(provider: IdentityProvider, now: datetime) -> list[Finding]:
    xml = saml.metadata(provider)
    read = saml.read_metadata(provider, xml)
    findings = [
        Finding(
            is_good=True,
            told=f"{provider.entity_id} sends people to {read['singleSignOnService']['url']}.",
        ),
        *(_certificate(one, now) for one in saml.signing_certificates(read)),
    ]
    if {"true", "1"} & set(etree.fromstring(xml.encode()).xpath("//@WantAuthnRequestsSigned")):
        told = "It wants requests to be signed, which Plumbline does not do: switch that off."
        findings.append(Finding(is_good=False, told=told))
    return findings


def _certificate(body: str, now: datetime) -> Finding:
    try:
        found = x509.load_pem_x509_certificate(
            f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode()
        )
    except ValueError:
        return Finding(is_good=False, told="A signing certificate cannot be read.")
    until = found.not_valid_after_utc
    return Finding(
        is_good=until > now + SOON,
        told=f"A signing certificate {'was' if until < now else 'is'} valid until {until:%-d %B %Y}.",
    )


def _github(provider: IdentityProvider, _now: datetime) -> list[Finding]:
    version = github.version(provider)
    return [
        Finding(is_good=True, told=f"GitHub Enterprise Server {version} answers."),
        _secret(provider),
    ]
