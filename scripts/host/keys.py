"""Passwords and keys of the services, each in the folder of who needs it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from pathlib import Path

from host.folders import Folder
from host.programs import openssl
from host.services import BROKER_USERS, DATABASE_ROLES, USERS


def write_secrets(keys: Path) -> dict[str, Folder]:
    """A folder a service, with exactly what its role needs. Returns the folders by name."""
    folders = {name: Folder(keys / name, user) for name, user in USERS.items()}
    database: dict[str, bytes] = {}
    broker: dict[str, bytes] = {}
    for name in DATABASE_ROLES:
        folder = folders[name]
        # A key each: the worker could not forge a session even if it knew how.
        folder.keep("django_secret_key", lambda: secrets.token_urlsafe(50).encode())
        database[name] = folder.keep("database_password", password)
        # Migrate's and the sealer's open nothing: the settings want a file, the broker knows no such users.
        broker[name] = folder.keep("broker_password", password)
    # The drill's own server asks for none, and the settings want files all the same.
    for name in ("django_secret_key", "database_password", "broker_password"):
        folders["drill"].keep(name, password)
    folders["web"].keep("web_key", lambda: secrets.token_bytes(32).hex().encode())
    # Which names were erased: web and worker ask, and migrate erases again what an old backup brought back.
    tombstones = folders["worker"].keep(
        "tombstone_key", lambda: secrets.token_bytes(32).hex().encode()
    )
    for name in ("web", "migrate"):
        folders[name].write("tombstone_key", tombstones)
    private = folders["worker"].keep(
        "worker_private_key", lambda: openssl("genpkey", "-algorithm", "X25519")
    )
    folders["web"].write("worker_public_key", openssl("pkey", "-pubout", stdin=private))
    signing = folders["sealer"].keep(
        "audit_signing_key", lambda: openssl("genpkey", "-algorithm", "Ed25519")
    )
    # Whoever is to check what the sealer signed; the key that it had before stays below a new one.
    for name in ("sealer", "web", "worker"):
        folders[name].write(
            "audit_verify_key", verify_keys(folders["sealer"].path / "audit_verify_key", signing)
        )
    folders["postgres"].write("roles", role_lines(folders["postgres"].path / "roles", database))
    folders["valkey"].write(
        "users.acl", broker_rules({name: broker[name] for name in BROKER_USERS})
    )
    return folders


def password() -> bytes:
    return secrets.token_urlsafe(32).encode()


def role_lines(file: Path, passwords: dict[str, bytes]) -> bytes:
    """ROLE VERIFIER, a line each; a verifier that is still of the same password stays as it is."""
    lines = file.read_text().split("\n")[:-1] if file.exists() else []
    known = dict(line.split(" ") for line in lines)
    return "".join(
        f"{name} {_verifier(known.get(name), plain)}\n" for name, plain in passwords.items()
    ).encode()


def _verifier(known: str | None, plain: bytes) -> str:
    if known:
        salt = base64.b64decode(known.split("$")[1].partition(":")[2])
        if hmac.compare_digest(scram_verifier(plain, salt), known):
            return known
    return scram_verifier(plain, secrets.token_bytes(16))


def scram_verifier(plain: bytes, salt: bytes) -> str:
    """What Postgres stores of a password (RFC 5803): it never sees the password itself."""
    iterations = 4096
    salted = hashlib.pbkdf2_hmac("sha256", plain, salt, iterations)
    client = hmac.digest(salted, b"Client Key", "sha256")
    stored = hashlib.sha256(client).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${iterations}:{encoded[0]}${encoded[1]}:{encoded[2]}"


def verify_keys(file: Path, signing: bytes) -> bytes:
    """The public half first, then those of former keys."""
    current = openssl("pkey", "-pubout", stdin=signing)
    end = b"-----END PUBLIC KEY-----\n"
    known = [block + end for block in file.read_bytes().split(end)[:-1]] if file.exists() else []
    return b"".join([current, *(block for block in known if block != current)])


def broker_rules(passwords: dict[str, bytes]) -> bytes:
    """Valkey's users: each of ours by the hash of a password, one that may only PING, and no default."""
    # What Celery's transport and result-less tasks use; nothing that configures, dumps or empties the server.
    allowed = "~* &* +@all -@admin -@dangerous +info"
    rules = [
        "user default off resetchannels -@all",
        "user health on >health resetchannels -@all +ping",
    ]
    for name, plain in passwords.items():
        rules.append(f"user {name} on #{hashlib.sha256(plain).hexdigest()} {allowed}")
    return ("\n".join(rules) + "\n").encode()
