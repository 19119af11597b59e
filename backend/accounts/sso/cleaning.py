"""What people type in about a provider, made clean or refused with what to type instead."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from backend.accounts.models import IdentityProvider

_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)*")
_LOOPBACK: Final = {"127.0.0.1", "localhost"}
Kind = IdentityProvider.Kind


@dataclass
class InvalidProvider(Exception):
    """`field` cannot be used as it is; the message says what to type instead."""

    field: str
    message: str


def clean(provider: IdentityProvider) -> None:
    """Make the fields clean in place, and empty those that mean nothing to its kind. Raises InvalidProvider."""
    kind = provider.kind
    provider.address = _address(kind, provider.address.strip())
    provider.email_domains = _hosts("email_domains", provider.email_domains)
    provider.other_hosts = _hosts("other_hosts", provider.other_hosts)
    if kind == Kind.SAML:
        provider.client_id = ""
        if not provider.entity_id.strip():
            raise InvalidProvider("entity_id", "Copy the entityID from the provider's metadata.")
        if not (provider.address or provider.metadata.strip()):
            raise InvalidProvider("address", "Enter where the metadata is, or paste it below.")
    else:
        provider.entity_id = provider.metadata = ""
        if not provider.client_id.strip():
            raise InvalidProvider("client_id", "Copy it from the application at the provider.")
    provider.entity_id, provider.client_id = provider.entity_id.strip(), provider.client_id.strip()
    _check_trust(provider)


def _address(kind: str, address: str) -> str:
    if not address and kind == Kind.SAML:
        return ""
    parts = _parts(address)
    if kind == Kind.SAML:
        return address
    if parts.query:
        raise InvalidProvider("address", "It must hold no query.")
    if kind == Kind.OIDC:
        # The issuer is compared as it is, so that a slash at its end stays.
        return address.removesuffix(_WELL_KNOWN)
    host = parts.hostname or ""
    if host == "github.com" or host.endswith(".ghe.com"):
        raise InvalidProvider(
            "address", "Signing in by GitHub is for GitHub Enterprise Server: name your own server."
        )
    if parts.path.strip("/"):
        raise InvalidProvider("address", f"Leave out “{parts.path}”: the server is enough.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise InvalidProvider("address", "Write it like https://login.example.com.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise InvalidProvider("address", "It must begin with https://.")
    if parts.username or parts.password or parts.fragment:
        raise InvalidProvider("address", "It must hold no name, password or fragment.")
    return parts


def _hosts(field: str, names: list[str]) -> list[str]:
    cleaned = [one.strip().lower().removeprefix("@") for one in names if one.strip()]
    for one in cleaned:
        if not _HOST.fullmatch(one):
            raise InvalidProvider(field, f"“{one}” is no name of a host or domain.")
    return list(dict.fromkeys(cleaned))


def _check_trust(provider: IdentityProvider) -> None:
    provider.second_factor_values = [one for one in provider.second_factor_values if one.strip()]
    if provider.trusts_second_factor and provider.kind == Kind.GITHUB:
        raise InvalidProvider(
            "trusts_second_factor", "GitHub does not say whether a second factor was shown."
        )
    by_email = provider.links_by_email or provider.creates_accounts
    if (by_email or provider.vouches_for_email) and not provider.email_domains:
        raise InvalidProvider("email_domains", "Name the domains that this provider speaks for.")
    if provider.kind == Kind.SAML and by_email and not provider.vouches_for_email:
        raise InvalidProvider(
            "vouches_for_email",
            "SAML does not say which addresses are verified: an account is found or made by one only where you "
            "vouch for all of them.",
        )
