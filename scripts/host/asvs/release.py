"""What the build has signed of the release that runs: its results, and that it is that release which runs."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Optional, Sequence

from host.asvs.containers import Container, Image
from host.asvs.findings import Finding, judged
from host.bundle.check import fingerprint, signed
from host.bundle.contents import (
    EVIDENCE,
    IMAGES,
    MANIFEST,
    SIGNATURE,
    SUMS,
    Manifest,
    evidence,
    manifest,
    sums,
)
from host.ending import Refused
from host.installed import Installed
from host.services import USERS

BUILT_HERE = "what runs was built here, and is of no signed bundle"


class Released(NamedTuple):
    about: Optional[Mapping[str, str]]
    """Version, commit, time, checksum of its checksums, fingerprint of the key that signed; None where not signed."""
    manifest: Optional[Manifest]
    evidence: Optional[Mapping[str, Any]]
    reason: str
    """Why there is no evidence."""


def read(installed: Optional[Installed], key: Path) -> Released:
    """The installed release's own folder, by the key that was trusted when it was installed."""
    try:
        return _read(installed, key)
    except Refused as refused:
        return Released(None, None, None, str(refused))
    except OSError as error:
        return Released(None, None, None, f"{error.filename}: {error.strerror}")


def _read(installed: Optional[Installed], key: Path) -> Released:
    if installed is None or not installed.commit:
        return Released(None, None, None, BUILT_HERE)
    folder = installed.folder
    told = (folder / SUMS).read_bytes()
    _must_be_signed(told, folder, key)
    expected = sums(told)
    _must_be_whole(expected, folder)
    about = manifest((folder / MANIFEST).read_bytes())
    if about.commit != installed.commit:
        raise Refused(
            f"{folder} is of {about.commit[:12]}, and {installed.commit[:12]} is installed"
        )
    release = {
        "version": about.version,
        "commit": about.commit,
        "made": about.made,
        "sums": hashlib.sha256(told).hexdigest(),
        "key": fingerprint(key),
    }
    if EVIDENCE not in expected:
        return Released(release, about, None, "the release came without results of its build")
    try:
        results = evidence((folder / EVIDENCE).read_bytes(), about.commit)
    except Refused as refused:
        return Released(release, about, None, str(refused))
    return Released(release, about, results, "")


def _must_be_signed(told: bytes, folder: Path, key: Path) -> None:
    if not key.is_file():
        raise Refused(f"{key} is missing: the key that was trusted when this was installed")
    if not signed(told, (folder / SIGNATURE).read_bytes(), key):
        raise Refused(f"{folder / SUMS} is not signed by the key {fingerprint(key)}")


def _must_be_whole(expected: Mapping[str, str], folder: Path) -> None:
    """Every file of the folder is what was signed; the images are looked at where they run."""
    if MANIFEST not in expected:
        raise Refused(f"{folder / SUMS} does not name {MANIFEST}")
    for name in sorted(expected.keys() - {IMAGES}):
        if not (folder / name).is_file() or _sum(folder / name) != expected[name]:
            raise Refused(f"{folder / name} is not what was signed")


def images(
    released: Released, containers: Sequence[Container], known: Mapping[str, Image]
) -> Finding:
    """Whether what runs is what was signed. Pure."""
    todo = "Install a signed bundle (docs/install.md), or run docker compose up --detach in its folder."
    if released.manifest is None:
        return judged("containers.images", [released.reason], "", todo)
    wanted = released.manifest.images.values()
    ids, layers = {one.id for one in wanted}, {one.layers for one in wanted}
    amiss = []
    for one in containers:
        if one.service not in USERS:
            continue
        image = known.get(one.image)
        # With containerd's store the engine has names of its own; layers are the same in every engine.
        if one.image not in ids and (
            image is None or not image.layers or image.layers not in layers
        ):
            amiss.append(f"{one.service} runs {one.image[:19] or 'nothing'}, which nobody signed")
    if not any(one.service in USERS for one in containers):
        amiss.append("nothing runs")
    well = f"all of {released.manifest.version}, as signed"
    return judged("containers.images", amiss, well, todo)


def believed(released: Released, found: Finding) -> Released:
    """Results of a build say nothing of other images than it made. Pure."""
    if released.evidence is None or found.is_good:
        return released
    return released._replace(evidence=None, reason=f"other images run: {found.found}")


def _sum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
