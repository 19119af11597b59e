"""The standard's requirements, and by what each is met here. Pure; what does not fit together is refused when read.

`standard/` has the requirements as OWASP words them, `chapters/` what is said of each, a file a chapter.
"""

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

_HERE: Final = Path(__file__).parent
_STANDARD: Final = _HERE / "standard/asvs-4.0.3.csv"
_CHAPTERS: Final = _HERE / "chapters"
_TEST: Final = re.compile(r"tests/[a-z0-9_/]+(\.py(::test_[a-z0-9_]+)?)?")
_STEP: Final = re.compile(r"step:[a-z]+")
_CHECK: Final = re.compile(r"[a-z_]+\.[a-z0-9_]+")
_FIELDS: Final = {"met", "says", "live", "host", "build", "stated", "document"}


class Met(StrEnum):
    AUTOMATED = "automated"
    MANUAL = "manual"
    NOT_MET = "not met"
    """Said so, on a day and in a document: it counts as failed."""
    NOT_APPLICABLE = "not applicable"


class Source(StrEnum):
    """Where a proof comes from."""

    LIVE = "live"
    """Looked at on this appliance, from inside, when it was assessed."""
    HOST = "host"
    """Looked at on this appliance by its host, from outside."""
    BUILD = "build"
    """Ran when this release was built, and signed with it."""


@dataclass(frozen=True, slots=True, order=True)
class Proof:
    source: Source
    name: str
    """Of a check, `module.function`; of the build, a test's `file::function`, all tests of a file or folder, or
    `step:NAME` of scripts/test.
    """


@dataclass(frozen=True, slots=True)
class Requirement:
    id: str
    chapter: str
    section: str
    level: int
    """1 or 2: the lowest at which it is demanded."""
    cwe: str
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What is said of one requirement."""

    requirement: Requirement
    met: Met
    says: str
    proofs: tuple[Proof, ...]
    """Of what does not apply: the guards that go off if it ever does."""
    stated: date | None = None
    document: str | None = None
    """Of a manual one: when that was last looked at by people, and where it is written down."""


class Inconsistent(Exception):
    """The catalogue contradicts itself or the standard; the message says where."""


@cache
def requirements() -> Mapping[str, Requirement]:
    """All of levels 1 and 2, by id, in the standard's order."""
    with _STANDARD.open(encoding="utf-8", newline="") as file:
        return {
            row["id"]: Requirement(
                row["id"],
                row["chapter"],
                row["section"],
                1 if row["level1"] else 2,
                row["cwe"],
                row["requirement"],
            )
            for row in csv.DictReader(file)
            if row["level1"] or row["level2"]
        }


@cache
def claims() -> Mapping[str, Claim]:
    """One for each requirement, in the standard's order. Raises Inconsistent."""
    told = dict(_told())
    if unknown := told.keys() - requirements().keys():
        raise Inconsistent(f"not of the standard's levels 1 and 2: {', '.join(sorted(unknown))}")
    if missing := requirements().keys() - told.keys():
        raise Inconsistent(f"nothing is said of {', '.join(sorted(missing))}")
    return {one.id: _claim(one, told[one.id]) for one in requirements().values()}


def _told() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted(_CHAPTERS.glob("*.toml")):
        for requirement, told in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if not requirement.startswith(f"V{int(file.stem[1:])}."):
                raise Inconsistent(f"{requirement} does not belong in {file.name}")
            yield requirement, told


def _claim(requirement: Requirement, told: dict[str, Any]) -> Claim:
    try:
        claim = Claim(
            requirement,
            Met(told["met"]),
            told["says"],
            proofs_in(requirement.id, told),
            told.get("stated"),
            told.get("document"),
        )
    except (KeyError, ValueError) as error:
        raise Inconsistent(f"{requirement.id}: {error!r}") from None
    if extra := told.keys() - _FIELDS:
        raise Inconsistent(f"{requirement.id}: {', '.join(sorted(extra))} is nothing that is told")
    _must_fit(claim)
    return claim


def proofs_in(about: str, told: Mapping[str, Any]) -> tuple[Proof, ...]:
    """Of what was read of a file. Raises Inconsistent."""
    found = [_proof(about, source, name) for source in Source for name in told.get(source, [])]
    if len(set(found)) != len(found):
        raise Inconsistent(f"{about}: a proof is named twice")
    return tuple(found)


def _proof(about: str, source: Source, name: str) -> Proof:
    fits = (
        _TEST.fullmatch(name) or _STEP.fullmatch(name)
        if source is Source.BUILD
        else _CHECK.fullmatch(name)
    )
    if not fits:
        raise Inconsistent(f"{about}: {name!r} is no proof from {source}")
    return Proof(source, name)


def _must_fit(claim: Claim) -> None:
    is_manual = claim.met in {Met.MANUAL, Met.NOT_MET}
    is_dated = type(claim.stated) is date and bool(claim.document)
    if is_manual != is_dated or is_manual == bool(claim.proofs):
        raise Inconsistent(
            f"{claim.requirement.id}: what is automated or not applicable has proofs,"
            " and what is manual or not met a date and a document instead"
        )
    if not claim.says.strip():
        raise Inconsistent(f"{claim.requirement.id}: nothing is said")
