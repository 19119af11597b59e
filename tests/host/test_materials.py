"""The list of materials is CycloneDX, and says of each package what the package says of itself."""

import csv
import io
import json
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from host.bundle.contents import Image, Manifest
from host.bundle.materials import (
    Part,
    cyclonedx,
    debian_parts,
    licences,
    npm_parts,
    python_parts,
)

TOP = Path(__file__).resolve().parents[2]
IMAGE = Image("plumbline/web:1", "sha256:" + "a" * 64, ())
RELEASE = Manifest("0.1.0", "0" * 40, "2026-11-27T12:00:00+00:00", "linux/amd64", {"web": IMAGE})
DEBIAN = debian_parts(
    "git\t1:2.47.3-0+deb13u1\tamd64\nlibc6\t2.41-12\tamd64\n",
    "/usr/share/doc/git/copyright:License: GPL-2\n/usr/share/doc/git/copyright:License: Expat\n",
)
PYTHON = python_parts(
    json.dumps(
        [
            ["Django", "5.2.8", "BSD-3-Clause", None, []],
            ["django_csp", "4.0", None, "BSD", ["License :: OSI Approved :: BSD License"]],
            ["old", "1", None, "a text\nof many lines", ["License :: OSI Approved :: MIT License"]],
        ]
    )
)


def test_each_kind_of_package_is_told_with_its_licences() -> None:
    assert [(part.purl, part.licences) for part in DEBIAN + PYTHON] == [
        (
            "pkg:deb/debian/git@1%3A2.47.3-0%2Bdeb13u1?arch=amd64&distro=trixie",
            ("Expat", "GPL-2"),
        ),
        ("pkg:deb/debian/libc6@2.41-12?arch=amd64&distro=trixie", ()),
        ("pkg:pypi/django@5.2.8", ("BSD-3-Clause",)),
        ("pkg:pypi/django-csp@4.0", ("BSD",)),
        ("pkg:pypi/old@1", ("MIT License",)),
    ]


def test_of_the_pages_only_what_ends_in_them_is_told() -> None:
    found = {part.name for part in npm_parts((TOP / "frontend/package-lock.json").read_text())}
    assert "react" in found
    assert not {"vite", "typescript", "vitest"} & found


def test_a_list_is_valid_cyclonedx_and_the_same_each_time() -> None:
    npm = npm_parts((TOP / "frontend/package-lock.json").read_text())
    text = cyclonedx("web", IMAGE, RELEASE, [*DEBIAN, *PYTHON, *npm])
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert text == cyclonedx("web", IMAGE, RELEASE, [*npm, *PYTHON, *DEBIAN, *DEBIAN])


def test_one_table_names_every_package_once_with_its_images() -> None:
    shared = Part("deb", "libc6", "2.41-12", (), "amd64")
    table = list(csv.DictReader(io.StringIO(licences({"web": DEBIAN, "nginx": [shared]}))))
    assert [(row["package"], row["licences"], row["images"]) for row in table] == [
        ("git", "Expat; GPL-2", "web"),
        ("libc6", "", "nginx web"),
    ]
