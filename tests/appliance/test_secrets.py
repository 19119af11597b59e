"""Secrets stand in files that their own service alone can read, and nowhere else."""

import json
import stat
from secrets import token_urlsafe

import pytest

from tests.appliance.stack import HOST, SERVICES, CommandFailed, Stack, install, run
from tests.appliance.test_transport import handshake

USERS = SERVICES | {"migrate": 10105, "backup": 10110, "drill": 10111, "drill-database": 10112}
STAYING = {*SERVICES, "migrate"}
"""Whose containers are there; migrate's image is that of backup and drill, and postgres' that of the drill's server."""
FILES = {
    "nginx": {"server.crt", "server.key", "server_ca.pem", "internal_ca.pem"},
    "web": {
        *("django_secret_key", "database_password", "broker_password", "internal_ca.pem"),
        *("web_key", "worker_public_key", "tombstone_key", "audit_verify_key"),
        *("server.crt", "server.key"),
    },
    "worker": {
        *("django_secret_key", "database_password", "broker_password", "internal_ca.pem"),
        *("worker_private_key", "tombstone_key", "audit_verify_key"),
        *("mail_password", "mail_ca.pem"),
    },
    "sealer": {
        *("django_secret_key", "database_password", "broker_password", "internal_ca.pem"),
        *("audit_signing_key", "audit_verify_key", "syslog_ca.pem"),
    },
    "beat": {"django_secret_key", "database_password", "broker_password", "internal_ca.pem"},
    "migrate": {
        *("django_secret_key", "database_password", "broker_password", "internal_ca.pem"),
        "tombstone_key",
    },
    # No secret, but its own: what it lets through.
    "egress": {"allowed.conf"},
    "backup": {"django_secret_key", "database_password", "broker_password", "internal_ca.pem"},
    "drill": {"django_secret_key", "database_password", "broker_password"},
    "drill-database": set(),
    "postgres": {"roles", "server.crt", "server.key"},
    "valkey": {"users.acl", "server.crt", "server.key", "internal_ca.pem"},
}
for own in FILES.values():
    # By which each believes what the host says of its disks.
    own.add("at_rest_verify_key")
PUBLIC = {
    *("internal_ca.pem", "server.crt", "server_ca.pem", "syslog_ca.pem", "mail_ca.pem"),
    *("worker_public_key", "audit_verify_key", "at_rest_verify_key"),
    "allowed.conf",
}
BOTH_ENDS = {"tombstone_key"}
"""With which web, the worker and migrate ask whether a name was erased."""


@pytest.mark.parametrize("service", USERS)
def test_files_are_there_for_one_user_alone(stack: Stack, service: str) -> None:
    folder = stack.data / "secrets" / service
    assert {file.name for file in folder.iterdir()} == FILES[service]
    for path in (folder, *folder.iterdir()):
        found = path.stat()
        assert (found.st_uid, found.st_gid) == (USERS[service], USERS[service])
        assert stat.S_IMODE(found.st_mode) == (0o500 if path.is_dir() else 0o400)


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_sees_its_own_secrets_alone(stack: Stack, service: str) -> None:
    assert set(stack.run_in(service, "ls", "/run/secrets").split()) == FILES[service]
    with pytest.raises(CommandFailed):
        stack.run_in(service, "sh", "-c", ": > /run/secrets/django_secret_key")


def test_no_secret_is_shared_but_those_of_both_ends(stack: Stack) -> None:
    seen: dict[str, str] = {}
    for service in USERS:
        for name in FILES[service] - PUBLIC - BOTH_ENDS:
            value = (stack.data / "secrets" / service / name).read_text()
            assert value not in seen, f"{service}/{name} equals {seen.get(value)}"
            seen[value] = f"{service}/{name}"


def test_no_secret_is_in_the_configuration_environment_images_or_logs(stack: Stack) -> None:
    secrets = {
        part
        for service in USERS
        for name in FILES[service] - PUBLIC
        for line in (stack.data / "secrets" / service / name).read_text().splitlines()
        for part in line.split()
        if len(part) > 20 and not part.startswith("-----")
    }
    assert len(secrets) > 20
    everything = [
        stack.compose("config"),
        stack.compose("logs", "--no-color"),
        *(json.dumps(stack.inspect(service)) for service in STAYING),
        *(run("docker", "history", "--no-trunc", stack.inspect(name)["Image"]) for name in STAYING),
        *(stack.run_in(name, "sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '") for name in SERVICES),
        *(stack.run_in(name, "sh", "-c", "cat /proc/[0-9]*/environ | tr '\\0' ' '") for name in SERVICES),
    ]  # fmt: skip
    for text in everything:
        assert not [secret for secret in secrets if secret in text]


@pytest.mark.parametrize(
    "path", ["/hooks/jira/", "//hooks/jira/", "/x/../hooks/jira/", "/%68ooks/jira//"]
)
def test_a_secret_in_the_address_of_webhooks_is_in_no_log(stack: Stack, path: str) -> None:
    secret = token_urlsafe(32)
    with handshake(stack, stack.trust()) as connection:
        request = f"POST {path}jira-example/{secret} HTTP/1.1\r\nHost: {HOST}\r\n"
        connection.sendall(f"{request}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 ")
    log = stack.compose("logs", "--no-color", "--since", "1m")
    assert "jira-example/…" in log
    assert secret not in log


def test_installing_again_keeps_every_secret(stack: Stack) -> None:
    def contents() -> dict[str, bytes]:
        files = (stack.data / "secrets").rglob("*")
        return {str(file): file.read_bytes() for file in files if file.is_file()}

    before = contents()
    install(stack)
    assert contents() == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"url": "http://plumbline.example"}, "must be https://"),
        ({"url": "https://plumbline.example/path"}, "must be https://"),
        ({"certificate": "/none.pem"}, "belong together"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_changes(
    stack: Stack, changes: dict[str, str], message: str
) -> None:
    before = (stack.folder / "env").read_bytes()
    with pytest.raises(CommandFailed, match=message):
        install(stack, **changes)
    assert (stack.folder / "env").read_bytes() == before
