"""A bundle that is to run here: trusted first, then its images loaded and pinned."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from host.bundle import images
from host.bundle.check import Bundle, check
from host.bundle.contents import RELEASE_KEY, pins
from host.ending import Refused
from host.installed import recorded

PROJECT: Final = Path(__file__).resolve().parents[3]


def trusted(file: Path, data: Path, *, upgrade: bool = False) -> Bundle:
    """Check a bundle by the key that was trusted when this appliance was installed, the first time by this folder's.

    Raises Refused where it is not whole, not of this folder's release, or for another kind of machine.
    """
    known = data / "release.pem"
    bundle = check(file, known if known.exists() else PROJECT / RELEASE_KEY)
    bundle.must_be(PROJECT)
    here = images.engine().platform
    if bundle.manifest.platform != here:
        raise Refused(f"{file} is for {bundle.manifest.platform}; this engine runs {here}.")
    former = recorded(data)
    if not upgrade and former and former.commit not in ("", bundle.manifest.commit):
        raise Refused(
            f"{former.version} ({former.commit[:12]}) is installed here:"
            f" scripts/appliance upgrade --bundle {file}"
        )
    return bundle


def load(bundle: Bundle) -> dict[str, str]:
    """Give the images to the engine. Returns the variables that pin each of them by its id."""
    with bundle.images() as stream:
        ids = images.load(stream, bundle.manifest.images)
    return pins(bundle.manifest, ids)
