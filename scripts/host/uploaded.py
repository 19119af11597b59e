"""A certificate of the operator's own: what is wrong with it is told, all of it, before it is used."""

from __future__ import annotations

import ipaddress
import re
import ssl
import subprocess
from pathlib import Path
from typing import Final, Mapping, NamedTuple, Optional

BLOCK: Final = re.compile(
    rb"-----BEGIN CERTIFICATE-----\s.*?-----END CERTIFICATE-----\s?", re.DOTALL
)
STRENGTH: Final = 2
"""OpenSSL's level of 112 bits: RSA of 2048 bits and more, no SHA-1 below the root."""
INCOMPLETE: Final = (
    "is issued by an authority that is neither in the file nor known here, so the chain is incomplete: append what "
    "is missing, or name your own root as [tls] authority"
)
WORDS: Final[Mapping[int, str]] = {
    9: "is not valid yet",
    10: "has expired",
    **dict.fromkeys((2, 20, 21), INCOMPLETE),
    19: "is a root that this machine does not know",
    26: "is not for a web server: its extended key usage must hold serverAuth",
    66: "has a key that is too weak: RSA of 2048 bits or more, or an elliptic curve",
    67: "has an authority above it whose key is too weak: RSA of 2048 bits or more",
    68: "is signed by SHA-1 or weaker: ask for one by SHA-256",
}
"""What OpenSSL's verification calls by these numbers."""


class Judged(NamedTuple):
    problems: list[str]
    authorities: bytes
    """PEM of those by which the chain comes to its end; nginx compares later ones with it."""


def judge(certificate: Path, key: Path, host: str, authority: Optional[Path]) -> Judged:
    """`authority`: a root of the operator's own; without one a root in the file, or those of this machine."""
    blocks = BLOCK.findall(certificate.read_bytes())
    if not blocks:
        return Judged([f"{certificate} holds no certificate in PEM."], b"")
    names = _names(certificate)
    if names is None:
        return Judged([f"{certificate} holds something that is no certificate."], b"")
    problems = [*_of_key(certificate, key, blocks), *_of_order(certificate, names)]
    authorities = _authorities(names, blocks, authority)
    problems += _of_host(certificate, host)
    problems += _of_chain(certificate, authorities)
    return Judged(list(dict.fromkeys(problems)), authorities)


def _names(certificate: Path) -> list[tuple[str, str]] | None:
    """Subject and issuer of each, in the file's order."""
    bundle = _openssl("crl2pkcs7", "-nocrl", "-certfile", certificate)
    said = _openssl("pkcs7", "-print_certs", "-noout", stdin=bundle.stdout).stdout.decode()
    found = re.findall(r"^subject=(.*)\n+issuer=(.*)$", said, re.MULTILINE)
    return found or None


def _of_key(certificate: Path, key: Path, blocks: list[bytes]) -> list[str]:
    # An empty passphrase, so that it does not ask.
    public = _openssl("pkey", "-pubout", "-passin", "pass:", "-in", key).stdout
    if not public:
        return [f"{key} holds no key that opens without a passphrase, and nginx can ask nobody."]
    keys = [_openssl("x509", "-noout", "-pubkey", stdin=block).stdout for block in blocks]
    if keys[0] == public:
        return []
    if public in keys:
        place = keys.index(public) + 1
        return [
            f"{certificate}: the certificate of {key} is number {place} in it; it must come first."
        ]
    return [f"{key} is not the key of {certificate}."]


def _of_order(certificate: Path, names: list[tuple[str, str]]) -> list[str]:
    """Each is followed by who issued it."""
    for number in range(1, len(names)):
        issuer, subject = names[number - 1][1], names[number][0]
        if issuer != subject:
            told = (
                f"{certificate}: number {number} is issued by “{issuer}”, and “{subject}” follows."
            )
            return [f"{told} Each must be followed by the one of its issuer."]
    return []


def _authorities(
    names: list[tuple[str, str]], blocks: list[bytes], authority: Optional[Path]
) -> bytes:
    if authority:
        return authority.read_bytes()
    subject, issuer = names[-1]
    if subject == issuer:
        return blocks[-1]
    bundle = ssl.get_default_verify_paths().cafile
    return Path(bundle).read_bytes() if bundle else b""


def _of_host(certificate: Path, host: str) -> list[str]:
    option = "-checkip" if _is_address(host) else "-checkhost"
    said = _openssl("x509", "-noout", option, host, "-in", certificate).stdout
    # Its exit code is that of reading the file.
    return [] if b"does match" in said else [f"{certificate}: it is not for this host, {host}."]


def _of_chain(certificate: Path, authorities: bytes) -> list[str]:
    """What OpenSSL finds when it follows the chain as a browser does."""
    done = _openssl(
        *("verify", "-no-CApath", "-no-CAstore", "-purpose", "sslserver"),
        *("-auth_level", STRENGTH, "-untrusted", certificate),
        *("-CAfile", "/dev/stdin", certificate),
        stdin=authorities,
    )
    if done.returncode == 0:
        return []
    said = (done.stdout + done.stderr).decode(errors="replace")
    found = re.findall(r"error (\d+) at (\d+) depth lookup: ?(.*)", said)
    return [
        f"{certificate}: {'it' if depth == '0' else 'an authority above it'} {WORDS.get(int(code), told)}."
        for code, depth, told in found
    ] or [f"{certificate}: {said.strip()}"]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _openssl(
    *arguments: str | int | Path, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """What it says of a bad file is looked at here, so that it raises nothing."""
    words = ["openssl", *(str(argument) for argument in arguments)]
    return subprocess.run(words, input=stdin, capture_output=True, check=False)
