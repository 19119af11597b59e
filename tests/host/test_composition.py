"""What Docker Compose is told of one installation: by its .env, below what the shell says, but for images."""

import os
from pathlib import Path

import pytest
from host.composition import by_root, installed
from host.ending import Refused

ECHO = '#!/bin/sh\necho "$@"; pwd; echo "$PLUMBLINE_IMAGE_BACKEND|$PLUMBLINE_PROJECT"; cat\n'


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation, and an engine's client that tells what it was asked."""
    (tmp_path / "docker").write_text(ECHO)
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    file = tmp_path / "env"
    file.write_text("# By hand\nPLUMBLINE_DATA=/srv/data\nPLUMBLINE_VERSION=0.1.0\n")
    return file


def test_it_runs_in_its_folder_by_its_own_file(env: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUMBLINE_IMAGE_BACKEND", "another")
    monkeypatch.setenv("PLUMBLINE_PROJECT", "mine")
    monkeypatch.chdir(env.parent)
    found = by_root(Path("env"))
    told = found("ps", "--all", stdin=b"in").decode().splitlines()
    assert told == [
        f"compose --env-file {env} --progress quiet ps --all",
        str(found.folder),
        "|mine",
        "in",
    ]


def test_its_variables_are_those_that_compose_takes(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = installed(env)
    assert (found.data, found.keys) == (Path("/srv/data"), Path("/srv/data/secrets"))
    assert (found.release, found.variable("PLUMBLINE_NONE", "35")) == ("0.1.0", "35")
    monkeypatch.setenv("PLUMBLINE_KEYS", "/srv/keys")
    monkeypatch.setenv("PLUMBLINE_VERSION", "0.2.0")
    assert (found.keys, found.release) == (Path("/srv/keys"), "0.2.0")


def test_where_nothing_is_installed_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Nothing is installed in this folder"):
        by_root(tmp_path / "env")


def test_the_host_s_own_keys_are_root_s(env: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert installed(env)
    with pytest.raises(Refused, match="must run as root"):
        by_root(env)
