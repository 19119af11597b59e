"""Releases as they are made and given away: bundles of commits, unpacked into folders of their own."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from host.bundle.check import check
from host.bundle.contents import Manifest

from tests.appliance.stack import OVERLAY, TOP, run


@dataclass(frozen=True)
class Made:
    archive: Path
    folder: Path
    manifest: Manifest

    @property
    def images(self) -> set[str]:
        return {image.id for image in self.manifest.images.values()}


def bundled(source: Path, key: Path, place: Path) -> Made:
    """Make a bundle of a repository's last commit, and unpack it with tar, as whoever gets it does."""
    place.mkdir()
    archive = place / "plumbline.tar"
    command = (sys.executable, str(source / "scripts/appliance"), "bundle")
    environment = dict(os.environ)
    authorities = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")
    if authorities:
        environment.setdefault("PLUMBLINE_BUILD_CA", authorities)
    # Of other commits no results are at hand.
    results = ("--evidence", str(evidence())) if source == TOP else ()
    run(
        *(*command, "--key", str(key), "--output", str(archive), *results),
        environment=environment,
        seconds=1500,
    )
    run("tar", "-xf", str(archive), "-C", str(place))
    folder = next(path for path in place.iterdir() if path.is_dir())
    manifest = check(archive, folder / "scripts/release.pem").manifest
    # What the tests add is in no bundle.
    (folder / OVERLAY).parent.mkdir(parents=True)
    shutil.copy(source / OVERLAY, folder / OVERLAY)
    return Made(archive, folder, manifest)


def evidence() -> Path:
    """The results of a whole run of this very commit, which its bundle gives away."""
    file = TOP / ".test/evidence.json"
    head = run("git", "rev-parse", "HEAD").strip()
    if not file.is_file():
        pytest.fail(
            f"{file} is missing: commit everything, and run scripts/test --appliance --release first.",
            pytrace=False,
        )
    commit = json.loads(file.read_text())["commit"]
    if commit != head:
        pytest.fail(
            f"{file} is of {commit}, and this is {head}: run scripts/test --appliance --release first.",
            pytrace=False,
        )
    return file


def checked_out(commit: str, folder: Path) -> Path:
    run("git", "clone", "--quiet", "--shared", "--no-checkout", str(TOP), str(folder))
    # Of the clone's own HEAD: it is the project's.
    run("git", "-C", str(folder), "checkout", "--quiet", commit)
    return folder


def commit_before() -> str:
    """What is upgraded from; this very commit where git knows none before it, which is noted."""
    commits = run("git", "rev-list", "--first-parent", "--max-count=2", "HEAD").split()
    if len(commits) == 1:
        note("upgraded from: this very commit, as there is none before it in this clone")
    return commits[-1]


def that_does_not_start(folder: Path) -> Path:
    """The commit after this one, whose web process ends as soon as it begins."""
    checked_out("HEAD", folder)
    with (folder / "backend/config/wsgi.py").open("a") as file:
        file.write('\nraise RuntimeError("A fault.")\n')
    for name, value in (("user.name", "Test"), ("user.email", "test@plumbline.example")):
        run("git", "-C", str(folder), "config", name, value)
    run("git", "-C", str(folder), "commit", "--quiet", "--all", "--message", "A fault")
    return folder


def appliance(
    folder: Path, *arguments: str, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / "scripts/appliance"), *arguments]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=1200
    )


def forget(made: Made) -> None:
    """Nothing of it is in the engine, so that what runs later came out of the archive."""
    for image in made.manifest.images.values():
        subprocess.run(["docker", "image", "rm", image.tag], capture_output=True, check=False)


def note(figure: str) -> None:
    """Kept beside the logs of scripts/test, which prints it at the end of this step."""
    place = TOP / ".test"
    place.mkdir(exist_ok=True)
    with (place / "release.figures").open("a") as file:
        file.write(f"{figure}\n")


def megabytes(path: Path) -> float:
    return path.stat().st_size / 1e6
