"""Starts Postgres and the broker before Django's settings are read, once for all of pytest's processes."""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import servers

_running = ExitStack()
_TOP = Path(__file__).resolve().parents[1]


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Processes of xdist inherit the first one's environment, and so its servers."""
    if "PYTEST_XDIST_WORKER" in os.environ or early_config.getoption("help", default=False):
        return
    found = _running.enter_context(servers.running(_TOP / ".test", durable=False))
    os.environ.update(found.environment(mode="test"))
    static = _TOP / ".test" / "static"
    static.mkdir(exist_ok=True)
    os.environ["PLUMBLINE_STATIC_ROOT"] = str(static)


def pytest_configure() -> None:
    """A cache of its own for each of xdist's processes: tests clear it."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if worker:
        from django.conf import settings  # noqa: PLC0415 - reads the environment

        cache = settings.CACHES["default"]
        server = str(cache["LOCATION"]).rpartition("/")[0]
        cache["LOCATION"] = f"{server}/{2 + int(worker) % 14}"


def pytest_unconfigure() -> None:
    _running.close()
