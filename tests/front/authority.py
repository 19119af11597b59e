"""An authority with an intermediate one, and certificates of both as a test wants them: good ones and bad ones."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Issued:
    chain: bytes
    """PEM: the certificate first, then what stands between it and the root."""
    key: bytes

    def put(self, folder: Path) -> None:
        """As whoever renews does: one file after the other, each replaced as a whole."""
        for name, content in (("server.key", self.key), ("server.crt", self.chain)):
            fresh = folder / f".{name}"
            fresh.write_bytes(content)
            fresh.rename(folder / name)


class Authority:
    def __init__(self, folder: Path, name: str = "Root of the tests") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._own = _signed(name, None, self._key, name, self._key, is_authority=True)
        self._middle_key = ec.generate_private_key(ec.SECP256R1())
        self._middle = _signed(
            f"{name}, intermediate", None, self._middle_key, name, self._key, is_authority=True
        )
        self.root = folder / f"{name}.pem"
        self.root.write_bytes(_pem(self._own))

    @property
    def key(self) -> bytes:
        return private(self._key)

    def issue(
        self, host: str, *, key: Key | None = None, days: float = 30, is_whole: bool = True,
        by_root: bool = False,
    ) -> Issued:  # fmt: skip
        """A certificate of the intermediate authority, or `by_root`. Not `is_whole`: what issued it is left out."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        issuer, signing = (self._own, self._key) if by_root else (self._middle, self._middle_key)
        name = str(issuer.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
        leaf = _signed(host, host, key, name, signing, days=days)
        rest = [] if by_root or not is_whole else [_pem(self._middle)]
        return Issued(b"".join([_pem(leaf), *rest]), private(key))


def private(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def self_signed(host: str, days: float = 30) -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    return Issued(_pem(_signed(host, host, key, host, key, days=days)), private(key))


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _signed(
    name: str, host: str | None, key: Key, issuer: str, signing: Key, *, days: float = 30,
    is_authority: bool = False,
) -> x509.Certificate:  # fmt: skip
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, now + timedelta(days=days)) - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
        )
    )
    if is_authority:
        usage = x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False,
            data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
            encipher_only=False, decipher_only=False,
        )  # fmt: skip
        made = made.add_extension(usage, critical=True)
    if host:
        made = made.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False
        ).add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
            critical=False,
        )
    return made.sign(signing, hashes.SHA256())
