"""No service starts unless the host has judged, and signed, that what it writes is encrypted at rest."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from host.volumes.judgement import Record

from tests.appliance.stack import SERVICES, Stack, volumes

Document = dict[str, Any]
CHANGES: dict[str, tuple[Callable[[Document], Any], str]] = {
    "another start of the machine": (
        lambda said: said.update(boot="00000000-0000-0000-0000-000000000000"),
        "before this machine started last",
    ),
    "plain disks": (lambda said: said.update(accepted=False), "not known to be encrypted"),
    "an evaluation that is over": (lambda said: said.update(until=1), "time of evaluation"),
    "another device than the mounted one": (
        lambda said: [place.update(device="9:99") for place in said["places"]],
        "another device",
    ),
}


def start(
    stack: Stack, judged: Path, secrets: Path | None, service: str = "beat"
) -> tuple[int, str]:
    """Run a service's image with this folder in its judgement's place, and `true` as its command."""
    image = stack.inspect(service)["Config"]["Image"]
    user = str(SERVICES[service])
    mounts = [f"--volume={judged}:/run/at-rest:ro"]
    mounts += [f"--volume={secrets}:/run/secrets:ro"] if secrets else []
    command = ["docker", "run", "--rm", "--network=none", "--read-only", f"--user={user}:{user}"]
    done = subprocess.run(
        [*command, *mounts, "--entrypoint=guarded", image, "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.fixture
def record(stack: Stack) -> Record:
    """Of another folder, signed by the installation's own key."""
    made = Record(stack.folder / "elsewhere", stack.data / "secrets")
    made.folder.mkdir(parents=True, exist_ok=True)
    return made


def document(stack: Stack) -> Document:
    said: Document = json.loads((stack.data / "at-rest/judgement.json").read_text())
    return said


@pytest.mark.parametrize("service", SERVICES)
def test_every_image_starts_as_judged_and_not_without(
    stack: Stack, tmp_path: Path, service: str
) -> None:
    secrets = stack.data / "secrets" / service
    assert start(stack, stack.data / "at-rest", secrets, service) == (0, "")
    code, said = start(stack, tmp_path, secrets, service)
    assert code == 78
    assert "nobody has judged" in said
    assert "scripts/appliance volumes" in said


@pytest.mark.parametrize(("change", "reason"), CHANGES.values(), ids=CHANGES)
def test_what_the_host_says_is_taken_at_its_word(
    stack: Stack, record: Record, change: Callable[[Document], Any], reason: str
) -> None:
    said = document(stack)
    change(said)
    record._write("judgement", said)
    code, told = start(stack, record.folder, stack.data / "secrets/beat")
    assert code == 78
    assert reason in told


def test_what_was_changed_or_signed_by_another_is_not_believed(
    stack: Stack, record: Record, tmp_path: Path
) -> None:
    record._write("judgement", document(stack))
    assert start(stack, record.folder, stack.data / "secrets/beat")[0] == 0
    file = record.folder / "judgement.json"
    file.chmod(0o644)
    file.write_text(file.read_text().replace('"plain"', '"encrypted"'))
    code, told = start(stack, record.folder, stack.data / "secrets/beat")
    assert code == 78
    assert "not signed by this installation" in told
    other = Record(tmp_path / "other", tmp_path / "keys")
    other.make({})
    other._write("judgement", document(stack))
    code, told = start(stack, other.folder, stack.data / "secrets/beat")
    assert code == 78
    assert "not signed by this installation" in told


def test_without_its_key_a_service_believes_nothing(stack: Stack) -> None:
    code, told = start(stack, stack.data / "at-rest", None)
    assert code == 78
    assert "was not given" in told


def test_the_key_that_signs_is_root_s_alone(stack: Stack) -> None:
    file = stack.data / "secrets/host/at_rest_key"
    assert (file.stat().st_uid, file.stat().st_mode & 0o777) == (os.getuid(), 0o400)
    for service in SERVICES:
        assert (
            "PRIVATE" not in (stack.data / "secrets" / service / "at_rest_verify_key").read_text()
        )


def test_status_tells_places_and_who_answers_for_them(stack: Stack) -> None:
    told = volumes(stack, "status")
    assert str(stack.data) in told
    assert "evaluation: tests of the appliance (the tests, " in told
    assert {place["what"] for place in document(stack)["places"]} == {"data", "database", "swap"}
