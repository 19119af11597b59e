"""Make a bundle of a commit: what is not committed is not in it."""

from __future__ import annotations

import hashlib
import io
import tarfile
import tempfile
from pathlib import Path
from typing import Final, Iterable

from host.bundle import images
from host.bundle.contents import (
    EVIDENCE,
    IMAGES,
    LICENCES,
    MANIFEST,
    PROJECT_FILES,
    RELEASE_KEY,
    SIGNATURE,
    SUMS,
    Manifest,
    evidence,
    sums_text,
    version_in,
)
from host.bundle.materials import Part, cyclonedx, licences
from host.ending import Refused
from host.programs import openssl, run

_PIECE: Final = 1 << 20


def make(
    *, project: Path, commit: str, key: Path, output: Path, results: Path | None = None
) -> Manifest:
    """Build the commit's images, and write them with its files into one archive, signed with the key.

    `results`: of the tests that ran when this very commit was built; refused before anything is, where they are not.
    """
    if output.exists():
        raise Refused(f"{output} is there already.")
    public = public_half(key)
    told = results_of(project, commit, results) if results else b""
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".bundle-") as name:
        release = Path(name) / "release"
        _unpack(project, commit, release)
        about, parts = _built(project, commit, release)
        (release / RELEASE_KEY).write_bytes(public)
        (release / MANIFEST).write_text(about.text())
        for image, found in parts.items():
            text = cyclonedx(image, about.images[image], about, found)
            (release / f"materials-{image}.cdx.json").write_text(text)
        (release / LICENCES).write_text(licences(parts))
        if told:
            (release / EVIDENCE).write_bytes(told)
        images.save(about.images.values(), release / IMAGES)
        seal(release=release, version=about.version, key=key, output=output)
    return about


def results_of(project: Path, commit: str, file: Path) -> bytes:
    """The content of evidence.json. Raises Refused where it is not of that commit, or something failed."""
    if not file.is_file():
        raise Refused(f"--evidence: there is no file {file}.")
    content = file.read_bytes()
    full = run("git", "-C", project, "rev-parse", f"{commit}^{{commit}}").decode().strip()
    evidence(content, full)
    return content


def public_half(key: Path) -> bytes:
    public = openssl("pkey", "-in", key, "-pubout")
    if b"ED25519" not in openssl("pkey", "-pubin", "-noout", "-text", stdin=public).upper():
        raise Refused(f"{key} is no Ed25519 key: openssl genpkey -algorithm Ed25519")
    return public


def seal(*, release: Path, version: str, key: Path, output: Path) -> None:
    """Sum up, sign and pack what stands in a folder; the same bytes for the same files and key."""
    files = _members(release)
    told = sums_text({str(file.relative_to(release)): _sum(file) for file in files}).encode()
    (release / SUMS).write_bytes(told)
    signature = openssl("pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", release / SUMS)
    (release / SIGNATURE).write_bytes(signature)
    order = [release / SUMS, release / SIGNATURE, *files]
    fresh = output.with_name(f".{output.name}.new")
    _write(fresh, release, f"plumbline-{version}", order)
    fresh.rename(output)


def _unpack(project: Path, commit: str, folder: Path) -> None:
    folder.mkdir()
    files = io.BytesIO(run("git", "-C", project, "archive", "--format=tar", commit))
    with tarfile.open(fileobj=files) as archive:
        archive.extractall(folder)  # noqa: S202 - git's own, of our own commit


def _built(project: Path, commit: str, release: Path) -> tuple[Manifest, dict[str, list[Part]]]:
    full, made = (
        run(*("git", "-C", project, "show", "--no-patch", "--format=%H %cI", commit))
        .decode()
        .split()
    )
    version = version_in((release / "pyproject.toml").read_text())
    tags = images.build(release, f"{version}-{full[:12]}")
    described = {name: images.described(tag) for name, tag in tags.items()}
    platform = images.engine().platform
    lock = (release / "frontend/package-lock.json").read_text()
    parts = {name: images.parts(image, lock) for name, image in described.items()}
    return Manifest(version, full, made, platform, described), parts


def _members(release: Path) -> list[Path]:
    """By name, the images last: whoever reads the archive knows first what they must be."""
    wanted = [release / name for name in (*PROJECT_FILES, RELEASE_KEY, MANIFEST, LICENCES)]
    files = {file for one in wanted for file in ([one] if one.is_file() else one.rglob("*"))}
    files |= {*release.glob("materials-*.cdx.json"), release / EVIDENCE}
    return [*sorted(file for file in files if file.is_file()), release / IMAGES]


def _write(archive: Path, release: Path, top: str, files: Iterable[Path]) -> None:
    with tarfile.open(archive, "w:", format=tarfile.GNU_FORMAT) as tar:
        for file in files:
            member = tarfile.TarInfo(f"{top}/{file.relative_to(release)}")
            member.size = file.stat().st_size
            member.mode = 0o755 if file.stat().st_mode & 0o100 else 0o644
            with file.open("rb") as content:
                tar.addfile(member, content)


def _sum(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        for piece in iter(lambda: content.read(_PIECE), b""):
            digest.update(piece)
    return digest.hexdigest()
