"""The installation's own authority, and the certificates of its services."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from host.configuration import Configuration
from host.folders import Folder
from host.programs import openssl, succeeds
from host.services import DATABASE_ROLES
from host.uploaded import Judged, judge

RENEW_WITHIN_SECONDS = 60 * 24 * 3600
LEAF_DAYS = 365
AUTHORITY_DAYS = 3650
SERVING = {"postgres": "postgres", "valkey": "valkey", "web": "web-http"}
"""Services that others within reach, and the name by which they do."""


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
    data: Path, folders: dict[str, Folder], configuration: Configuration, *, own_too: bool = True
) -> None:
    """Those that are missing or end soon, and the operator's own, unless what browsers see is to stay as it is."""
    authority = Folder(data / "authority", 0)
    certificate = make_authority(authority)
    for name in (*DATABASE_ROLES, "valkey", "nginx"):
        folders[name].write("internal_ca.pem", certificate)
    for name, host in SERVING.items():
        issue(authority, folders[name], host)
    if own_too or not configuration["tls", "certificate"]:
        _for_browsers(folders["nginx"], authority, configuration)
    # What told of an own certificate before there was a configuration file.
    (data / "own-certificate").unlink(missing_ok=True)
    show(data, folders, certificate)


def _for_browsers(nginx: Folder, authority: Folder, configuration: Configuration) -> None:
    own, key = configuration.path("tls", "certificate"), configuration.path("tls", "key")
    judged = own_certificate(configuration)
    if own and key and judged:
        # First of all, for nginx judges by it what comes next.
        nginx.write("server_ca.pem", judged.authorities)
        nginx.write("server.key", key.read_bytes())
        nginx.write("server.crt", own.read_bytes())
    else:
        nginx.write("server_ca.pem", (authority.path / "authority.pem").read_bytes())
        issue(authority, nginx, _host(configuration))


def show(data: Path, folders: dict[str, Folder], authority: bytes) -> None:
    """Copies for everybody, without keys: browsers trust one, and web and the worker tell when they end."""
    shown = data / "certificates"
    shown.mkdir(mode=0o755, exist_ok=True)
    shown.chmod(0o755)
    _publish(data / "authority.pem", authority)
    _publish(shown / "authority.pem", authority)
    for name, of in (("public", "nginx"), *((name, name) for name in SERVING)):
        _publish(shown / f"{name}.pem", (folders[of].path / "server.crt").read_bytes())


def _publish(file: Path, content: bytes) -> None:
    """Replace the file as a whole: somebody may be reading it."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.write_bytes(content)
    fresh.chmod(0o444)
    fresh.rename(file)


def own_certificate(configuration: Configuration) -> Judged | None:
    """What is to be said of the operator's own certificate, where there is one."""
    own, key = configuration.path("tls", "certificate"), configuration.path("tls", "key")
    if not own or not key:
        return None
    return judge(own, key, _host(configuration), configuration.path("tls", "authority"))


def _host(configuration: Configuration) -> str:
    return urlsplit(configuration["site", "url"]).hostname or ""


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
    present = folder.path / "server.crt"
    if still_good(present, host, authority) and (folder.path / "server.key").exists():
        folder.write("server.crt", present.read_bytes())
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


def still_good(certificate: Path, host: str, authority: Folder) -> bool:
    """Whether it is this authority's, for that host, and for a while yet."""
    lasting = ("x509", "-noout", "-checkend", RENEW_WITHIN_SECONDS, "-in", certificate)
    if not certificate.exists() or not succeeds("openssl", *lasting):
        return False
    if not succeeds("openssl", "verify", "-CAfile", authority.path / "authority.pem", certificate):
        return False
    names = openssl("x509", "-noout", "-ext", "subjectAltName", "-in", certificate).decode()
    return names.strip().splitlines()[-1].strip() in (f"DNS:{host}", f"IP Address:{host}")
