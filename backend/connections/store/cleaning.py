"""What people type in, made clean or refused with what to type instead."""

import base64
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import SplitResult, urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

_ATLASSIAN: Final = ("atlassian.net", "api.atlassian.com", "jira.com")
_IN_JIRA: Final = re.compile(
    r"/(?:browse|projects|issues|secure|rest|plugins|servicedesk|software|login\.jsp)(?:/|$)"
)
"""What comes after Jira's own address when a person looks at something in it."""


class InvalidConnection(ValueError):
    """What was typed in cannot be used; the message says what to type instead."""


@dataclass(frozen=True)
class PrivateKey:
    """A key of a GitHub App. `fingerprint` is what GitHub shows beside it, without the leading SHA256:."""

    pem: str
    fingerprint: str

    def __repr__(self) -> str:
        return f"PrivateKey({self.fingerprint})"


def clean_url(url: str) -> str:
    """GitHub's own address, as a person opens it. Raises InvalidConnection."""
    parts = _parts(url)
    if parts.path.strip("/"):
        raise InvalidConnection(
            f"Leave out “{parts.path}”: only the server's address is needed, "
            f"like {parts.scheme}://{parts.netloc}."
        )
    cloud = re.fullmatch(
        r"(?:www|api)\.(github\.com)|api\.([a-z0-9-]+\.ghe\.com)", parts.hostname or ""
    )
    if cloud:
        raise InvalidConnection(
            f"Write https://{cloud[1] or cloud[2]}, as the browser shows it; "
            "Plumbline finds the interface's own address."
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


def clean_jira_url(url: str, *, cloud: bool) -> str:
    """Jira's address with the path below which it stands, as in https://HOST/jira. Raises InvalidConnection."""
    parts = _parts(url)
    path = parts.path.rstrip("/")
    place = _IN_JIRA.search(f"{path}/")
    if place:
        raise InvalidConnection(
            f"Leave out “{path[place.start() :]}”: only Jira's own address is needed, "
            f"like {parts.scheme}://{parts.netloc}{path[: place.start()]}."
        )
    host = parts.hostname or ""
    at_atlassian = any(host == name or host.endswith(f".{name}") for name in _ATLASSIAN)
    if at_atlassian and not cloud:
        raise InvalidConnection(
            f"{parts.hostname} is a Jira Cloud: choose that kind, with an e-mail address and an API token."
        )
    if cloud and not at_atlassian and parts.scheme == "https":
        raise InvalidConnection(
            f"{parts.hostname} is no Jira Cloud, whose addresses end with atlassian.net: choose Data Center."
        )
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def _parts(url: str) -> SplitResult:
    """Raises InvalidConnection where it is no address that may be asked."""
    parts = urlsplit(url.strip())
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise InvalidConnection(f"“{url}” is no address: write it like https://github.example.com.")
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost"}:
        raise InvalidConnection(f"“{url}” is not encrypted: the address must begin with https://.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InvalidConnection("The address must hold no name, password, query or fragment.")
    return parts


def clean_token(token: str) -> str:
    """The token without what surrounds it. Raises InvalidConnection."""
    cleaned = token.strip()
    if not re.fullmatch(r"[\x21-\x7e]{8,1000}", cleaned):
        raise InvalidConnection(
            "The token is empty or holds spaces or line breaks: paste it whole."
        )
    return cleaned


def clean_certificate(pem: str) -> str:
    """Certificates in PEM, or nothing. Raises InvalidConnection."""
    if not pem.strip():
        return ""
    try:
        x509.load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise InvalidConnection(
            "The certificate cannot be read: paste the authority's certificate in PEM form, "
            "from BEGIN CERTIFICATE to END CERTIFICATE."
        ) from error
    if "PRIVATE KEY" in pem:
        raise InvalidConnection(
            "This holds a private key: paste the authority's certificate alone."
        )
    return pem.strip() + "\n"


def clean_private_key(pem: str) -> PrivateKey:
    """An RSA key as GitHub gives it for download. Raises InvalidConnection, whose message holds nothing of it."""
    text = pem.strip() + "\n"
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except TypeError:
        raise InvalidConnection(
            "The private key is locked with a password: use the file as GitHub gave it."
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise InvalidConnection(
            "This is no private key: use the .pem file that GitHub gives when a key is generated."
        ) from None
    if not isinstance(key, RSAPrivateKey):
        raise InvalidConnection("GitHub's keys are RSA keys, and this is another kind.")
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PrivateKey(text, base64.b64encode(sha256(public).digest()).decode())
