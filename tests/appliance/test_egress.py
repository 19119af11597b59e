"""The way out is the proxy and nothing else, and leads to what the host has listed and nowhere else."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.appliance.proxy import also, ask, connect
from tests.appliance.stack import SERVICES, CommandFailed, Stack, appliance, run
from tests.waiting import until

ASKS = ("web", "worker", "sealer")
"""Services that are on the proxy's network."""


@pytest.fixture(scope="module")
def opened(stack: Stack) -> Iterator[Stack]:
    also(stack, "ghes.example:443", "named.example:53", "rebound.example:53")
    yield stack
    also(stack)


def asked_of_the_name_server(stack: Stack) -> list[dict[str, str]]:
    logs = stack.compose("logs", "--no-log-prefix", "nameserver")
    return lines_of(logs)


def lines_of(logs: str) -> list[dict[str, Any]]:
    """Those of JSON; Compose may begin a line with an order to the terminal."""
    return [json.loads(line[line.index("{") :]) for line in logs.splitlines() if '{"' in line]


def address(stack: Stack, service: str, network: str) -> str:
    networks = stack.inspect(service)["NetworkSettings"]["Networks"]
    found: str = networks[f"{stack.project}_{network}"]["IPAddress"]
    return found


@pytest.mark.parametrize("service", ASKS)
def test_what_is_listed_is_reached_and_nothing_else(opened: Stack, service: str) -> None:
    simulator = address(opened, "simulator", "outside")
    # Each of these is there: by a port or a name that is not listed, or by its address.
    others = ("ghes.example:53", "jira.example:443", "ghes.example.:80", f"{simulator}:443")
    found = connect(opened, service, "ghes.example:443", "named.example:53", *others)
    assert found == {"ghes.example:443": 200, "named.example:53": 200} | dict.fromkeys(others, 403)


@pytest.mark.parametrize("service", ASKS)
def test_nothing_but_a_tunnel_and_no_address_of_a_cloud_s_own(opened: Stack, service: str) -> None:
    lines = (
        *("GET http://ghes.example/secret/path?x=1", "GET http://ghes.example:443/", "GET /"),
        *("CONNECT 169.254.169.254:80", "CONNECT [fd00:ec2::254]:80", "CONNECT 2852039166:80"),
        *("CONNECT 127.0.0.1:3128", "CONNECT localhost:3128", "CONNECT web:8000"),
        *("GET http://169.254.169.254/latest/meta-data/", "GET /squid-internal-mgr/info"),
        # A name that is listed and led there by whoever has it.
        "CONNECT rebound.example:53",
    )
    answers = ask(opened, service, *lines)
    assert {line for line, status in answers.items() if status not in {400, 403}} == set()


def test_what_was_refused_is_on_record_without_a_path(opened: Stack) -> None:
    ask(
        opened, "web", "CONNECT unlisted.example:443", "GET http://unlisted.example/secret/path?x=1"
    )
    connect(opened, "web", "ghes.example:443")
    logs = opened.compose("logs", "--no-log-prefix", "egress")
    lines = lines_of(logs)
    web = address(opened, "web", "egress")
    told = {
        (one["client"], one["method"], f"{one['host']}:{one['port']}", one["status"])
        for one in lines
    }
    assert (web, "CONNECT", "unlisted.example:443", 403) in told
    assert (web, "GET", "unlisted.example:80", 403) in told
    assert (web, "CONNECT", "ghes.example:443", 200) in told
    assert "secret/path" not in logs
    assert "health.invalid" not in logs


_BESIDE_THE_PROXY = """
import json, socket
def tried(act):
    try:
        return str(act())
    except OSError as error:
        return type(error).__name__
def asked():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.settimeout(2)
        connection.sendto(b"\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\4leak\\7example\\0\\0\\1\\0\\1", (SERVER, 53))
        return connection.recv(500)
print(json.dumps({
    "names": {name: tried(lambda: socket.gethostbyname(name)) for name in NAMES},
    "name server": tried(asked),
    "straight": tried(lambda: socket.create_connection((SERVER, 53), 2)),
}))
"""


@pytest.mark.parametrize("service", ["web", "worker", "sealer", "beat"])
def test_there_is_no_way_beside_the_proxy(opened: Stack, service: str) -> None:
    """Neither by address nor for names: nobody but the proxy asks anybody about them."""
    names = ("ghes.example", "named.example", f"leak-{service}.example")
    server = address(opened, "nameserver", "outside")
    program = f"NAMES, SERVER = {names!r}, {server!r}\n{_BESIDE_THE_PROXY}"
    found = opened.python(service, program)
    assert found["names"] == dict.fromkeys(names, "gaierror")
    assert found["name server"] in {"OSError", "TimeoutError"}
    assert found["straight"] in {"OSError", "TimeoutError"}


def test_nobody_but_the_proxy_asks_a_name_server(opened: Stack) -> None:
    for service in SERVICES.keys() - {"egress"}:
        with pytest.raises(CommandFailed):
            opened.run_in(service, "getent", "hosts", f"leak-{service}.example")
        assert opened.inspect(service)["HostConfig"]["Dns"] == ["192.0.2.1"]
    connect(opened, "web", "named.example:53")
    asked = asked_of_the_name_server(opened)
    assert "named.example" in {one["name"] for one in asked}
    # Nor does it ask for what is not listed, which could tell somebody something by the name alone.
    connect(opened, "web", "leak-by-the-proxy.example:443", "named.example:443")
    ask(opened, "web", "GET http://leak-by-the-proxy.example/", "CONNECT leak-too.example:53")
    listed = {"named.example", "rebound.example", "ghes.example", "syslog.example", "mail.example"}
    assert {one["name"] for one in asked_of_the_name_server(opened)} <= listed | {"evil.example"}
    assert {one["by"] for one in asked} == {address(opened, "egress", "outside")}


def test_the_proxy_does_not_listen_outside(opened: Stack) -> None:
    place = f"/dev/tcp/{address(opened, 'egress', 'outside')}/3128"
    with pytest.raises(CommandFailed, match="Connection refused"):
        opened.run_in("simulator", "bash", "-c", f"exec 3<>{place}")


def test_a_container_cannot_widen_the_list(stack: Stack) -> None:
    for service in SERVICES:
        with pytest.raises(CommandFailed, match=r"Read-only|No such file|nonexistent|denied"):
            stack.run_in(
                service, "sh", "-c", "echo http_access allow all >> /run/secrets/allowed.conf"
            )
    for service in ("web", "worker"):
        with pytest.raises(CommandFailed):
            stack.run_in(service, "sh", "-c", "echo evil.example:443 >> /egress/destinations")


def test_egress_test_shows_it(opened: Stack) -> None:
    also(opened, "ghes.example:443", "named.example:53")
    code, said = appliance(opened, "egress-test")
    assert code == 0, said
    assert re.search(r"^  ghes\.example:443 +reached +reached +reached$", said, re.MULTILINE)
    assert "nothing else" in said


def test_egress_test_shows_what_is_amiss(opened: Stack) -> None:
    """A rule that no list tells of, and a listed destination that is away."""
    file = opened.data / "secrets" / "egress" / "allowed.conf"
    kept, simulator = file.read_bytes(), opened.container("simulator")
    file.write_bytes(b"acl more dstdomain -n unlisted.invalid\nhttp_access allow more\n" + kept)
    try:
        opened.compose("kill", "--signal", "HUP", "egress")
        run("docker", "stop", "--time", "1", simulator)
        code, said = appliance(opened, "egress-test")
    finally:
        file.write_bytes(kept)
        opened.compose("kill", "--signal", "HUP", "egress")
        run("docker", "start", simulator)
        until(lambda: opened.inspect("simulator")["State"]["Health"]["Status"] == "healthy")
    assert code == 4
    assert re.search(r"^! ghes\.example:443 +failed", said, re.MULTILINE)
    assert re.search(r"^! not listed: unlisted\.invalid:443 +failed", said, re.MULTILINE)
    assert re.search(r"^  syslog\.example:6514 +reached", said, re.MULTILINE)


def test_without_a_list_nothing_is_open(opened: Stack) -> None:
    file = opened.data / "secrets" / "egress" / "allowed.conf"
    kept = file.read_bytes()
    file.unlink()
    try:
        opened.compose("restart", "--timeout", "3", "egress")
        with pytest.raises(CommandFailed):
            connect(opened, "web", "ghes.example:443")
        opened.compose("stop", "--timeout", "3", "egress")
        file.write_bytes(b"")
        file.chmod(0o444)
        opened.compose("up", "--detach", "--wait", "egress")
        assert connect(opened, "web", "ghes.example:443") == {"ghes.example:443": 403}
    finally:
        file.unlink(missing_ok=True)
        file.write_bytes(kept)
        file.chmod(0o444)
        opened.compose("up", "--detach", "--wait", "egress")
    assert appliance(opened, "egress", "--yes")[0] == 0
    assert connect(opened, "web", "ghes.example:443") == {"ghes.example:443": 200}
