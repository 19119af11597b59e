"""What stands in a bundle. Pure.

A tar of one folder plumbline-VERSION: SHA256SUMS and its signature first, images.tar.gz last, between them the
project's files as they are in the release, manifest.json, a list of materials (CycloneDX) an image, licences.csv, and
evidence.json where the results of the build's tests are given away with it.
The signature covers SHA256SUMS, and SHA256SUMS every other member, so that openssl and sha256sum alone can check all.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, Mapping, NamedTuple

from host.ending import Refused

SUMS: Final = "SHA256SUMS"
SIGNATURE: Final = "SHA256SUMS.sig"
MANIFEST: Final = "manifest.json"
IMAGES: Final = "images.tar.gz"
LICENCES: Final = "licences.csv"
EVIDENCE: Final = "evidence.json"
RELEASE_KEY: Final = "scripts/release.pem"
FORMAT: Final = 1

PROJECT_FILES: Final = (
    *("CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "pyproject.toml"),
    *("compose.yaml", "compose.redirect.yaml"),
    *("docs", "scripts/appliance", "scripts/host", "scripts/verify-audit"),
)
"""Files and folders of the project that an installation needs, beside the release's key."""

_SUM: Final = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._/@+-]+)")
_VERSION: Final = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)


class Image(NamedTuple):
    tag: str
    id: str
    """sha256:… of its configuration."""
    layers: tuple[str, ...]
    """sha256:… of each layer, unpacked: the same in every engine."""


class Manifest(NamedTuple):
    version: str
    commit: str
    made: str
    """The commit's time, ISO 8601."""
    platform: str
    images: Mapping[str, Image]

    @property
    def tag(self) -> str:
        """Of its images: no two builds share one."""
        return f"{self.version}-{self.commit[:12]}"

    def text(self) -> str:
        images = {name: image._asdict() for name, image in sorted(self.images.items())}
        about = {"product": "plumbline", "format": FORMAT}
        return json.dumps({**about, **self._asdict(), "images": images}, indent=2) + "\n"


def manifest(text: bytes) -> Manifest:
    """Read manifest.json. Raises Refused where it is none that this version knows."""
    try:
        told = json.loads(text)
        if told.pop("product") != "plumbline":
            raise Refused("it is no bundle of Plumbline.")
        if told.pop("format") != FORMAT:
            raise Refused("it has a newer form: unpack it and use the scripts/appliance in it.")
        images = {
            name: Image(one["tag"], one["id"], tuple(one["layers"]))
            for name, one in told.pop("images").items()
        }
        return Manifest(images=images, **told)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"its {MANIFEST} cannot be read: {error!r}.") from None


def evidence(text: bytes, commit: str) -> Mapping[str, Any]:
    """Read the results of a build (tests/evidence.py). Raises Refused: another commit's, of an unknown form, failed."""
    try:
        told = json.loads(text)
        if told["product"] != "plumbline" or told["format"] != FORMAT:
            raise Refused(f"{EVIDENCE} is of a form that is not known here.")
        if told["commit"] != commit:
            raise Refused(f"{EVIDENCE} is of {told['commit']}, and this is {commit}.")
        steps = {str(name): str(word) for name, word in told["steps"].items()}
        numbers = [int(one["failed"]) for one in told["tests"].values()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"{EVIDENCE} cannot be read: {error!r}.") from None
    failed = [name for name, word in steps.items() if word != "passed"]
    if failed or any(numbers):
        raise Refused(
            f"not everything passed when this was built: {', '.join(failed) or 'a test'}."
        )
    if not steps or not numbers:
        raise Refused(f"{EVIDENCE} tells of no test.")
    return dict(told)


def sums_text(sums: Mapping[str, str]) -> str:
    """As sha256sum writes and checks them, in the order of their names."""
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def sums(text: bytes) -> dict[str, str]:
    """Checksums by name. Raises Refused where a line is none, or a name leads out of the folder."""
    found: dict[str, str] = {}
    for line in text.decode(errors="replace").splitlines():
        match = _SUM.fullmatch(line)
        if (
            not match
            or match[2] in found
            or match[2].startswith("/")
            or ".." in match[2].split("/")
        ):
            raise Refused(f"its {SUMS} has a line that is none: {line[:80]!r}.")
        found[match[2]] = match[1]
    return found


def version_in(pyproject: str) -> str:
    """The release's version, which stands in pyproject.toml alone."""
    match = _VERSION.search(pyproject)
    if not match:
        raise Refused("pyproject.toml names no version.")
    return match[1]


def variable(image: str) -> str:
    """What compose.yaml calls an image by, where it is not to be found by its tag."""
    return f"PLUMBLINE_IMAGE_{image.upper().replace('-', '_')}"


def pins(release: Manifest, ids: Mapping[str, str]) -> dict[str, str]:
    """Variables with which Compose runs these images and no others."""
    own = {variable(name): ids[name] for name in sorted(ids)}
    return {"PLUMBLINE_VERSION": release.tag, **own}
