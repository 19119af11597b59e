"""What an image is made of: a CycloneDX list of materials, and licences as one table. Pure."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from typing import Any, Final, Iterable, Mapping, NamedTuple
from urllib.parse import quote

from host.bundle.contents import Image, Manifest

_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_DNS, "plumbline")
_LINE: Final = 100


class Part(NamedTuple):
    kind: str
    """deb, pypi or npm, as package URLs name them."""
    name: str
    version: str
    licences: tuple[str, ...]
    """As the package itself tells them: SPDX expressions, Debian's short names, or words."""
    architecture: str = ""

    @property
    def purl(self) -> str:
        """https://github.com/package-url/purl-spec"""
        version = quote(self.version, safe="")
        if self.kind == "deb":
            return f"pkg:deb/debian/{quote(self.name)}@{version}?arch={self.architecture}&distro=trixie"
        return f"pkg:{self.kind}/{quote(self.name, safe='/')}@{version}"


def debian_parts(packages: str, copyrights: str) -> list[Part]:
    """From `dpkg-query`, tab-separated, and from `grep License:` over the copyright files."""
    licences: dict[str, set[str]] = {}
    for line in copyrights.splitlines():
        file, _, said = line.partition(":License:")
        if said.strip():
            licences.setdefault(file.split("/")[-2], set()).add(said.strip()[:_LINE])
    rows = [line.split("\t") for line in packages.splitlines()]
    return [
        Part("deb", name, version, tuple(sorted(licences.get(name, ()))), architecture)
        for name, version, architecture in rows
    ]


def python_parts(told: str) -> list[Part]:
    """From importlib.metadata: name, version, License-Expression, License, classifiers."""
    parts = []
    for name, version, expression, licence, classifiers in json.loads(told):
        named = [
            one.rpartition(" :: ")[2] for one in classifiers or [] if one.startswith("License ::")
        ]
        short = [licence] if licence and "\n" not in licence and len(licence) <= _LINE else []
        normal = re.sub(r"[-_.]+", "-", name).lower()
        parts.append(
            Part("pypi", normal, version, tuple([expression] if expression else short or named))
        )
    return parts


def npm_parts(lock: str) -> list[Part]:
    """From package-lock.json: what ends in the pages, not what only builds or tests them."""
    return [
        Part(
            "npm",
            place.rpartition("node_modules/")[2].replace("@", "%40"),
            one["version"],
            (one["license"],) if "license" in one else (),
        )
        for place, one in json.loads(lock)["packages"].items()
        if place and not one.get("dev") and not one.get("link") and not one.get("devOptional")
    ]


def cyclonedx(name: str, image: Image, release: Manifest, parts: Iterable[Part]) -> str:
    """CycloneDX 1.6, the same text for the same image."""
    components = [_component(part) for part in sorted(set(parts))]
    about = {
        "type": "container",
        "bom-ref": image.id,
        "name": f"plumbline/{name}",
        "version": release.version,
    }
    found = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, image.id)}",
        "version": 1,
        "metadata": {"timestamp": release.made, "component": about},
        "components": components,
    }
    return json.dumps(found, indent=1) + "\n"


def _component(part: Part) -> dict[str, Any]:
    name = part.name.replace("%40", "@")
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": part.purl,
        "name": name,
        "version": part.version,
        "purl": part.purl,
    }
    if part.licences:
        found["licenses"] = [{"license": {"name": licence}} for licence in part.licences]
    return found


def licences(images: Mapping[str, Iterable[Part]]) -> str:
    """A line a package, with the images that hold it. The texts stand in the images, at each package."""
    holders: dict[Part, list[str]] = {}
    for name, parts in images.items():
        for part in set(parts):
            holders.setdefault(part, []).append(name)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["kind", "package", "version", "licences", "images"])
    for part in sorted(holders):
        name = part.name.replace("%40", "@")
        row = [
            part.kind,
            name,
            part.version,
            "; ".join(part.licences),
            " ".join(sorted(holders[part])),
        ]
        table.writerow(row)
    return text.getvalue()
