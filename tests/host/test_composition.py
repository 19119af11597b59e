"""What Docker Compose is told of one installation: by its .env, below what the shell says, but for images."""

import os
from pathlib import Path

import pytest
from host import composition
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


ENGINE = """#!/bin/sh
# `up` never ends; each time that is looked, web has begun once more.
case "$*" in
  *" ps "*) echo one; echo two ;;
  inspect*)
    echo . >> looked
    echo "web one $(wc -l < looked)"
    echo "worker two 7" ;;
  *" logs "*) echo "ModuleNotFoundError: No module named 'backend.lost'" ;;
  *" up "*) trap 'exit 130' TERM; while :; do sleep 0.05; done ;;
esac
"""


def test_what_ends_again_and_again_is_not_waited_for(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (env.parent / "docker").write_text(ENGINE)
    monkeypatch.setattr(composition, "LOOK_EACH", 0.1)
    found = installed(env)._replace(folder=env.parent)
    monkeypatch.chdir(env.parent)
    with pytest.raises(Refused) as refused:
        found.up()
    assert str(refused.value) == (
        "web ended while being waited for, and said last:\n"
        "ModuleNotFoundError: No module named 'backend.lost'"
    )


@pytest.mark.parametrize(
    ("before", "now", "ended"),
    [
        ({}, {("web", "a"): 3}, []),
        ({}, {("web", "a"): 4, ("worker", "b"): 5, ("beat", "c"): 0}, ["web", "worker"]),
        ({("web", "a"): 9}, {("web", "a"): 12}, []),
        ({("web", "a"): 9}, {("web", "a"): 13}, ["web"]),
        ({("web", "a"): 9}, {("web", "b"): 1}, []),
        ({("web", "a"): 9}, {}, []),
    ],
)
def test_only_what_ends_while_it_is_waited_for_counts(
    before: dict[tuple[str, str], int], now: dict[tuple[str, str], int], ended: list[str]
) -> None:
    assert composition.often_ended(before, now) == ended


def test_what_compose_says_of_its_failure_is_the_error(env: Path) -> None:
    (env.parent / "docker").write_text(
        '#!/bin/sh\ncase "$*" in *" up "*) echo "no such image" >&2; exit 1 ;; esac\n'
    )
    with pytest.raises(Refused, match=r"docker compose: no such image$"):
        installed(env).up("web")


def test_with_it_goes_what_the_service_said_that_had_ended(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = ENGINE.replace("trap 'exit 130' TERM; while :; do sleep 0.05; done", "exit 1")
    (env.parent / "docker").write_text(failing)
    monkeypatch.chdir(env.parent)
    with pytest.raises(
        Refused, match="web ended while being waited for, and said last:\nModuleNot"
    ):
        installed(env)._replace(folder=env.parent).up()


def test_a_service_is_started_as_it_is_declared(env: Path) -> None:
    """Without what it depends on it would count as another one, and be made anew the next time."""
    asked = env.parent / "asked"
    (env.parent / "docker").write_text(f'#!/bin/sh\necho "$@" >> {asked}\n')
    installed(env).up("web", "worker", seconds=7)
    (told,) = (line for line in asked.read_text().splitlines() if " up " in line)
    assert told.partition(" up ")[2] == "--detach --no-build --wait --wait-timeout 7 web worker"
