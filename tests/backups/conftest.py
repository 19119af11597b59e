"""Postgres' programs are those of the server that the tests run on."""

import os

import pytest

from tests.servers import with_programs


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", with_programs(os.environ["PATH"]))
