"""What holds inside the running containers: declared is not yet true."""

import json

import pytest

from tests.appliance.stack import SERVICES, CommandFailed, Stack, run


@pytest.mark.parametrize("service", SERVICES)
def test_every_process_is_the_service_s_own_unprivileged_user(stack: Stack, service: str) -> None:
    status = stack.run_in(service, "sh", "-c", "cat /proc/[0-9]*/status")
    fields = [line.split(":", 1) for line in status.splitlines() if ":" in line]
    user = str(SERVICES[service])
    assert {tuple(value.split()) for key, value in fields if key == "Uid"} == {(user,) * 4}
    assert {value.split()[0] for key, value in fields if key == "Gid"} == {user}
    for capabilities in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert {int(value, 16) for key, value in fields if key == capabilities} == {0}
    assert {value.strip() for key, value in fields if key == "NoNewPrivs"} == {"1"}
    assert {value.strip() for key, value in fields if key == "Seccomp"} == {"2"}


@pytest.mark.parametrize("service", SERVICES)
def test_the_root_is_read_only_and_what_is_writable_is_in_memory(
    stack: Stack, service: str
) -> None:
    mounts = [line.split() for line in stack.run_in(service, "cat", "/proc/mounts").splitlines()]
    options = {where: (kind, set(flags.split(","))) for _, where, kind, flags, *_ in mounts}
    assert "ro" in options["/"][1]
    assert "ro" in options["/run/secrets"][1]
    writable = {
        where: kind
        for where, (kind, flags) in options.items()
        if "rw" in flags and not where.startswith(("/proc", "/sys", "/dev", "/etc/"))
    }
    kept = {"postgres": "/var/lib/postgresql", "sealer": "/heads", "worker": "/tombstones"}
    own = {kept[service]} if service in kept else set()
    assert set(writable) & set(kept.values()) == own
    assert {writable[where] for where in writable.keys() - own} == {"tmpfs"}
    for where in writable.keys() - own:
        assert {"nosuid", "nodev", "noexec"} <= options[where][1]
    for place in ("/opt/new", "/usr/bin/new", "/etc/new"):
        with pytest.raises(CommandFailed, match=r"Read-only file system|Permission denied"):
            stack.run_in(service, "sh", "-c", f": > {place}")


def test_clones_have_a_limited_memory_of_their_own(stack: Stack) -> None:
    size = stack.run_in("worker", "sh", "-c", "df --output=fstype,size -B1 /scratch | tail -1")
    assert size.split() == ["tmpfs", str(2 * 1024**3)]
    assert stack.run_in("worker", "stat", "-c", "%a %u", "/scratch").split() == ["700", "10103"]


@pytest.mark.parametrize("service", SERVICES)
def test_limits_are_in_force(stack: Stack, service: str) -> None:
    host = stack.inspect(service)["HostConfig"]
    assert host["Memory"] > 0
    assert host["NanoCpus"] > 0
    assert 0 < host["PidsLimit"] <= 256
    assert host["LogConfig"]["Config"]["max-size"] == "10m"
    assert not host["Privileged"]
    assert not host["PidMode"]
    assert host["IpcMode"] in {"private", "shareable"}
    assert host["NetworkMode"] != "host"
    sources = [mount.get("Source", "") for mount in stack.inspect(service)["Mounts"]]
    assert not any("docker.sock" in source for source in sources)


@pytest.mark.parametrize("service", SERVICES.keys() - {"nginx"})
def test_no_port_but_nginx_is_published(stack: Stack, service: str) -> None:
    assert not stack.inspect(service)["HostConfig"]["PortBindings"]


def test_nginx_is_published_where_it_was_asked_for(stack: Stack) -> None:
    bindings = stack.inspect("nginx")["HostConfig"]["PortBindings"]
    metrics = bindings.pop("9464/tcp")
    assert [binding["HostIp"] for binding in metrics] == ["127.0.0.1"]
    assert bindings == {"8443/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(stack.port)}]}


OUTSIDE = {"simulator": 443, "tracker": 443, "rsyslog": 6514, "nameserver": 53, "mailserver": 587}
PORTS = {"nginx": 8443, "web": 8000, "postgres": 5432, "valkey": 6379, "egress": 3128} | OUTSIDE
REACHES = {
    "nginx": {"nginx", "web"},
    "web": {"nginx", "web", "postgres", "valkey", "egress"},
    "worker": {"postgres", "valkey", "egress"},
    "beat": {"valkey"},
    "sealer": {"postgres", "egress"},
    "egress": {"egress", *OUTSIDE},
    "postgres": {"postgres"},
    "valkey": {"valkey"},
}


@pytest.fixture(scope="module")
def addresses(stack: Stack) -> dict[str, list[str]]:
    """Of whatever listens, in each network that it is in."""
    networks = {name: stack.inspect(name)["NetworkSettings"]["Networks"] for name in PORTS}
    return {
        name: [network["IPAddress"] for network in found.values()]
        for name, found in networks.items()
    }


@pytest.mark.parametrize("service", SERVICES)
def test_each_container_reaches_exactly_what_it_needs(
    stack: Stack, addresses: dict[str, list[str]], service: str
) -> None:
    """By address, so that a missing name does not pass for a closed door; some at once, as most are waited for."""
    tries = [
        f"(timeout 2 bash -c 'exec 3<>/dev/tcp/{address}/{PORTS[name]}' 2>/dev/null && echo {name}) &"
        for name, found in addresses.items()
        for address in found
    ]
    # Not all: processes are limited, too.
    program = "\n".join(
        line
        for number, one in enumerate(tries, 1)
        for line in (one, *(() if number % 5 else ("wait",)))
    )
    reached = set(stack.run_in(service, "bash", "-c", f"{program}\nwait").split())
    assert reached == REACHES[service]


def test_networks_are_really_internal(stack: Stack) -> None:
    listed = run("docker", "network", "ls", "--quiet", "--filter", f"name={stack.project}_").split()
    networks = json.loads(run("docker", "network", "inspect", *listed))
    outward = {network["Name"] for network in networks if not network["Internal"]}
    assert (len(networks), outward) == (
        6,
        {f"{stack.project}_{name}" for name in ("front", "outside")},
    )
