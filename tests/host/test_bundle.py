"""A bundle is used as a whole or not at all: forged, cut, mixed or foreign ones are told, each with its reason."""

import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from host.bundle.check import check, fingerprint
from host.bundle.contents import (
    EVIDENCE,
    IMAGES,
    MANIFEST,
    RELEASE_KEY,
    SIGNATURE,
    SUMS,
    manifest,
)
from host.bundle.make import results_of
from host.ending import Refused

from tests.host.bundles import TOP, Release, new_key, release, saved
from tests.host.test_command import appliance


@pytest.fixture
def made(tmp_path: Path) -> Release:
    return release(tmp_path)


def test_a_whole_bundle_is_known_by_its_key(made: Release) -> None:
    bundle = check(made.sealed(), made.public)
    assert bundle.manifest == manifest((made.folder / MANIFEST).read_bytes())
    assert {"compose.yaml", "scripts/appliance", "docs/install.md"} <= bundle.sums.keys()


def test_the_same_release_makes_the_same_bytes(made: Release) -> None:
    first, second = made.sealed("one.tar"), made.sealed("two.tar")
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert names[:2] == [SUMS, SIGNATURE]
    assert names[-1] == IMAGES
    assert names[2:-1] == sorted(names[2:-1])


VERSION = "0.1.0"


def _verified_by_hand(made: Release, tmp_path: Path) -> Path:
    """By the very lines of docs/install.md. Returns the folder that they unpacked."""
    page = (TOP / "docs/install.md").read_text()
    lines = next(block for block in page.split("```\n")[1::2] if "pkeyutl -verify" in block)
    shell = lines.replace("VERSION", VERSION)
    done = subprocess.run(
        ["bash", "-e", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert fingerprint(made.public) in done.stdout
    assert "Signature Verified Successfully" in done.stdout
    return tmp_path / f"plumbline-{VERSION}"


def test_openssl_and_sha256sum_alone_check_it(made: Release, tmp_path: Path) -> None:
    made.sealed(f"plumbline-{VERSION}.tar")
    folder = _verified_by_hand(made, tmp_path)
    check(tmp_path / f"plumbline-{VERSION}.tar", made.public).must_be(folder)


def test_what_was_added_to_it_is_not_even_unpacked(made: Release, tmp_path: Path) -> None:
    """No checksum finds a module in the command's folder, that it would import as root instead of Python's own."""
    added = f"plumbline-{VERSION}/scripts/argparse.py"

    def add(own: str, content: bytes) -> list[tuple[str, bytes]]:
        return [(own, content), *([(added, b"raise SystemExit")] if own.endswith(IMAGES) else [])]

    _with(made.sealed(), add).rename(tmp_path / f"plumbline-{VERSION}.tar")
    folder = _verified_by_hand(made, tmp_path)
    assert (folder / "scripts/appliance").exists()
    assert not (tmp_path / added).exists()


def test_the_fingerprint_in_the_documentation_is_the_release_key_s() -> None:
    assert fingerprint(TOP / RELEASE_KEY) in (TOP / "docs/install.md").read_text()


def test_a_foreign_one_is_refused_though_it_is_whole(made: Release, tmp_path: Path) -> None:
    foreign = made.sealed(key=new_key(tmp_path, "other.key"))
    with pytest.raises(Refused, match=f"not by the key {fingerprint(made.public)}"):
        check(foreign, made.public)


def _with(file: Path, change: Callable[[str, bytes], list[tuple[str, bytes]]]) -> Path:
    """The archive again, each member as `change` makes it."""
    target = file.with_name("changed.tar")
    with tarfile.open(file) as archive, tarfile.open(target, "w:") as changed:
        for member in archive:
            content = archive.extractfile(member)
            assert content
            for name, new in change(member.name, content.read()):
                made = tarfile.TarInfo(name)
                made.size = len(new)
                changed.addfile(made, io.BytesIO(new))
    return target


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (SUMS, "forged"),
        (SIGNATURE, "forged"),
        ("compose.yaml", "compose.yaml is not what was signed"),
        (MANIFEST, "manifest.json is not what was signed"),
        (IMAGES, "images.tar.gz is not what was signed"),
        (RELEASE_KEY, "release.pem is not what was signed"),
    ],
)
def test_a_changed_one_is_refused(made: Release, changed: str, reason: str) -> None:
    def flip(name: str, content: bytes) -> list[tuple[str, bytes]]:
        own = name.partition("/")[2] == changed
        return [(name, bytes([content[0] ^ 1]) + content[1:] if own else content)]

    with pytest.raises(Refused, match=reason):
        check(_with(made.sealed(), flip), made.public)


@pytest.mark.parametrize(
    "name",
    [
        "plumbline-0.1.0/docs/more.md",
        "plumbline-0.1.0/../../etc/passwd",
        # As long as the folder's own name, and with a name below it that was signed.
        "../../elsewhere/docs/install.md",
        "plumbline-9.9.9/docs/install.md",
    ],
)
def test_a_member_that_nobody_signed_is_refused(made: Release, name: str) -> None:
    def add(own: str, content: bytes) -> list[tuple[str, bytes]]:
        more = [(name, b"x")] if own.endswith("LICENSE") else []
        return [(own, content), *more]

    with pytest.raises(Refused, match="does not belong to it"):
        check(_with(made.sealed(), add), made.public)


def test_a_doubled_member_is_refused(made: Release) -> None:
    def twice(name: str, content: bytes) -> list[tuple[str, bytes]]:
        return [(name, content)] * (2 if name.endswith("compose.yaml") else 1)

    with pytest.raises(Refused, match="does not belong to it"):
        check(_with(made.sealed(), twice), made.public)


@pytest.mark.parametrize("left", [0.0, 0.02, 0.5, 0.9])
def test_a_cut_one_is_refused(made: Release, left: float) -> None:
    file = made.sealed()
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * left)])
    with pytest.raises(Refused, match="cut off"):
        check(file, made.public)


def test_one_cut_between_two_members_is_refused(made: Release) -> None:
    def without(name: str, content: bytes) -> list[tuple[str, bytes]]:
        return [] if name.endswith(IMAGES) else [(name, content)]

    with pytest.raises(Refused, match=f"cut off: {IMAGES} is missing"):
        check(_with(made.sealed(), without), made.public)


def test_images_of_another_release_are_refused_though_signed(made: Release) -> None:
    saved(made.folder / IMAGES, mark="another")
    with pytest.raises(Refused, match="images are not those that its manifest names"):
        check(made.sealed(), made.public)
    saved(made.folder / IMAGES, tag="plumbline/web:other")
    with pytest.raises(Refused, match="images are not those that its manifest names"):
        check(made.sealed(), made.public)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [("product", "other", "no bundle of Plumbline"), ("format", 2, "newer form")],
)
def test_what_is_signed_and_yet_no_bundle_is_refused(
    made: Release, field: str, value: object, reason: str
) -> None:
    file = made.folder / MANIFEST
    file.write_text(json.dumps(json.loads(file.read_text()) | {field: value}))
    with pytest.raises(Refused, match=reason):
        check(made.sealed(), made.public)


def test_any_other_file_is_refused(tmp_path: Path, made: Release) -> None:
    (tmp_path / "other.tar").write_bytes(b"no archive")
    with pytest.raises(Refused, match="no bundle"):
        check(tmp_path / "other.tar", made.public)
    with pytest.raises(Refused, match="there is no file"):
        check(tmp_path / "missing.tar", made.public)


def test_a_folder_of_another_release_is_told(made: Release) -> None:
    bundle = check(made.sealed(), made.public)
    bundle.must_be(made.folder)
    (made.folder / "compose.yaml").write_text("services: {}\n")
    with pytest.raises(Refused, match=r"compose\.yaml differs"):
        bundle.must_be(made.folder)


def test_the_verb_checks(made: Release) -> None:
    file = made.sealed()
    done = appliance("bundle", "--check", str(file), "--release-key", str(made.public))
    assert done.returncode == 0, done.stderr
    assert f"signed by {fingerprint(made.public)}" in done.stdout
    done = appliance("bundle", "--check", str(file))
    assert done.returncode == 1
    assert "not by the key" in done.stderr


def test_a_checksum_is_that_of_sha256sum(made: Release) -> None:
    bundle = check(made.sealed(), made.public)
    licence = hashlib.sha256((TOP / "LICENSE").read_bytes()).hexdigest()
    assert bundle.sums["LICENSE"] == licence


def test_results_of_the_build_are_covered_by_the_signature(made: Release) -> None:
    (made.folder / EVIDENCE).write_text("{}\n")
    file = made.sealed()
    assert EVIDENCE in check(file, made.public).sums
    with tarfile.open(file) as archive:
        assert f"plumbline-{VERSION}/{EVIDENCE}" in archive.getnames()

    def flip(name: str, content: bytes) -> list[tuple[str, bytes]]:
        return [(name, b"[]\n" if name.endswith(EVIDENCE) else content)]

    with pytest.raises(Refused, match=r"evidence\.json is not what was signed"):
        check(_with(file, flip), made.public)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"commit": "1" * 40}, "is of 1111"),
        ({"format": 2}, "form that is not known"),
        ({"steps": {"types": "failed"}}, "not everything passed"),
    ],
    ids=["another-commit", "another-form", "a-failed-step"],
)
def test_results_that_do_not_fit_are_refused_before_anything_is_built(
    tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=TOP, capture_output=True, text=True, check=True
    ).stdout.strip()
    told = {"product": "plumbline", "format": 1, "commit": head, "steps": {"types": "passed"}}
    told["tests"] = {"tests/a.py::test_b": {"passed": 1, "failed": 0, "skipped": 0}}
    file = tmp_path / EVIDENCE
    file.write_text(json.dumps(told))
    assert results_of(TOP, "HEAD", file) == file.read_bytes()
    file.write_text(json.dumps(told | changes))
    key, output = new_key(tmp_path), tmp_path / "bundle.tar"
    options = ("--key", str(key), "--output", str(output), "--evidence", str(file))
    done = appliance("bundle", *options)
    assert done.returncode == 1
    assert reason in done.stderr
    assert not output.exists()
    assert "there is no file" in appliance("bundle", *options, "--evidence", "/none").stderr
