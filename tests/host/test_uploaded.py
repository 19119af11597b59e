"""An own certificate is judged as a browser would, and all that is wrong with it is told in words."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from host.programs import openssl
from host.uploaded import BLOCK, judge

from tests.front.authority import Authority, Issued, self_signed

HOST = "plumbline.example"


def _told(folder: Path, issued: Issued, host: str = HOST, *, authority: Path | None) -> list[str]:
    certificate, key = folder / "chain.pem", folder / "key.pem"
    certificate.write_bytes(issued.chain)
    key.write_bytes(issued.key)
    return judge(certificate, key, host, authority).problems


def _reversed(issued: Issued) -> Issued:
    return Issued(b"".join(reversed(BLOCK.findall(issued.chain))), issued.key)


def _shuffled(authority: Authority) -> Issued:
    good = authority.issue(HOST)
    leaf, middle = BLOCK.findall(good.chain)
    return Issued(leaf + authority.root.read_bytes() + middle, good.key)


def _locked(authority: Authority) -> Issued:
    good = authority.issue(HOST)
    locked = load_pem_private_key(good.key, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"long enough"),
    )
    return Issued(good.chain, locked)


def _weak(authority: Authority) -> Issued:
    return authority.issue(HOST, key=rsa.generate_private_key(65537, 1024))  # noqa: S505 - to be refused


BAD: dict[str, tuple[Callable[[Authority], Issued], str]] = {
    "no certificate": (lambda a: Issued(b"rubbish", a.issue(HOST).key), "holds no certificate"),
    "half a certificate": (
        lambda a: Issued(
            b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", a.issue(HOST).key
        ),
        "holds something that is no certificate",
    ),
    "another key": (lambda a: Issued(a.issue(HOST).chain, a.issue(HOST).key), "is not the key of"),
    "no key": (lambda a: Issued(a.issue(HOST).chain, b"rubbish"), "holds no key"),
    "a passphrase": (_locked, "without a passphrase"),
    "the wrong way round": (lambda a: _reversed(a.issue(HOST)), "it must come first"),
    "out of order": (_shuffled, "Each must be followed by the one of its issuer"),
    "incomplete": (lambda a: a.issue(HOST, is_whole=False), "the chain is incomplete"),
    "another host": (lambda a: a.issue("other.example"), f"is not for this host, {HOST}"),
    "expired": (lambda a: a.issue(HOST, days=-1), "has expired"),
    "a short key": (_weak, "RSA of 2048 bits or more"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_wrong_is_told(tmp_path: Path, kind: str) -> None:
    make, told = BAD[kind]
    authority = Authority(tmp_path)
    found = _told(tmp_path, make(authority), authority=authority.root)
    assert any(told in problem for problem in found), found


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    bad = authority.issue("other.example", days=-1)
    found = _told(tmp_path, Issued(bad.chain, authority.issue(HOST).key), authority=authority.root)
    assert ["is not the key of" in found[0], len(found)] == [True, 3]


def test_a_signature_by_sha_1_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    (tmp_path / "issuer.key").write_bytes(authority.key)
    names = tmp_path / "names"
    names.write_text(f"subjectAltName = DNS:{HOST}\nextendedKeyUsage = serverAuth\n")
    key = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    (tmp_path / "key").write_bytes(key)
    request = openssl("req", "-new", "-key", tmp_path / "key", "-subj", f"/CN={HOST}")
    chain = openssl(
        *("x509", "-req", "-sha1", "-days", 30, "-extfile", names, "-set_serial", 1),
        *("-CA", authority.root, "-CAkey", tmp_path / "issuer.key"),
        stdin=request,
    )
    found = _told(tmp_path, Issued(chain, key), authority=authority.root)
    assert any("SHA-1" in problem for problem in found), found


def test_a_good_one_is_taken(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    keys = (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048))
    for key in keys:
        assert _told(tmp_path, authority.issue(HOST, key=key), authority=authority.root) == []
    assert _told(tmp_path, authority.issue(HOST, by_root=True), authority=authority.root) == []


def test_without_an_authority_the_root_in_the_file_or_those_of_the_machine_count(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path)
    good = authority.issue(HOST)
    assert _told(tmp_path, self_signed(HOST), authority=None) == []
    whole = Issued(good.chain + authority.root.read_bytes(), good.key)
    assert _told(tmp_path, whole, authority=None) == []
    (told,) = _told(tmp_path, good, authority=None)
    assert "the chain is incomplete" in told
