"""Results of a build count where they are signed, of what is installed, and of what runs."""

import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from host.asvs import release
from host.asvs.containers import Container, Image
from host.asvs.release import Released
from host.bundle.check import fingerprint
from host.bundle.contents import EVIDENCE, MANIFEST, SIGNATURE, SUMS, evidence, manifest
from host.bundle.make import public_half
from host.ending import Refused
from host.installed import Installed

from tests.host import bundles

COMMIT = "0" * 40


def results(**changes: Any) -> dict[str, Any]:
    passed = {"tests/x/test_y.py::test_z": {"passed": 3, "failed": 0, "skipped": 0}}
    return {
        "product": "plumbline", "format": 1, "commit": COMMIT, "made": "2026-11-27T12:00:00+00:00",
        "steps": {"ruff": "passed"}, "tests": passed,
    } | changes  # fmt: skip


class Unpacked:
    """A bundle in its folder, as it is installed, with the key that was trusted then."""

    def __init__(self, folder: Path, told: object = None) -> None:
        made = bundles.release(folder)
        if told is not None:
            (made.folder / EVIDENCE).write_text(json.dumps(told))
        with tarfile.open(made.sealed()) as archive:
            archive.extractall(folder, filter="data")
        self.folder = folder / "plumbline-0.1.0"
        self.key = folder / "release.pem"
        self.key.write_bytes(made.public.read_bytes())
        self.made = made

    def read(self, commit: str = COMMIT) -> Released:
        return release.read(Installed("0.1.0", commit, self.folder, self.folder / ".env"), self.key)


@pytest.fixture
def unpacked(tmp_path: Path) -> Unpacked:
    return Unpacked(tmp_path, results())


def test_what_is_signed_is_told_with_the_key_that_signed(unpacked: Unpacked) -> None:
    found = unpacked.read()
    assert found.reason == ""
    assert found.evidence == results()
    assert found.about
    assert (found.about["version"], found.about["commit"]) == ("0.1.0", COMMIT)
    assert found.about["key"] == fingerprint(unpacked.made.public)
    assert found.about["made"] == "2026-11-27T12:00:00+00:00"


def test_what_was_built_here_has_no_results(tmp_path: Path) -> None:
    for installed in (None, Installed("0.1.0", "", tmp_path, tmp_path / ".env")):
        found = release.read(installed, tmp_path / "release.pem")
        assert found == Released(None, None, None, release.BUILT_HERE)


def appended(name: str) -> Callable[[Unpacked], None]:
    def change(unpacked: Unpacked) -> None:
        file = unpacked.folder / name
        file.write_bytes(file.read_bytes() + b"\n")

    return change


def removed(name: str) -> Callable[[Unpacked], None]:
    return lambda unpacked: (unpacked.folder / name).unlink()


def another_key(unpacked: Unpacked) -> None:
    key = bundles.new_key(unpacked.folder.parent, "other.key")
    unpacked.key.write_bytes(public_half(key))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(appended(SUMS), "is not signed by the key", id="sums"),
        pytest.param(another_key, "is not signed by the key", id="another-key"),
        pytest.param(appended(EVIDENCE), "evidence.json is not what was signed", id="results"),
        pytest.param(appended(MANIFEST), "manifest.json is not what was signed", id="manifest"),
        pytest.param(appended("compose.yaml"), "compose.yaml is not what was signed", id="compose"),
        pytest.param(removed("scripts/appliance"), "is not what was signed", id="missing-file"),
        pytest.param(removed(SIGNATURE), "No such file", id="missing-signature"),
        pytest.param(lambda one: one.key.unlink(), "is missing", id="missing-key"),
    ],
)
def test_what_was_changed_is_not_believed(
    unpacked: Unpacked, change: Callable[[Unpacked], None], reason: str
) -> None:
    change(unpacked)
    found = unpacked.read()
    assert (found.about, found.manifest, found.evidence) == (None, None, None)
    assert reason in found.reason


def test_another_commit_than_is_installed_is_not_believed(unpacked: Unpacked) -> None:
    found = unpacked.read("1" * 40)
    assert (found.about, found.evidence) == (None, None)
    assert "is installed" in found.reason


def test_a_release_without_results_is_known_all_the_same(tmp_path: Path) -> None:
    found = Unpacked(tmp_path).read()
    assert found.about
    assert found.evidence is None
    assert "without results" in found.reason


BAD: dict[str, tuple[object, str]] = {
    "another-commit": (results(commit="1" * 40), "is of 1111"),
    "another-product": (results(product="other"), "form that is not known"),
    "another-form": (results(format=2), "form that is not known"),
    "a-failed-step": (results(steps={"ruff": "passed", "types": "failed"}), "built: types"),
    "a-failed-test": (
        results(tests={"tests/a.py::test_b": {"passed": 1, "failed": 1, "skipped": 0}}), "built: a test",
    ),
    "no-step": (results(steps={}), "tells of no test"),
    "no-test": (results(tests={}), "tells of no test"),
    "no-object": ([], "cannot be read"),
    "counts-are-missing": (results(tests={"tests/a.py::test_b": {}}), "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_results_that_do_not_fit_are_refused(case: str) -> None:
    told, reason = BAD[case]
    with pytest.raises(Refused, match=reason):
        evidence(json.dumps(told).encode(), COMMIT)


def test_signed_results_of_another_commit_are_not_believed(tmp_path: Path) -> None:
    found = Unpacked(tmp_path, results(commit="1" * 40)).read()
    assert found.about
    assert found.evidence is None
    assert "is of 1111" in found.reason


def running(image: str) -> list[Container]:
    return [Container("web", "1", {"Image": image}), Container("simulator", "2", {"Image": "any"})]


def test_what_runs_must_be_what_was_signed(unpacked: Unpacked) -> None:
    found = unpacked.read()
    (signed,) = manifest((unpacked.folder / MANIFEST).read_bytes()).images.values()
    by_id = release.images(found, running(signed.id), {})
    assert by_id.is_good
    assert release.believed(found, by_id) == found
    # As containerd's store names images.
    by_layers = release.images(found, running("x"), {"x": Image("sha256:x", signed.layers)})
    assert by_layers.is_good
    other = release.images(found, running("x"), {"x": Image("sha256:x", ("sha256:y",))})
    assert not other.is_good
    assert "web runs x" in other.found
    assert release.believed(found, other).evidence is None
    assert not release.images(found, running("x"), {"x": Image("sha256:x", ())}).is_good
    assert not release.images(found, [], {}).is_good


def test_of_what_nobody_signed_no_image_is_good() -> None:
    built = Released(None, None, None, release.BUILT_HERE)
    found = release.images(built, running("x"), {})
    assert (found.is_good, found.found) == (False, release.BUILT_HERE)
