"""Whatever leaves the appliance goes through few modules, each of which writes it down: no other opens a way out."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

BACKEND: Final = Path(__file__).parents[2] / "backend"

WAYS_OUT: Final = {
    "httpx": {"sources/http.py", "sources/wire.py", "sources/connecting.py"},
    "requests": {
        "accounts/sso/outgoing.py",
        "accounts/sso/adapter.py",  # for its exceptions and types
    },
    # The latter starts Postgres' programs and age, in a container that reaches the database alone.
    "subprocess": {"sources/git/clone.py", "appliance/programs.py"},
    # The last two for its exceptions and its type.
    "socket": {"outbound/proxy.py", "sources/connecting.py", "outbound/mail.py"},
    "ssl": {
        *("audit/syslog.py", "outbound/trust.py", "outbound/mail.py"),
        *("sources/connecting.py", "sources/git/clone.py"),
    },
    # The one that sends, by a connection of outbound/proxy.py.
    "smtplib": {"outbound/mail.py"},
    # The other makes a message, to see it refused, and sends none.
    "django.core.mail": {"outbound/mail.py", "governance/asvs/checks/validation.py"},
    # To the broker, within the appliance.
    "redis": {"accounts/middleware.py", "api/health.py"},
    "kombu": {"pipeline/bell.py"},
}
"""Modules that open a way out, or start what might, and who may import each. All of these are in the outbound ledger,
or name nothing but exceptions, or the broker."""
NOBODYS: Final = frozenset(
    {
        *("_socket", "aiohttp", "asyncio", "ctypes", "ftplib", "grpc"),
        *("http.client", "http.server", "httpcore", "imaplib", "importlib.import_module"),
        *("logging.handlers", "multiprocessing", "paramiko", "poplib", "pty", "pycurl"),
        *("socketserver", "urllib.request", "urllib3", "webbrowser", "websocket", "websockets"),
        "xmlrpc",
    }
)
SENDS: Final = (
    *("audit/syslog.py", "sources/http.py", "sources/git/clone.py"),
    *("accounts/sso/outgoing.py", "outbound/mail.py"),
)
STARTED: Final = {
    "system",
    "popen",
    "fork",
    "posix_spawn",
    "startfile",
    "import_module",
    "__import__",
}
"""Calls that do likewise without an import."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(BACKEND.rglob("*.py")):
        yield str(path.relative_to(BACKEND)), ast.parse(path.read_text())


def imported(tree: ast.Module) -> Iterator[str]:
    """Dotted names, with all that stand above each."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def called(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = getattr(function, "attr", getattr(function, "id", ""))
            if name in STARTED or (name.startswith(("exec", "spawn")) and _of_os(function)):
                yield name


def _of_os(function: ast.expr) -> bool:
    value = getattr(function, "value", None)
    return isinstance(value, ast.Name) and value.id == "os"


def ways_out(name: str, tree: ast.Module) -> list[str]:
    found = sorted(set(imported(tree)) & (WAYS_OUT.keys() | NOBODYS))
    return [*(one for one in found if name not in WAYS_OUT.get(one, ())), *called(tree)]


def test_no_other_module_opens_a_way_out() -> None:
    found = {name: ways_out(name, tree) for name, tree in modules()}
    assert {name: those for name, those in found.items() if those} == {}


def test_each_that_may_does() -> None:
    trees = dict(modules())
    for module, allowed in WAYS_OUT.items():
        for name in allowed:
            assert module in set(imported(trees[name])), f"{name} no longer needs {module}"


@pytest.mark.parametrize(
    "source",
    [
        "import requests",
        "from urllib import request",
        "def late():\n    from http.client import HTTPSConnection",
        "import os\nos.execvp('curl', [])",
        "import os\nos.system('curl')",
        "__import__('socket')",
        "from django.core import mail",
    ],
)
def test_a_planted_one_is_found(source: str) -> None:
    assert ways_out("metrics/compute.py", ast.parse(source))


def test_what_sends_writes_down() -> None:
    trees = dict(modules())
    for name in SENDS:
        assert "backend.outbound.ledger.Ledger" in set(imported(trees[name]))


def test_what_sends_asks_the_proxy() -> None:
    """How, is shown by tests/outbound/test_proxy.py and tests/sources/git/test_clone.py."""
    trees = dict(modules())
    asks = {"backend.outbound.proxy.proxy", "backend.outbound.proxy.connected"}
    for name in SENDS:
        assert asks & set(imported(trees[name]))
