"""How each service is, by what Compose tells: every form of it, and what it does not tell of."""

import json
from pathlib import Path

import pytest
from host.composition import Composition
from host.doctor import service
from host.services import MISSING, ONCE, Service, listed, look

WEB = {"Service": "web", "State": "running", "Health": "healthy", "Image": "a", "ExitCode": 0}
ENDED = {"Service": "migrate", "State": "exited", "Health": "", "Image": "a", "ExitCode": 0}
DOCKER = """#!/bin/sh
case "$*" in
*" config --services") echo web; echo beat ;;
*" ps --all --format json") echo '{}' ;;
esac
"""


@pytest.mark.parametrize(
    "said",
    ["\n".join(json.dumps(row) for row in (WEB, ENDED)), json.dumps([WEB, ENDED])],
    ids=["an object a line", "a list"],
)
def test_services_are_read_as_every_compose_tells_them(said: str) -> None:
    found = listed(said)
    assert found == [
        Service("migrate", "exited", "", "a", 0),
        Service("web", "running", "healthy", "a", 0),
    ]
    assert all(one.well for one in found)


def test_no_service_is_none() -> None:
    assert listed("") == listed("[]") == []


@pytest.mark.parametrize(
    "row",
    [
        WEB | {"Health": "unhealthy"},
        WEB | {"Health": "starting"},
        WEB | {"State": "restarting", "Health": ""},
        ENDED | {"ExitCode": 1},
        ENDED | {"State": "running"},
    ],
    ids=["unhealthy", "starting", "restarting", "migrate failed", "migrate still runs"],
)
def test_a_service_that_is_not_well_is_told_with_its_logs(row: dict[str, object]) -> None:
    (one,) = listed(json.dumps(row))
    found = service(one)
    assert (one.well, found.is_good) == (False, False)
    assert found.todo == f"docker compose logs --since 1h {one.name}"


def test_what_should_have_a_container_and_has_none_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docker").write_text(DOCKER.replace("{}", json.dumps(WEB)))
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    web, *others = look(Composition(tmp_path, tmp_path / "env"))
    assert web.well
    assert {one.name: one.state for one in others} == {"beat": MISSING, ONCE: MISSING}
    for one in others:
        found = service(one)
        assert (found.found, found.is_good) == (MISSING, False)
        assert found.todo == "docker compose up --detach --wait"
