"""What compose.yaml needs besides itself: secrets, certificates and .env. What is there is kept."""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from host.certificates import write_certificates
from host.ending import Refused
from host.environment import known_variables, variables, with_variables
from host.keys import write_secrets
from host.programs import openssl
from host.services import USERS

PROJECT = Path(__file__).resolve().parents[2]


def arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--url", required=True, help="the address that people will open: https://HOST"
    )
    command.add_argument(
        "--port", type=int, help="the port to publish, where it is not the address's own"
    )
    command.add_argument("--bind", help="the host's address to publish on (0.0.0.0: all)")
    command.add_argument("--data", type=Path, help="where secrets are kept (/var/lib/plumbline)")
    command.add_argument(
        "--certificate", type=Path, help="PEM of your own certificate with its chain"
    )
    command.add_argument("--key", type=Path, help="PEM of its key")
    command.add_argument(
        "--syslog",
        metavar="HOST[:PORT]",
        help="where heads of the audit log go, by syslog over TLS",
    )
    command.add_argument("--syslog-ca", type=Path, help="PEM of that server's authority")
    command.add_argument("--env-file", type=Path, default=PROJECT / ".env", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> None:
    lines = options.env_file.read_text().splitlines() if options.env_file.exists() else []
    known = known_variables(lines)
    options.data = options.data or Path(known.get("PLUMBLINE_DATA") or "/var/lib/plumbline")
    address = check(options)
    data = options.data.resolve()
    data.mkdir(mode=0o711, parents=True, exist_ok=True)
    (data / "secrets").mkdir(mode=0o711, exist_ok=True)
    folders = write_secrets(data)
    # Signed heads of the audit log; the sealer alone writes, and whoever keeps them elsewhere reads.
    (data / "heads").mkdir(mode=0o755, exist_ok=True)
    os.chown(data / "heads", USERS["sealer"], USERS["sealer"])
    if options.syslog_ca:
        folders["sealer"].write("syslog_ca.pem", options.syslog_ca.read_bytes())
    make_journal(data)
    write_certificates(data, folders, address.hostname or "", options)
    options.env_file.write_text(with_variables(lines, variables(options, address, known)))
    own = (data / "own-certificate").exists()
    print(f"Secrets and certificates are in {data}, variables in {options.env_file}.")
    if not own:
        print(
            f"Browsers must trust {data}/authority.pem, or give a certificate of your own with --certificate."
        )
    print(
        "Next:\n"
        "  docker compose build\n"
        "  docker compose up -d --wait\n"
        "  docker compose exec web python manage.py owner create --email YOUR-ADDRESS\n"
        "      makes the first account and prints the link with which its owner enrols\n"
        f"Take {data}/secrets/sealer/audit_verify_key to another machine: with it anybody can verify the audit log."
    )


def check(options: argparse.Namespace) -> SplitResult:
    """Everything that can be known before anything changes."""
    address: SplitResult = urlsplit(options.url)
    if (
        address.scheme != "https"
        or not address.hostname
        or address.path not in ("", "/")
        or address.query
    ):
        raise Refused(f"--url must be https://HOST or https://HOST:PORT, not {options.url!r}.")
    if os.geteuid() != 0:
        raise Refused("must run as root: the secret files belong to the services' own users.")
    if not shutil.which("openssl"):
        raise Refused("openssl is missing: apt-get install openssl")
    if bool(options.certificate) != bool(options.key):
        raise Refused("--certificate and --key belong together.")
    if bool(options.syslog) != bool(options.syslog_ca):
        raise Refused("--syslog and --syslog-ca belong together: the server must be verified.")
    if options.certificate:
        of_certificate = openssl("x509", "-noout", "-pubkey", "-in", options.certificate)
        if of_certificate != openssl("pkey", "-pubout", "-in", options.key):
            raise Refused(f"{options.key} is not the key of {options.certificate}.")
    if options.data.exists() and not options.data.is_dir():
        raise Refused(f"{options.data} is not a folder.")
    return address


def make_journal(data: Path) -> None:
    """The folder of what was erased: only the worker writes it, web and migrate read. Digests stand there, no names."""
    folder = data / "tombstones"
    folder.mkdir(mode=0o755, exist_ok=True)
    folder.chmod(0o755)
    os.chown(folder, USERS["worker"], USERS["worker"])
