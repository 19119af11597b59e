"""What compose.yaml declares, service by service. Linters let a privileged bundle pass, so these are our own."""

import re
from typing import Any

import pytest
from host.bundle import contents

from tests.appliance.stack import TOP, declared

COMPOSE = declared()
ALL: dict[str, dict[str, Any]] = COMPOSE["services"]
NETWORKS = {
    "nginx": {"front", "application"},
    "web": {"application", "database", "broker", "egress"},
    "worker": {"database", "broker", "egress"},
    "beat": {"broker"},
    "sealer": {"database", "egress"},
    "egress": {"egress", "outside"},
    "migrate": {"database"},
    "backup": {"database"},
    "drill": set(),
    "drill-database": set(),
    "postgres": {"database"},
    "valkey": {"broker"},
}
PASSING = {"migrate", "backup", "drill", "drill-database"}
"""They do one thing and end."""
FORBIDDEN = {
    *("privileged", "cap_add", "devices", "device_cgroup_rules", "userns_mode"),
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
    assert service.get("network_mode", "none") == "none"
    assert service["mem_limit"]
    assert service["cpus"]
    assert 0 < service["pids_limit"] <= 256
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


@pytest.mark.parametrize("name", ALL.keys() - PASSING)
def test_every_lasting_service_has_a_health_check_and_comes_back(name: str) -> None:
    assert ALL[name]["healthcheck"]["test"]
    assert ALL[name]["restart"] == "unless-stopped"


def test_every_service_has_a_numeric_user_of_its_own() -> None:
    users = [service["user"] for service in ALL.values()]
    assert all(re.fullmatch(r"101\d\d:101\d\d", user) for user in users)
    assert len(set(users)) == len(users)


def test_nginx_alone_publishes_a_port() -> None:
    assert {name for name, service in ALL.items() if "ports" in service} == {"nginx"}
    assert ALL["nginx"]["ports"] == [
        "${PLUMBLINE_BIND:-0.0.0.0}:${PLUMBLINE_PORT:-443}:8443",
        "${PLUMBLINE_METRICS:-127.0.0.1:}:9464",
    ]


def test_networks_are_internal_but_for_the_front_and_the_proxy_s_back() -> None:
    assert {name: set(service.get("networks", ())) for name, service in ALL.items()} == NETWORKS
    outward = {name for name, network in COMPOSE["networks"].items() if not network.get("internal")}
    assert outward == {"front", "outside"}
    unanswered = {"com.docker.network.bridge.enable_ip_masquerade": "false"}
    assert COMPOSE["networks"]["front"]["driver_opts"] == unanswered
    assert [name for name in ALL if "front" in NETWORKS[name]] == ["nginx"]
    assert [name for name in ALL if "outside" in NETWORKS[name]] == ["egress"]


def test_whoever_is_on_the_proxy_s_network_asks_the_proxy() -> None:
    asks = {
        name
        for name, service in ALL.items()
        if service.get("environment", {}).get("PLUMBLINE_PROXY") == "http://egress:3128"
    }
    assert asks == {name for name in ALL if "egress" in NETWORKS[name]} - {"egress"}


@pytest.mark.parametrize("name", ALL)
def test_names_of_outside_are_the_proxy_s_to_resolve(name: str) -> None:
    assert ALL[name]["dns"] == ([] if name == "egress" else ["192.0.2.1"])


CERTIFICATES = "${PLUMBLINE_DATA:?}/certificates:/certificates:ro"
OTHER_MOUNTS = {
    "postgres": {"${PLUMBLINE_DATABASE_FILES:-postgres}:/var/lib/postgresql"},
    "sealer": {"${PLUMBLINE_DATA:?}/heads:/heads"},
    # Whoever erases writes the journal of it; the others may only look.
    "worker": {"${PLUMBLINE_DATA:?}/tombstones:/tombstones", CERTIFICATES},
    "web": {
        "${PLUMBLINE_DATA:?}/tombstones:/tombstones:ro",
        "${PLUMBLINE_DATA:?}/egress:/egress:ro",
        CERTIFICATES,
    },
    "migrate": {"${PLUMBLINE_DATA:?}/tombstones:/tombstones:ro"},
    "drill": {"drill-socket:/run/drill"},
    "drill-database": {
        "drill-socket:/run/drill",
        "${PLUMBLINE_DATA:?}/drill-database:/var/lib/postgresql",
    },
    "backup": {
        "${PLUMBLINE_DATA:?}/tombstones:/tombstones:ro",
        "${PLUMBLINE_DATA:?}/heads:/heads:ro",
    },
}


@pytest.mark.parametrize("name", ALL)
def test_only_own_secrets_are_mounted_and_none_is_writable(name: str) -> None:
    every = {
        "${PLUMBLINE_KEYS:?}/" + f"{name}:/run/secrets:ro",
        # What the host says of its disks, which no service starts without.
        "${PLUMBLINE_DATA:?}/at-rest:/run/at-rest:ro",
    }
    mounts = set(ALL[name]["volumes"])
    assert mounts >= every
    others = mounts - every
    assert others == OTHER_MOUNTS.get(name, set())


@pytest.mark.parametrize("name", ALL)
def test_the_environment_holds_no_secret(name: str) -> None:
    for variable in ALL[name].get("environment", {}):
        assert not re.search(r"PASSWORD|SECRET|TOKEN|KEY", variable)


def test_the_worker_alone_can_send_mail() -> None:
    """Web tells reviewers where to, and no more."""
    told = {
        name: {one for one in service.get("environment", {}) if one.startswith("PLUMBLINE_MAIL_")}
        for name, service in ALL.items()
    }
    where = {"PLUMBLINE_MAIL_HOST", "PLUMBLINE_MAIL_PORT"}
    whole = where | {f"PLUMBLINE_MAIL_{part}" for part in ("FROM", "USER", "CA_FILE")}
    assert {name: those for name, those in told.items() if those} == {"web": where, "worker": whole}


def test_every_image_is_built_from_the_one_base() -> None:
    files = [*TOP.glob("scripts/images/*/Dockerfile"), TOP / "nginx/Dockerfile"]
    for file in (*files, TOP / "backend/Dockerfile"):
        stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", file.read_text(), re.MULTILINE)
        own = {name for _, name in stages}
        assert {base for base, _ in stages} - own == {"debian:trixie-slim"}
        assert re.search(r'^ENTRYPOINT \["guarded"', file.read_text(), re.MULTILINE)
        assert re.search(r"^USER 101\d\d:101\d\d$", file.read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", ALL)
def test_every_image_can_be_pinned_by_its_id(name: str) -> None:
    """As `install --bundle` writes it into .env, by the name that it has in the bundle."""
    match = re.fullmatch(
        r"\$\{(PLUMBLINE_IMAGE_\w+):-plumbline/([a-z-]+):\$\{PLUMBLINE_VERSION:-dev\}\}",
        ALL[name]["image"],
    )
    assert match
    assert match[1] == contents.variable(match[2])
    assert ALL[name]["pull_policy"] == "never"
