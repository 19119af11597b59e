"""The installation's own authority, and the certificates of its services."""

from __future__ import annotations

import argparse
import secrets
import tempfile
from pathlib import Path

from host.folders import Folder
from host.programs import openssl, succeeds
from host.services import DATABASE_ROLES

RENEW_WITHIN_SECONDS = 60 * 24 * 3600
LEAF_DAYS = 398
AUTHORITY_DAYS = 3650


AUTHORITY = """\
[req]
distinguished_name = name
prompt = no
x509_extensions = extensions
[name]
CN = Plumbline internal authority
[extensions]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
"""
LEAF = """\
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = {names}
"""


def write_certificates(
    data: Path, folders: dict[str, Folder], host: str, options: argparse.Namespace
) -> None:
    authority = Folder(data / "authority", 0)
    certificate = make_authority(authority)
    for name in (*DATABASE_ROLES, "valkey"):
        folders[name].write("internal_ca.pem", certificate)
    for name in ("postgres", "valkey"):
        issue(authority, folders[name], name)
    if options.certificate:
        folders["nginx"].write("server.key", options.key.read_bytes())
        folders["nginx"].write("server.crt", options.certificate.read_bytes())
        (data / "own-certificate").touch()
    elif not (data / "own-certificate").exists():
        issue(authority, folders["nginx"], host)
    public = data / "authority.pem"
    public.write_bytes(certificate)
    public.chmod(0o444)


def make_authority(folder: Folder) -> bytes:
    """The authority of this installation's own connections; its key never leaves the folder."""
    folder.keep("authority.key", new_key)

    def sign() -> bytes:
        with tempfile.NamedTemporaryFile("w", suffix=".cnf") as configuration:
            configuration.write(AUTHORITY)
            configuration.flush()
            return openssl(
                "req", "-new", "-x509", "-sha256", "-days", AUTHORITY_DAYS, "-config", configuration.name,
                "-key", folder.path / "authority.key",
            )  # fmt: skip

    return folder.keep("authority.pem", sign)


def issue(authority: Folder, folder: Folder, host: str) -> None:
    """server.crt and server.key for one host, signed by the installation's authority."""
    if still_good(folder.path / "server.crt", host) and (folder.path / "server.key").exists():
        folder.write("server.crt", (folder.path / "server.crt").read_bytes())
        return
    key = new_key()
    kind = "IP" if host.replace(".", "").isdigit() or ":" in host else "DNS"
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        (scratch / "key").touch(0o600)
        (scratch / "key").write_bytes(key)
        (scratch / "extensions").write_text(LEAF.format(names=f"{kind}:{host}"))
        openssl(
            "req",
            "-new",
            "-key",
            scratch / "key",
            "-subj",
            f"/CN={host[:64]}",
            "-out",
            scratch / "request",
        )
        certificate = openssl(
            "x509", "-req", "-sha256", "-days", LEAF_DAYS, "-in", scratch / "request",
            "-CA", authority.path / "authority.pem", "-CAkey", authority.path / "authority.key",
            "-set_serial", "0x" + secrets.token_hex(16), "-extfile", scratch / "extensions",
        )  # fmt: skip
    folder.write("server.key", key)
    folder.write("server.crt", certificate)


def new_key() -> bytes:
    return openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")


def still_good(certificate: Path, host: str) -> bool:
    lasting = ("x509", "-noout", "-checkend", RENEW_WITHIN_SECONDS, "-in", certificate)
    if not certificate.exists() or not succeeds("openssl", *lasting):
        return False
    names = openssl("x509", "-noout", "-ext", "subjectAltName", "-in", certificate).decode()
    return names.strip().splitlines()[-1].strip() in (f"DNS:{host}", f"IP Address:{host}")
