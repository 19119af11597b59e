"""Installed from a bundle, with no network at all: what runs is what was signed, and does the main job."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.appliance.filling import ISSUES, PULL_REQUESTS, counted, fill
from tests.appliance.operator import CHANGED, Operator
from tests.appliance.person import Person, a_lead
from tests.appliance.stack import (
    SERVICES,
    CommandFailed,
    Stack,
    attest,
    cleared,
    install,
    prepare_outside,
    run,
    start,
    volumes,
)
from tests.appliance.test_asvs import asvs
from tests.backups.places import a_key
from tests.release.made import Made, forget, megabytes, note
from tests.servers import free_port
from tests.waiting import until


@pytest.fixture(scope="module")
def installed(
    tmp_path_factory: pytest.TempPathFactory, made: Made
) -> Iterator[tuple[Stack, float]]:
    """An appliance out of the archive, and how long that took until its owner had signed in."""
    stack = Stack(
        folder=tmp_path_factory.mktemp("offline"),
        project=f"plumbline-offline-{os.getpid()}",
        port=free_port(),
        top=made.folder,
    )
    forget(made)
    with cleared(stack):
        prepare_outside(stack)
        began = time.monotonic()
        said = install(stack, "unshare", "--net", bundle=str(made.archive))
        assert "docker compose build" not in said
        attest(stack)
        start(stack)
        owner = Person(stack)
        link = stack.manage("web", "owner", "create", "--email", "owner@plumbline.example")
        owner.enrol(link.strip())
        took = time.monotonic() - began
        owner.close()
        yield stack, took


@pytest.fixture(scope="module")
def stack(installed: tuple[Stack, float]) -> Stack:
    return installed[0]


def test_the_archive_is_small(made: Made) -> None:
    note(f"archive: {megabytes(made.archive):.0f} MB (≤ 600)")
    assert megabytes(made.archive) <= 600


def test_it_takes_minutes_until_the_owner_has_signed_in(installed: tuple[Stack, float]) -> None:
    note(f"install from bundle to sign-in: {installed[1]:.0f} s (≤ 180)")
    assert installed[1] <= 180


@pytest.mark.parametrize("service", [*SERVICES, "migrate"])
def test_what_runs_is_what_was_signed(stack: Stack, made: Made, service: str) -> None:
    assert stack.inspect(service)["Image"] in made.images


def test_the_worker_alone_has_git_and_nobody_a_compiler(stack: Stack) -> None:
    for service in SERVICES:
        found = stack.run_in(
            service,
            "sh",
            "-c",
            "for p in git cc gcc make pip apt-key; do command -v $p || true; done",
        )
        assert found.split() == (["/usr/bin/git"] if service == "worker" else [])


def test_installing_it_again_changes_nothing(stack: Stack, made: Made) -> None:
    before = (stack.folder / "env").read_text()
    install(stack, bundle=str(made.archive))
    assert (stack.folder / "env").read_text() == before


def test_a_damaged_archive_loads_nothing(stack: Stack, made: Made, tmp_path: Path) -> None:
    cut = tmp_path / "cut.tar"
    with made.archive.open("rb") as whole, cut.open("wb") as part:
        part.write(whole.read(made.archive.stat().st_size // 2))
    before = loaded()
    with pytest.raises(CommandFailed, match="it is cut off"):
        install(stack, bundle=str(cut))
    assert loaded() == before


def test_everything_is_collected_and_shown(stack: Stack) -> None:
    fill(stack)
    assert counted(stack, "delivery_pullrequest") == PULL_REQUESTS
    assert counted(stack, "delivery_issue") == ISSUES
    span = "from=2026-08-01&to=2026-09-01"
    with a_lead(stack) as lead:
        figures = lead.open(f"/api/v1/pull-requests/figures?team=team-a&{span}").json()
    assert figures["throughput"]["merged"] == 4


def test_it_needs_little_memory_when_idle(stack: Stack) -> None:
    time.sleep(20)
    used = 0.0
    for service in SERVICES:
        said = run(
            *(
                "docker",
                "stats",
                "--no-stream",
                "--format",
                "{{.MemUsage}}",
                stack.container(service),
            )
        )
        used += bytes_in(said.partition("/")[0].strip())
    note(f"idle memory of all services: {used / 1e9:.2f} GB (≤ 1.2)")
    assert used <= 1.2e9


def test_all_that_was_collected_comes_back_from_a_backup(stack: Stack) -> None:
    """Without network, as everything here: backed up, wiped, restored, compared, drilled."""
    operator = Operator(stack, a_key())
    operator.stop()
    before = operator.digests()
    operator("backup")
    (backup,) = operator.backups()
    operator.lose_the_database()
    assert "every table is as it was" in operator.restore(backup.name)
    # Everybody signs in anew: the sessions of then may be anybody's by now.
    assert stack.sql("SELECT count(*) FROM django_session") == "0"
    after = operator.digests()
    assert after.keys() == before.keys()
    assert {name for name in before if before[name] != after[name]} <= CHANGED
    operator.start()
    assert counted(stack, "delivery_pullrequest") == PULL_REQUESTS
    assert stack.sql("SELECT count(*) FROM audit_event WHERE name = 'restored'") == "1"
    until(lambda: stack.sql("SELECT count(*) FROM audit_unsealed") == "0", seconds=30)
    verify = ("audit", "verify", "--heads", "/heads/heads.jsonl")
    assert "intact" in stack.manage("sealer", *verify)
    assert "restores:" in operator("drill")


def test_it_assesses_itself_and_is_green(stack: Stack) -> None:
    """From inside, by its host, and by the results of this commit's tests, which came signed with the bundle."""
    volumes(stack, "attest", "--below-machine", "disks of the tests' machine", "--by", "the tests")
    # With the place of backups that the operator of the test before had.
    asvs(stack, environment=Operator(stack, a_key()).environment)
    told = json.loads(stack.manage("worker", "asvs", "--format", "json"))
    content = json.loads(told["content"])
    assert told["signature"]
    assert content["evidence"]["reason"] is None
    assert content["release"]["commit"].startswith(content["running"].rpartition("-")[2])
    amiss = {
        one["id"]: (one["verdict"], one["reason"])
        for one in content["requirements"]
        if one["verdict"] in {"fail", "not shown"}
    }
    note(f"ASVS 4.0.3: {content['counts']} (pass ≥ 215)")
    not_met = {one["id"] for one in content["requirements"] if one["met"] == "not met"}
    # No service of this machine sets its clock, or tells of it.
    assert not_met <= amiss.keys() <= not_met | {"V7.3.4"}, amiss
    assert content["counts"]["pass"] >= 212
    broken = {one["key"]: one["reason"] for one in content["promises"] if one["verdict"] != "pass"}
    assert broken == {}


def loaded() -> set[str]:
    """Of every image its id; those of one second are told in any order."""
    return set(run("docker", "images", "--all", "--quiet", "--no-trunc").split())


def bytes_in(said: str) -> float:
    for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)):
        if said.endswith(unit):
            return float(said.removesuffix(unit)) * size
    raise ValueError(said)
