"""From the commit before to this one, on real images: back by itself after a fault, on after a kill, nothing lost."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.appliance.filling import counted, fill
from tests.appliance.operator import Operator
from tests.appliance.person import Person, a_lead
from tests.appliance.stack import (
    SERVICES,
    Stack,
    attest,
    cleared,
    install,
    prepare_outside,
    run,
    start,
)
from tests.backups.places import a_key
from tests.release.made import (
    Made,
    appliance,
    bundled,
    checked_out,
    commit_before,
    that_does_not_start,
)
from tests.servers import free_port

# By the clock, it would be some minutes later.
KEEP_BACK = """
import django
django.setup()
from backend.metrics.suppression.compute import recompute
assert recompute()
"""
SPAN = "from=2026-08-01&to=2026-09-01"


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory, made: Made) -> Iterator[Stack]:
    """The commit before, built and installed by its own means, and filled."""
    folder = tmp_path_factory.mktemp("upgrade")
    top = checked_out(commit_before(), folder / "before")
    (top / ".env").write_text("PLUMBLINE_VERSION=before\n")
    stack = Stack(
        folder=folder,
        project=f"plumbline-upgrade-{os.getpid()}",
        port=free_port(),
        top=top,
        variables="before/.env",
    )
    with cleared(stack):
        prepare_outside(stack)
        install(stack)
        attest(stack)
        stack.compose("build", "--quiet", seconds=1500)
        start(stack)
        fill(stack)
        stack.run_in("worker", "python", "-", stdin=KEEP_BACK)
        yield stack
        if not (top / ".env").exists():
            (top / ".env.former").rename(top / ".env")


@pytest.fixture(scope="module")
def operator(old: Stack) -> Operator:
    return Operator(old, a_key())


@pytest.fixture(scope="module")
def lead(old: Stack) -> Iterator[Person]:
    """Signed in before the upgrade, and still after it."""
    with a_lead(old) as person:
        yield person


def figures(lead: Person) -> dict[str, Any]:
    found: dict[str, Any] = lead.open(f"/api/v1/pull-requests/figures?team=team-a&{SPAN}").json()
    # Up to when all is collected goes on.
    del found["completeness"]["fresh_to"]
    return found


def collected(stack: Stack) -> str:
    """What was collected, as one digest a table; what an upgrade may add are columns and tables."""
    tables = {
        "delivery_pullrequest": "external_id || coalesce(merged_at::text, '')",
        "delivery_repository": "external_id::text",
        "delivery_commit": "sha",
        "delivery_issue": "external_id || key",
        "people_identity": "external_id::text",
        "connections_credential": "encode(sealed, 'hex')",
    }
    return stack.sql(
        " UNION ALL ".join(
            f"SELECT '{table}', count(*), md5(string_agg({text}, ',' ORDER BY {text})) FROM {table}"  # noqa: S608 - names above
            for table, text in tables.items()
        )
    )


def options(stack: Stack, release: Made) -> list[str]:
    recorded = (stack.data / "release.json").exists()
    return [
        *("--bundle", str(release.archive)),
        *("--config", f"{stack.folder}/appliance.conf"),
        *("--env-file", f"{stack.folder}/after.env"),
        *("--accept", "cores", "--accept", "memory", "--accept", "disk"),
        *(() if recorded else ("--from", str(stack.top))),
    ]


def upgrade(operator: Operator, release: Made, *arguments: str) -> subprocess.CompletedProcess[str]:
    words = (*options(operator.stack, release), *arguments)
    return appliance(release.folder, "upgrade", *words, environment=operator.environment)


def must_be_alone(stack: Stack) -> None:
    """No copy of the data is left anywhere."""
    assert stack.sql("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1") == (
        "plumbline\npostgres"
    )
    assert stack.run_in("postgres", "ls", "/var/lib/postgresql/17").strip() == "main"
    assert not (stack.data / "upgrade.json").exists()


def running(stack: Stack) -> set[str]:
    return {stack.inspect(service)["Image"] for service in SERVICES}


def test_one_that_does_not_start_goes_back_by_itself(
    operator: Operator, lead: Person, key: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    old = operator.stack
    place = tmp_path_factory.mktemp("faulty")
    faulty = bundled(that_does_not_start(place / "source"), key, place / "bundle")
    before = collected(old), figures(lead), running(old)
    done = upgrade(operator, faulty)
    assert done.returncode == 3, done.stdout + done.stderr
    # By Compose's word, or by ours where it goes on waiting.
    assert re.search(r"-web-1 |web ended while being waited for", done.stderr), done.stderr
    assert "Everything is as before the upgrade, and runs." in done.stderr
    assert (collected(old), figures(lead), running(old)) == before
    must_be_alone(old)


def test_it_is_said_before_anything_is_done(operator: Operator, made: Made) -> None:
    done = upgrade(operator, made, "--check")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "can begin" in done.stdout


@pytest.fixture(scope="module")
def new(old: Stack, operator: Operator, lead: Person, made: Made) -> Stack:
    """Upgraded, though the upgrade was killed in the middle."""
    command = [sys.executable, str(made.folder / "scripts/appliance"), "upgrade"]
    log = old.folder / "killed.log"
    with log.open("w") as output:
        begun = subprocess.Popen(
            [*command, *options(old, made)],
            env=operator.environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        journal = old.data / "upgrade.json"
        deadline = time.monotonic() + 900
        while "copy" not in (json.loads(journal.read_text())["done"] if journal.exists() else []):
            assert begun.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        os.killpg(begun.pid, signal.SIGKILL)
        begun.wait()
    done = upgrade(operator, made)
    assert done.returncode == 0, done.stdout + done.stderr
    # One before each that was begun: the faulty one, and the one that was killed and went on.
    assert len(operator.backups()) == 2
    return replace(old, top=made.folder, variables="after.env")


def test_everything_is_there_after_the_upgrade(
    old: Stack, lead: Person, request: pytest.FixtureRequest, made: Made
) -> None:
    before = collected(old), figures(lead)
    new: Stack = request.getfixturevalue("new")
    assert (collected(new), figures(lead)) == before
    assert {new.inspect(service)["Image"] for service in SERVICES} <= made.images
    must_be_alone(new)


def test_what_was_missed_meanwhile_is_asked_for(new: Stack) -> None:
    deadline = time.monotonic() + 120
    while counted(new, "sources_hint"):
        assert time.monotonic() < deadline
        time.sleep(1)
    said = new.sql("SELECT DISTINCT outcome FROM sources_syncrun")
    assert said == "succeeded"
    new.manage("worker", "sync", "--wait", seconds=180)


def test_the_former_folder_starts_nothing_any_more(new: Stack) -> None:
    before = new.folder / "before"
    assert not (before / ".env").exists()
    assert (before / ".env.former").exists()
    record = json.loads((new.data / "release.json").read_text())
    assert record["folder"] != str(before)


def test_the_same_release_is_not_installed_twice(
    new: Stack, operator: Operator, made: Made
) -> None:
    done = upgrade(operator, made)
    assert done.returncode == 1
    assert "run it from there" in done.stderr


def test_it_can_be_stopped_and_started_as_any_other(new: Stack) -> None:
    new.compose("stop", seconds=180)
    start(new)
    assert run("docker", "inspect", "--format", "{{.State.Running}}", new.container("web"))
