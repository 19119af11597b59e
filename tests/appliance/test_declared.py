"""What compose.yaml declares, service by service. Linters let a privileged bundle pass, so these are our own."""

import re
from typing import Any

import pytest

from tests.appliance.stack import TOP, declared

COMPOSE = declared()
ALL: dict[str, dict[str, Any]] = COMPOSE["services"]
NETWORKS = {
    "nginx": {"front", "application"},
    "web": {"application", "database", "broker", "egress"},
    "worker": {"database", "broker", "egress"},
    "beat": {"broker"},
    "sealer": {"database", "syslog"},
    "migrate": {"database"},
    "postgres": {"database"},
    "valkey": {"broker"},
}
FORBIDDEN = {
    *("privileged", "cap_add", "devices", "device_cgroup_rules", "userns_mode", "network_mode"),
    *("pid", "ipc", "uts", "cgroup", "cgroup_parent", "env_file", "group_add", "sysctls", "links"),
}


def test_the_services_are_the_known_ones() -> None:
    assert ALL.keys() == NETWORKS.keys()


@pytest.mark.parametrize("name", ALL)
def test_every_service_is_hardened(name: str) -> None:
    service = ALL[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not FORBIDDEN & service.keys()
    assert service["mem_limit"]
    assert service["cpus"]
    assert 0 < service["pids_limit"] <= 256
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


@pytest.mark.parametrize("name", ALL.keys() - {"migrate"})
def test_every_lasting_service_has_a_health_check_and_comes_back(name: str) -> None:
    assert ALL[name]["healthcheck"]["test"]
    assert ALL[name]["restart"] == "unless-stopped"


def test_every_service_has_a_numeric_user_of_its_own() -> None:
    users = [service["user"] for service in ALL.values()]
    assert all(re.fullmatch(r"101\d\d:101\d\d", user) for user in users)
    assert len(set(users)) == len(users)


def test_nginx_alone_publishes_a_port() -> None:
    assert {name for name, service in ALL.items() if "ports" in service} == {"nginx"}
    assert len(ALL["nginx"]["ports"]) == 1


def test_networks_are_internal_but_for_the_front_and_the_way_out() -> None:
    assert {name: set(service["networks"]) for name, service in ALL.items()} == NETWORKS
    outward = {name for name, network in COMPOSE["networks"].items() if not network.get("internal")}
    assert outward == {"front", "egress"}
    assert COMPOSE["networks"]["syslog"]["internal"] == "${PLUMBLINE_SYSLOG_INTERNAL:-true}"
    assert [name for name in ALL if "front" in NETWORKS[name]] == ["nginx"]
    assert [name for name in ALL if "egress" in NETWORKS[name]] == ["web", "worker"]


OTHER_MOUNTS = {
    "postgres": {"postgres:/var/lib/postgresql"},
    "sealer": {"${PLUMBLINE_DATA:?}/heads:/heads"},
    # Whoever erases writes the journal of it; the others may only look.
    "worker": {"${PLUMBLINE_DATA:?}/tombstones:/tombstones"},
    "web": {"${PLUMBLINE_DATA:?}/tombstones:/tombstones:ro"},
    "migrate": {"${PLUMBLINE_DATA:?}/tombstones:/tombstones:ro"},
}


@pytest.mark.parametrize("name", ALL)
def test_only_own_secrets_are_mounted_and_none_is_writable(name: str) -> None:
    mounts = ALL[name]["volumes"]
    assert "${PLUMBLINE_DATA:?}/secrets/" + f"{name}:/run/secrets:ro" in mounts
    others = set(mounts) - {"${PLUMBLINE_DATA:?}/secrets/" + f"{name}:/run/secrets:ro"}
    assert others == OTHER_MOUNTS.get(name, set())


@pytest.mark.parametrize("name", ALL)
def test_the_environment_holds_no_secret(name: str) -> None:
    for variable in ALL[name].get("environment", {}):
        assert not re.search(r"PASSWORD|SECRET|TOKEN|KEY", variable)


def test_every_image_is_built_from_the_one_base() -> None:
    files = [*TOP.glob("scripts/images/*/Dockerfile"), TOP / "nginx/Dockerfile"]
    for file in (*files, TOP / "backend/Dockerfile"):
        bases = re.findall(r"^FROM (\S+)", file.read_text(), re.MULTILINE)
        assert set(bases) == {"debian:trixie-slim"}
        assert re.search(r"^USER 101\d\d:101\d\d$", file.read_text(), re.MULTILINE)
