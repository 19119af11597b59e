"""A real SSH server on this machine's loopback, which speaks SFTP alone, to one key alone."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import free_port


def address(port: int, folder: Path) -> str:
    """As `[backup] to` has it."""
    return f"sftp://{Path.home().owner()}@127.0.0.1:{port}{folder}"


def new_key(folder: Path, name: str) -> str:
    """Its public half."""
    file = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True)
    return Path(f"{file}.pub").read_text().rsplit(" ", 1)[0]


@contextmanager
def sftp_server(folder: Path, keys: Path) -> Iterator[int]:
    """Its port. What it needs is made in `folder`, and the client's `sftp_key` and `known_hosts` in `keys`."""
    port = free_port()
    (folder / "authorized_keys").write_text(new_key(keys, "sftp_key"))
    (keys / "known_hosts").write_text(f"[127.0.0.1]:{port} {new_key(folder, 'host_key')}\n")
    configuration = folder / "sshd_config"
    configuration.write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {folder}/host_key\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nPasswordAuthentication no\nStrictModes no\n"
        "PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\nForceCommand internal-sftp\n"
    )
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "apt-get install openssh-server"
    log = (folder / "sshd.log").open("wb")
    with log, subprocess.Popen([program, "-D", "-e", "-f", configuration], stderr=log) as server:
        try:
            _until_listening(port)
            yield port
        finally:
            server.terminate()


def _until_listening(port: int) -> None:
    scan = ["ssh-keyscan", "-p", str(port), "127.0.0.1"]
    for _ in range(50):
        if subprocess.run(scan, capture_output=True, check=False).stdout:
            return
        time.sleep(0.1)
    raise AssertionError("sshd does not listen.")
