"""One site, one browser, and accounts that signed in once, for all tests."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, StorageState, expect, sync_playwright

from tests import servers
from tests.e2e import beside, world
from tests.e2e.visitor import Windows

TOP = Path(__file__).resolve().parents[2]
DATABASE = f"{os.environ.get('PLUMBLINE_DATABASE_NAME', 'plumbline')}_e2e{os.environ.get('PYTEST_XDIST_WORKER', '')}"
"""Each of pytest's processes has a site of its own."""
CHROMIUM = "/usr/bin/chromium-headless-shell"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# A busy machine takes its time, as for what the windows wait for.
expect.set_options(timeout=20_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pictures",
        default=str(TOP / "test-results" / "e2e"),
        help="Folder for a picture of every page that was looked at.",
    )


@dataclass(frozen=True)
class Site:
    address: str
    enrolment_links: dict[str, str]
    run: beside.Run
    """Runs a function in a process of the site."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Gunicorn on a database and a broker of its own, filled anew, whose journal of tombstones is as new."""
    port, broker_port = servers.free_port(), servers.free_port()
    password = Path(os.environ["PLUMBLINE_SECRETS_DIR"], "broker_password").read_text()
    # By name: keys belong to a name, and browsers take this one for secure.
    address = f"http://localhost:{port}"
    environment = os.environ | {
        "PLUMBLINE_URL": address,
        "PLUMBLINE_DATABASE_NAME": DATABASE,
        "PLUMBLINE_BROKER_PORT": str(broker_port),
        "PLUMBLINE_STATIC_ROOT": str(tmp_path_factory.mktemp("static")),
        "PLUMBLINE_TOMBSTONES_DIR": str(tmp_path_factory.mktemp("tombstones")),
    }
    _make_database(os.environ["PLUMBLINE_DATABASE_HOST"])
    with (
        servers.broker(password, broker_port, tmp_path_factory.mktemp("broker")),
        beside.process(environment) as run,
    ):
        run(call_command, "migrate", verbosity=0)
        run(call_command, "collectstatic", interactive=False, verbosity=0)
        links = run(world.fill)
        with _gunicorn(port, environment) as web:
            _wait_for(f"{address}/healthz", web)
            yield Site(address, links, run)


@contextmanager
def _gunicorn(port: int, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    web = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "backend.config.wsgi"),
            *("--bind", f"127.0.0.1:{port}", "--threads", "4"),
        ],
        cwd=TOP,
        env=environment,
    )
    try:
        yield web
    finally:
        web.terminate()
        web.wait(timeout=20)


def _make_database(host: str) -> None:
    with psycopg.connect(
        host=host, user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, "gunicorn did not start"
        try:
            urllib.request.urlopen(address, timeout=10).close()  # noqa: S310 - our own address
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


@pytest.fixture(scope="session")
def browser(site: Site) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def windows(site: Site, browser: Browser, pytestconfig: pytest.Config) -> Iterator[Windows]:
    pictures = Path(pytestconfig.getoption("--pictures"))
    pictures.mkdir(parents=True, exist_ok=True)
    opened = Windows(browser, site.address, pictures)
    yield opened
    opened.close()


SignedIn = Callable[[str], StorageState]


@pytest.fixture(scope="session")
def signed_in(site: Site, browser: Browser, pytestconfig: pytest.Config) -> SignedIn:
    """The cookies of one of the accounts, who enrols when first asked for."""
    known: dict[str, StorageState] = {}

    def state_of(name: str) -> StorageState:
        if name not in known:
            windows = Windows(browser, site.address, Path(pytestconfig.getoption("--pictures")))
            visitor = windows.open()
            visitor.enrol(site.enrolment_links[name])
            known[name] = visitor.page.context.storage_state()
            windows.close()
        return known[name]

    return state_of
