"""The Compose bundle, installed, built and started for the tests under a project name of its own."""

import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosmtpd
import attr
import attrs
import graphql
import immutables
import public
import yaml

from tests.outbound import mailing
from tests.servers import free_port

TOP = Path(__file__).resolve().parents[2]
OVERLAY = "tests/appliance/compose.yaml"
"""What the tests add to a release's compose.yaml, in the release's folder."""
HOST = "plumbline.example"
FORGE = "https://ghes.example"
TRACKER = "https://jira.example"
SYSLOG = "syslog.example"
MAIL = "mail.example"
TOKEN = "ghp_appliance0123456789token"
CANARY = "canaryinthecoalmine"
SERVICES = {
    "nginx": 10101,
    "web": 10102,
    "worker": 10103,
    "beat": 10104,
    "postgres": 10106,
    "valkey": 10107,
    "sealer": 10108,
    "egress": 10109,
}
"""The lasting services and their numeric users."""


class CommandFailed(Exception):
    """A command's exit code and everything it said."""


@dataclass(frozen=True)
class Stack:
    folder: Path
    project: str
    port: int
    top: Path = TOP
    """The folder of the release that runs."""
    variables: str = "env"
    """The file that stands for its .env."""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def environment(self) -> dict[str, str]:
        """What Compose interpolates, beside the installer's own file; nothing of the test process's settings."""
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("PLUMBLINE_")
            or key.startswith(("PLUMBLINE_BUILD_", "PLUMBLINE_VERSION"))
        }
        authorities = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")
        if authorities:
            kept.setdefault("PLUMBLINE_BUILD_CA", authorities)
        return kept | {
            "PLUMBLINE_PROJECT": self.project,
            # Of whichever release's folder Compose runs in.
            "COMPOSE_FILE": f"compose.yaml:{OVERLAY}",
            "TEST_PROJECT": str(TOP),
            "TEST_PACKAGES": str(self.folder / "packages"),
            "TEST_SIMULATOR": str(self.folder / "simulator"),
            # Of its own, so that another stack can run beside it.
            "TEST_NETWORK": f"10.213.{self.port % 256}",
            "TEST_SYSLOG": str(self.folder / "syslog"),
            "TEST_TOKEN": TOKEN,
            "TEST_CANARY": CANARY,
        }

    def compose(self, *arguments: str, stdin: str = "", seconds: float = 120) -> str:
        """Run `docker compose …` on this stack and return what it wrote. Raises CommandFailed."""
        command = ["docker", "compose", "--env-file", str(self.folder / self.variables)]
        return run(
            *(*command, *arguments),
            environment=self.environment,
            stdin=stdin,
            seconds=seconds,
            folder=self.top,
        )

    def run_in(self, service: str, *command: str, stdin: str = "", seconds: float = 120) -> str:
        return self.compose("exec", "-T", service, *command, stdin=stdin, seconds=seconds)

    def python(self, service: str, program: str) -> dict[str, Any]:
        """Run a program in a service's container and return the JSON object that it prints."""
        found: dict[str, Any] = json.loads(self.run_in(service, "python", "-", stdin=program))
        return found

    def manage(self, service: str, *arguments: str, stdin: str = "", seconds: float = 120) -> str:
        return self.run_in(service, "python", "manage.py", *arguments, stdin=stdin, seconds=seconds)

    def sql(self, statement: str) -> str:
        """What the superuser sees, by the database container's own socket."""
        return self.run_in(
            "postgres", "psql", "-XAtq", "-U", "postgres", "-d", "plumbline", "-c", statement
        ).strip()

    def broker(self) -> str:
        """All that the broker holds, keys and values, as it is and with messages' base64 undone."""
        return self.run_in("worker", "python", "-", stdin=_READ_THE_BROKER)

    def container(self, service: str) -> str:
        return self.compose("ps", "--all", "--quiet", service).strip()

    def inspect(self, service: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = json.loads(run("docker", "inspect", self.container(service)))
        return found[0]

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.data / "authority.pem"))


def run(
    *command: str,
    environment: dict[str, str] | None = None,
    stdin: str = "",
    seconds: float = 120,
    folder: Path = TOP,
) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    if done.returncode:
        said = f"{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
        raise CommandFailed(f"{' '.join(command)} ended with {done.returncode}:\n{said}")
    return done.stdout


_READ_THE_BROKER = """
import base64
import json
import redis
from backend.config.settings import _broker_url
read = {
    b"string": lambda broker, key: [broker.get(key)],
    b"list": lambda broker, key: broker.lrange(key, 0, -1),
    b"set": lambda broker, key: broker.smembers(key),
    b"zset": lambda broker, key: broker.zrange(key, 0, -1),
    b"hash": lambda broker, key: broker.hgetall(key).values(),
}
for number in (0, 1):
    with redis.Redis.from_url(_broker_url(number)) as broker:
        for key in broker.scan_iter():
            for value in read[broker.type(key)](broker, key):
                print(number, key, value)
                try:
                    print(base64.b64decode(json.loads(value)["body"]))
                except (ValueError, KeyError, TypeError):
                    pass
"""


def declared() -> dict[str, Any]:
    """The shipped compose.yaml, parsed, with its anchors merged."""
    parsed: dict[str, Any] = yaml.safe_load((TOP / "compose.yaml").read_text())
    return parsed


@contextmanager
def running(folder: Path) -> Iterator[Stack]:
    """Install, build and start; take everything down again, volumes included, whatever happened."""
    stack = Stack(folder=folder, project=f"plumbline-test-{os.getpid()}", port=free_port())
    with cleared(stack):
        prepare_outside(stack)
        configure_mail(stack)
        install(stack)
        attest(stack)
        stack.compose("build", "--progress", "plain", seconds=1200)
        start(stack)
        yield stack


@contextmanager
def cleared(stack: Stack) -> Iterator[None]:
    try:
        yield
    finally:
        stack.compose("down", "--volumes", "--remove-orphans", "--timeout", "20", seconds=180)


def start(stack: Stack) -> None:
    """From images that are there; until all is healthy."""
    try:
        stack.compose(
            "up", "--detach", "--no-build", "--wait", "--wait-timeout", "600", seconds=660
        )
    except CommandFailed as failure:
        raise CommandFailed(f"{failure}\n{stack.compose('logs', '--tail', '40')}") from failure


def install(stack: Stack, *before: str, **changes: str) -> str:
    """`scripts/appliance install` as an operator runs it, after `before` on the command line."""
    options = {
        "--url": f"https://{HOST}:{stack.port}",
        "--bind": "127.0.0.1",
        "--data": str(stack.data),
        "--keys": str(stack.data / "secrets"),
        "--config": str(stack.folder / "appliance.conf"),
        "--env-file": str(stack.folder / stack.variables),
        "--syslog": SYSLOG,
        "--syslog-ca": str(stack.folder / "forge-authority.pem"),
    } | {f"--{name}": value for name, value in changes.items()}
    # A machine of tests may be smaller than one of an installation.
    given = [*options.items(), *(("--accept", name) for name in ("cores", "memory", "disk"))]
    command = (sys.executable, str(stack.top / "scripts/appliance"), "install")
    pairs = [word for pair in given for word in pair]
    return run(*before, *command, *pairs, environment=stack.environment)


def appliance(stack: Stack, verb: str, *arguments: str) -> tuple[int, str]:
    """Another verb of the operator on this stack: its exit code, and everything that it said."""
    done = subprocess.run(
        [
            *(sys.executable, str(stack.top / "scripts/appliance"), verb),
            *("--config", str(stack.folder / "appliance.conf")),
            *("--env-file", str(stack.folder / stack.variables), *arguments),
        ],
        cwd=TOP,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    return done.returncode, done.stdout + done.stderr


def attest(stack: Stack) -> str:
    """The machine of the tests need not encrypt its disks."""
    return volumes(stack, "attest", "--evaluation", "tests of the appliance", "--by", "the tests")


def volumes(stack: Stack, *arguments: str) -> str:
    """`scripts/appliance volumes …` as an operator runs it on this stack."""
    files = (
        *("--config", str(stack.folder / "appliance.conf")),
        *("--env-file", str(stack.folder / stack.variables)),
    )
    command = (sys.executable, str(stack.top / "scripts/appliance"), "volumes", *arguments, *files)
    return run(*command, environment=stack.environment)


def prepare_outside(stack: Stack) -> None:
    """What the simulators need besides the shipped image; certificates of an authority that nothing trusts."""
    for package in (graphql, immutables, aiosmtpd, attr, attrs, public):
        source = Path(str(package.__file__)).parent
        shutil.copytree(source, stack.folder / "packages" / source.name)
    authority, key = stack.folder / "forge-authority.pem", stack.folder / "forge-authority.key"
    run(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
        *("-nodes", "-days", "2", "-subj", "/CN=Forge authority"),
        *("-addext", "keyUsage=critical,keyCertSign", "-keyout", str(key), "-out", str(authority)),
    )
    for name, hosts, user in (
        ("simulator", ("ghes.example", "jira.example", MAIL), 10199),
        ("syslog", (SYSLOG,), 10198),
    ):
        folder = stack.folder / name
        folder.mkdir(mode=0o755)
        run(
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", f"/CN={hosts[0]}", "-CA", str(authority)),
            *(
                "-CAkey",
                str(key),
                "-addext",
                "subjectAltName=" + ",".join(f"DNS:{host}" for host in hosts),
            ),
            *("-addext", "basicConstraints=critical,CA:FALSE"),
            *("-addext", "keyUsage=critical,digitalSignature"),
            *("-keyout", str(folder / "server.key"), "-out", str(folder / "server.crt")),
        )
        for file in folder.iterdir():
            shutil.chown(file, user, user)


def configure_mail(stack: Stack) -> None:
    """Before anything is installed, which adds the rest of the configuration."""
    password = stack.folder / "mail-password"
    password.write_text(f"{mailing.PASSWORD}\n")
    (stack.folder / "appliance.conf").write_text(
        f"[mail]\nserver = {MAIL}\nfrom = plumbline@company.example\nuser = {mailing.USER}\n"
        f"password = {password}\nauthority = {stack.folder}/forge-authority.pem\n"
    )
