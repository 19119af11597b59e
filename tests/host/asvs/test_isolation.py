"""Containers as they should run, and each way to weaken one."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from host.asvs.containers import Container, Image, Seen, leaks, look, secrets
from host.asvs.findings import CONTAINERS
from host.asvs.isolation import LASTING, judge
from host.composition import Composition
from host.services import USERS

from tests.host.asvs.running import appliance, of

Weaken = Callable[[Seen], Seen | None]


def amiss(seen: Seen) -> dict[str, str]:
    return {one.name.partition(".")[2]: one.found for one in judge(seen) if not one.is_good}


def test_as_it_should_run_everything_is_good() -> None:
    found = judge(appliance())
    assert [one.found for one in found if not one.is_good] == []
    assert {one.name for one in found} == set(CONTAINERS) - {"containers.images"}


def host(service: str, **changes: Any) -> Weaken:
    return lambda seen: of(seen, service)["HostConfig"].update(changes)


def config(service: str, **changes: Any) -> Weaken:
    return lambda seen: of(seen, service)["Config"].update(changes)


def mount(service: str, source: str, where: str, *, writable: bool) -> Weaken:
    told = {"Type": "bind", "Source": source, "Destination": where, "RW": writable}
    return lambda seen: of(seen, service)["Mounts"].append(told)


def joined(service: str, name: str) -> Weaken:
    return lambda seen: of(seen, service)["NetworkSettings"]["Networks"].update({name: {}})


def network(key: str, **changes: Any) -> Weaken:
    return lambda seen: seen._replace(
        networks={**seen.networks, key: seen.networks[key]._replace(**changes)}
    )


def stranger(**changes: Any) -> Weaken:
    """A service that the operator added to this project."""

    def add(seen: Seen) -> Seen:
        told = {
            "Config": {"User": "20000:20000"},
            "HostConfig": {"IpcMode": "private", "NetworkMode": "x", **changes},
            "State": {"Running": True},
        }
        return seen._replace(containers=[*seen.containers, Container("extra", "id-extra", told)])

    return add


CASES: dict[str, tuple[Weaken, set[str]]] = {
    "root": (config("web", User=""), {"users"}),
    "root-by-number": (config("web", User="0:0"), {"users"}),
    "another-user": (config("beat", User="10102:10102"), {"users"}),
    "root-s-group": (config("web", User="10102:0"), {"users"}),
    "more-groups": (host("web", GroupAdd=["docker"]), {"users"}),
    "a-capability": (host("nginx", CapAdd=["NET_BIND_SERVICE"]), {"capabilities"}),
    "usual-capabilities": (host("nginx", CapDrop=None), {"capabilities"}),
    "new-privileges": (host("worker", SecurityOpt=None), {"no_new_privileges"}),
    "new-privileges-by-word": (
        host("worker", SecurityOpt=["no-new-privileges:false"]), {"no_new_privileges"},
    ),
    "no-seccomp": (
        host("worker", SecurityOpt=["no-new-privileges", "seccomp=unconfined"]), {"no_new_privileges"},
    ),
    "no-apparmor": (
        host("worker", SecurityOpt=["no-new-privileges", "apparmor:unconfined"]), {"no_new_privileges"},
    ),
    "writable-root": (host("valkey", ReadonlyRootfs=False), {"read_only_root"}),
    "writable-folder": (mount("web", "/srv/x", "/srv", writable=True), {"read_only_root"}),
    "writable-secrets": (
        mount("web", "/etc/plumbline/keys/web", "/run/secrets", writable=True), {"read_only_root"},
    ),
    "no-memory-limit": (host("web", Memory=0), {"limits"}),
    "no-core-limit": (host("web", NanoCpus=0), {"limits"}),
    "no-process-limit": (host("web", PidsLimit=None), {"limits"}),
    "endless-processes": (host("web", PidsLimit=-1), {"limits"}),
    "endless-log": (host("web", LogConfig={"Type": "json-file", "Config": {}}), {"limits"}),
    "clones-in-swap": (host("worker", MemorySwap=-1), {"limits"}),
    "privileged": (host("web", Privileged=True), {"namespaces"}),
    "host-s-processes": (host("web", PidMode="host"), {"namespaces"}),
    "host-s-memory": (host("web", IpcMode="host"), {"namespaces"}),
    "host-s-name": (host("web", UTSMode="host"), {"namespaces"}),
    "host-s-network": (host("web", NetworkMode="host"), {"namespaces"}),
    "another-s-network": (host("web", NetworkMode="container:abc"), {"namespaces"}),
    "a-device": (host("web", Devices=[{"PathOnHost": "/dev/kmsg"}]), {"namespaces"}),
    "unmasked-proc": (host("web", MaskedPaths=[]), {"namespaces"}),
    "engine-s-socket": (
        mount("web", "/var/run/docker.sock", "/engine", writable=False), {"namespaces"},
    ),
    "host-s-root": (mount("web", "/", "/host", writable=False), {"namespaces"}),
    "host-s-etc": (mount("web", "/etc", "/host", writable=False), {"namespaces"}),
    "privileged-stranger": (stranger(Privileged=True), {"namespaces"}),
    "a-port": (
        host("postgres", PortBindings={"5432/tcp": [{"HostIp": "127.0.0.1", "HostPort": "5432"}]}),
        {"ports"},
    ),
    "all-ports": (host("web", PublishAllPorts=True), {"ports"}),
    "another-port-of-nginx": (
        host("nginx", PortBindings={"8081/tcp": [{"HostIp": "", "HostPort": "8081"}]}), {"ports"},
    ),
    "numbers-for-everybody": (
        host("nginx", PortBindings={"9464/tcp": [{"HostIp": "", "HostPort": "49153"}]}), {"ports"},
    ),
    "a-stranger-s-port": (
        stranger(PortBindings={"80/tcp": [{"HostIp": "", "HostPort": "80"}]}), {"ports"},
    ),
    "way-out": (joined("web", "plumbline_outside"), {"networks"}),
    "another-network": (joined("web", "bridge"), {"networks"}),
    "database-to-nginx": (joined("nginx", "plumbline_database"), {"networks"}),
    "open-network": (network("database", internal=False), {"networks"}),
    "missing-network": (
        lambda seen: seen._replace(networks={k: n for k, n in seen.networks.items() if k != "broker"}),
        {"networks"},
    ),
    "a-stranger-beside-the-database": (
        network("database", members=("id-postgres", "id-extra")), {"networks"},
    ),
    "secret-by-name": (config("web", Env=["DJANGO_SECRET_KEY=abc"]), {"environment"}),
    "password-in-an-address": (
        config("web", Env=["DATABASE=postgres://web:abc@postgres/x"]), {"environment"},
    ),
    "secret-of-its-folder": (lambda seen: seen._replace(secrets_in=["web"]), {"environment"}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_weakened_is_found_and_nothing_else(case: str) -> None:
    weaken, expected = CASES[case]
    seen = appliance()
    seen = weaken(seen) or seen
    assert amiss(seen).keys() == expected


def test_two_that_share_a_user_are_named() -> None:
    seen = appliance()
    of(seen, "beat")["Config"]["User"] = "10102:10102"
    assert "beat and web share 10102" in amiss(seen)["users"]


def test_nothing_is_good_of_a_service_that_does_not_run() -> None:
    seen = appliance()
    of(seen, "egress")["State"]["Running"] = False
    found = amiss(seen)
    assert len(found) == len(CONTAINERS) - 1
    assert set(found.values()) == {"egress does not run"}


def test_of_an_engine_that_tells_nothing_nothing_is_good() -> None:
    nothing = Seen([Container("web", "x", {})], {}, {}, {}, ())
    assert len(amiss(nothing)) == len(CONTAINERS) - 1


def test_variables_that_name_a_file_hold_no_secret() -> None:
    seen = appliance()
    of(seen, "web")["Config"]["Env"] = ["PASSWORD_FILE=/run/secrets/own", "API_KEY="]
    assert amiss(seen) == {}


def test_a_secret_is_found_wherever_it_stands(tmp_path: Any) -> None:
    word = "x" * 30
    (tmp_path / "web").mkdir()
    (tmp_path / "web/password").write_text(f"{word}\nshort\n")
    (tmp_path / "web/internal_ca.pem").write_text("everybody-may-read-this-line-of-it\n")
    (tmp_path / "web/allowed.conf").write_text("acl x dstdomain a-host-of-a-long-name.example\n")
    words = secrets(tmp_path)
    assert words == {word}
    command = Container("web", "1", {"Config": {"Cmd": ["serve", f"--password={word}"]}})
    label = Container("beat", "2", {"Config": {"Labels": {"x": word}}})
    assert leaks([command, label, Container("nginx", "3", {"Config": {"Cmd": ["short"]}})], words) == [
        "beat", "web",
    ]  # fmt: skip


ENGINE = """#!{python}
import json, sys
told = json.load(open({told!r}))
words = sys.argv[1:]
if words[0] == "compose":
    if "config" in words:
        assert words[words.index("--profile") + 1] == "*"
        print(json.dumps(told["config"]))
    else:
        print("\\n".join(told["containers"]))
elif words[:2] == ["network", "inspect"]:
    print(json.dumps([told["networks"][name] for name in words[2:]]))
elif words[:2] == ["image", "inspect"]:
    print(json.dumps([dict(Id=words[2], RootFS=dict(Layers=["layer"]))]))
else:
    print(json.dumps([told["containers"][name] for name in words[1:]]))
"""


def test_it_is_seen_as_the_engine_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = appliance()
    containers = {one.id: dict(one.told) for one in wanted.containers}
    for one in wanted.containers:
        labels = {"com.docker.compose.service": one.service}
        containers[one.id]["Config"] = {**one.config, "Labels": labels}
    networks = {
        one.name: {
            "Name": one.name,
            "Internal": one.internal,
            "Containers": dict.fromkeys(one.members),
        }
        for one in wanted.networks.values()
    }
    config = {
        **wanted.declared,
        "networks": {key: {"name": one.name} for key, one in wanted.networks.items()},
    }
    told = tmp_path / "told.json"
    told.write_text(json.dumps({"containers": containers, "networks": networks, "config": config}))
    docker = tmp_path / "bin/docker"
    docker.parent.mkdir()
    docker.write_text(ENGINE.format(python=sys.executable, told=str(told)))
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{docker.parent}:{os.environ['PATH']}")
    (tmp_path / "env").write_text(f"PLUMBLINE_KEYS={tmp_path}/keys\n")
    (tmp_path / "keys/web").mkdir(parents=True)
    (tmp_path / "keys/web/web_key").write_text("y" * 40)
    seen = look(Composition(tmp_path, tmp_path / "env"))
    assert [one.service for one in seen.containers] == sorted(USERS.keys() & {*LASTING})
    assert seen.networks == wanted.networks
    assert seen.images["sha256:web"] == Image("sha256:web", ("layer",))
    assert seen.secrets_in == []
    assert amiss(seen) == {}
    containers["id-web"]["Args"] = ["y" * 40]
    told.write_text(json.dumps({"containers": containers, "networks": networks, "config": config}))
    assert amiss(look(Composition(tmp_path, tmp_path / "env"))).keys() == {"environment"}
