"""A passkey in software: what a browser would send for it, signed."""

from hashlib import sha256
from secrets import token_bytes
from typing import Any
from urllib.parse import urlsplit

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from backend.accounts.models import User

FLAG = AuthenticatorData.FLAG


class Passkey:
    """One that is registered for the user, and asks for PIN or finger."""

    def __init__(self, user: User) -> None:
        self._user, self._id = user, token_bytes(16)
        self._private = ec.generate_private_key(ec.SECP256R1())
        public = ES256.from_cryptography_key(self._private.public_key())  # type: ignore[no-untyped-call]
        attested = AttestedCredentialData.create(bytes(16), self._id, public)
        said = self._said(FLAG.UP | FLAG.UV | FLAG.AT, attested)
        answer = {
            "clientDataJSON": websafe_encode(self._client("create", b"challenge")),
            "attestationObject": websafe_encode(AttestationObject.create("none", said, {})),
        }
        data = {"name": "Key 1", "credential": self._credential(answer), "passwordless": True}
        Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)

    def sign(self, challenge: str) -> dict[str, Any]:
        said, client = self._said(FLAG.UP | FLAG.UV), self._client("get", challenge)
        signed = said + sha256(client).digest()
        return self._credential(
            {
                "clientDataJSON": websafe_encode(client),
                "authenticatorData": websafe_encode(said),
                "signature": websafe_encode(self._private.sign(signed, ec.ECDSA(hashes.SHA256()))),
                "userHandle": websafe_encode(user_pk_to_url_str(self._user).encode()),
            }
        )

    @staticmethod
    def _said(flags: Any, attested: bytes = b"") -> AuthenticatorData:
        host = urlsplit(settings.PUBLIC_URL).hostname or ""
        host_digest = sha256(host.encode()).digest()
        said: AuthenticatorData = AuthenticatorData.create(host_digest, flags, 0, attested)
        return said

    @staticmethod
    def _client(what: str, challenge: bytes | str) -> CollectedClientData:
        return CollectedClientData.create(f"webauthn.{what}", challenge, settings.PUBLIC_URL)

    def _credential(self, answer: dict[str, str]) -> dict[str, Any]:
        key = websafe_encode(self._id)
        return {"id": key, "rawId": key, "type": "public-key", "response": answer}
