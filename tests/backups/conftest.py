"""Postgres' programs are those of the server that the tests run on."""

import os
from pathlib import Path

import pytest

from tests.servers import program


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(program("pg_dump")).parent
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
