"""Each size fits its machine, and Postgres its container: by compose.yaml itself, as `.env` fills it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from host.configuration import Configuration
from host.environment import variables
from host.settings import SETTINGS
from host.sizes import HOST_MEMORY, SIZES, needed_beside_clones, needed_memory, postgres_settings
from host.values import megabytes

TOP = Path(__file__).resolve().parents[2]
FOR_A_SESSION = 8
"""Megabytes of a Postgres process besides what a statement works in."""


def _compose(size: str) -> dict[str, Any]:
    """compose.yaml as Compose reads it with what an installation of this size has in .env."""
    defaults = {setting.key: setting.default for setting in SETTINGS}
    told = {("site", "url"): "https://a.example", ("size", "developers"): size}
    known = variables(Configuration(defaults | told))

    def value(match: re.Match[str]) -> str:
        return known.get(match[1]) or match[3] or ""

    text = (TOP / "compose.yaml").read_text()
    filled = re.sub(r"\$\{(\w+)(:[-?]([^}]*))?\}", value, text)
    services: dict[str, Any] = yaml.safe_load(filled)["services"]
    return services


def _megabytes(told: str) -> int:
    return megabytes(str(told))


@pytest.mark.parametrize("size", SIZES)
def test_the_limits_of_all_services_fit_into_the_machine(size: str) -> None:
    services = _compose(size)
    limits = {
        name: _megabytes(service["mem_limit"])
        for name, service in services.items()
        # What ends by itself, as migrate does before web and worker begin, or is started by hand, is not counted.
        if service["restart"] != "no" and "profiles" not in service
    }
    assert sum(limits.values()) + HOST_MEMORY <= SIZES[size].memory, limits
    shares = {name: share.memory for name, share in SIZES[size].shares.items() if name in limits}
    assert shares.items() <= limits.items()
    assert needed_memory(SIZES[size], SIZES[size].worker_memory) == SIZES[size].memory
    for service in services.values():
        assert float(service["cpus"]) <= SIZES[size].cores


@pytest.mark.parametrize("size", SIZES)
def test_postgres_fits_its_limit_with_every_session_at_work(size: str) -> None:
    postgres = _compose(size)["postgres"]
    given = dict(word.split("=") for word in str(postgres["command"]).split()[1::2])
    assert given == postgres_settings(SIZES[size])
    has = {name: int(value.removesuffix("MB")) for name, value in given.items()}
    limit = _megabytes(postgres["mem_limit"])
    # A hash may take twice work_mem (hash_mem_multiplier); autovacuum has three workers.
    at_work = SIZES[size].sessions * (2 * has["work_mem"] + FOR_A_SESSION)
    assert has["shared_buffers"] + at_work + 3 * has["maintenance_work_mem"] <= limit
    assert has["shared_buffers"] < has["effective_cache_size"] < limit
    assert SIZES[size].sessions < int(_conf()["max_connections"])
    assert _megabytes(postgres["shm_size"]) < limit


@pytest.mark.parametrize("size", SIZES)
def test_clones_leave_the_worker_what_it_needs_besides(size: str) -> None:
    worker = _compose(size)["worker"]
    (scratch,) = (line for line in worker["tmpfs"] if line.startswith("/scratch:"))
    space = _megabytes(re.findall(r"size=(\w+)", scratch)[0])
    assert _megabytes(worker["mem_limit"]) >= space + needed_beside_clones(SIZES[size])
    assert worker["memswap_limit"] == worker["mem_limit"]


def test_without_a_command_postgres_has_what_the_smallest_size_gives() -> None:
    conf = _conf()
    expected = postgres_settings(SIZES["50"])
    assert {
        name: f"{int(conf[name].removesuffix('GB')) * 1024}MB"
        if conf[name].endswith("GB")
        else conf[name]
        for name in expected
    } == expected


def _conf() -> dict[str, str]:
    text = (TOP / "scripts/images/postgres/postgresql.conf").read_text()
    return dict(re.findall(r"^(\w+) = '?([^'#\n]*?)'?\s*(?:#.*)?$", text, re.MULTILINE))
