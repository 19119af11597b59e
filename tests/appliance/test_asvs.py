"""What the host finds of the running appliance: all is good but what these tests' stack has not."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from host.asvs.findings import NAMES

from tests.appliance.stack import TOP, Stack, run

NOT_HERE = {
    # No service of the host sets its clock, or tells of it.
    "services.clock",
    # Built from the folder, and so of no signed bundle.
    "containers.images",
    # An evaluation is attested; nothing is encrypted.
    "disks.at_rest",
    # No backup and no drill was made when this runs.
    "backups.restorable",
}


def asvs(
    stack: Stack, *options: str, environment: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """As an operator runs it; the verb reads no configuration."""
    command = (
        *(sys.executable, str(stack.top / "scripts/appliance"), "asvs", "--json", *options),
        *("--env-file", str(stack.folder / stack.variables)),
    )
    done = subprocess.run(
        command,
        cwd=TOP,
        env=environment or stack.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, found


@pytest.fixture(scope="module")
def looked(stack: Stack) -> tuple[int, dict[str, Any]]:
    return asvs(stack, "--no-record")


@pytest.mark.parametrize("name", sorted(set(NAMES) - NOT_HERE))
def test_what_was_found_is_good(looked: tuple[int, dict[str, Any]], name: str) -> None:
    (found,) = [one for one in looked[1]["findings"] if one["name"] == name]
    assert found["is_good"], found


def test_what_the_stack_has_not_is_told_as_missing(looked: tuple[int, dict[str, Any]]) -> None:
    code, found = looked
    assert [one["name"] for one in found["findings"]] == list(NAMES)
    amiss = {one["name"] for one in found["findings"] if not one["is_good"]}
    # Where the machine's clock is looked after, its disks are encrypted or others of these tests have backed up.
    assert amiss <= NOT_HERE
    assert "containers.images" in amiss
    assert code == 4
    assert (found["release"], found["evidence"]) == (None, None)
    assert "built here" in found["evidence_reason"]


def test_it_is_handed_to_the_application(stack: Stack) -> None:
    _, found = asvs(stack)
    kept = stack.sql("SELECT findings FROM governance_hostlook ORDER BY looked_at DESC LIMIT 1")
    assert json.loads(kept) == found["findings"]
    assert stack.sql("SELECT count(*) FROM audit_event WHERE name = 'host_looked'") != "0"


def test_a_stranger_beside_the_database_is_found(stack: Stack) -> None:
    network = f"{stack.project}_database"
    simulator = stack.container("simulator")
    run("docker", "network", "connect", network, simulator)
    try:
        _, found = asvs(stack, "--no-record")
    finally:
        run("docker", "network", "disconnect", network, simulator)
    amiss = {one["name"] for one in found["findings"] if not one["is_good"]}
    assert amiss - NOT_HERE == {"containers.networks"}


def test_a_secret_that_others_could_read_is_found(stack: Stack) -> None:
    file = stack.data / "secrets/web/web_key"
    file.chmod(0o444)
    try:
        _, found = asvs(stack, "--no-record")
    finally:
        file.chmod(0o400)
    amiss = {one["name"]: one["found"] for one in found["findings"] if not one["is_good"]}
    assert amiss.keys() - NOT_HERE == {"files.secrets"}
    assert os.fspath(file) in amiss["files.secrets"]
