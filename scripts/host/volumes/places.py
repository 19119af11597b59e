"""Where this installation writes: its data folder, the database's files, and what memory is swapped to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Mapping, NamedTuple

from host.at_rest import UNKNOWN, Facts, Verdict, judge, judge_swap
from host.disks import facts, swaps
from host.ending import Refused
from host.programs import run

DOCKERS_OWN = "postgres"
"""In the place of a folder: the volume that Docker keeps, as installations had it at first."""


class Place(NamedTuple):
    what: str
    path: str
    number: str
    """Of the device that it stands on, as containers see it in their own mountinfo."""
    verdict: Verdict


def judged_places(data: Path, known: Mapping[str, str]) -> list[Place]:
    """Each place that data reach, with what it stands on. `known`: the variables of .env."""
    seen = facts()
    return [
        _place("data", str(data), seen),
        _place("database", _database_files(data, known), seen),
        Place("swap", "", "", judge_swap(swaps(), seen)),
    ]


def database_setting(data: Path, known: Mapping[str, str]) -> str:
    """Below the data folder, so that one encrypted volume holds all; an installation that had Docker's keeps it."""
    former = DOCKERS_OWN if known.get("PLUMBLINE_DATA") else str(data / "postgres")
    return known.get("PLUMBLINE_DATABASE_FILES") or former


def _place(what: str, path: str, seen: Facts) -> Place:
    if not path:
        return Place(what, "", "", Verdict(UNKNOWN, "Docker does not say where it is"))
    mount = seen.mount_of(path)
    return Place(what, path, mount.number if mount else "", judge(path, seen))


def _database_files(data: Path, known: Mapping[str, str]) -> str:
    """The folder of the database's files; empty where Docker keeps them and cannot be asked."""
    setting = database_setting(data, known)
    if setting != DOCKERS_OWN:
        return setting
    project = os.environ.get("PLUMBLINE_PROJECT") or known.get("PLUMBLINE_PROJECT") or "plumbline"
    for asked in (
        ("volume", "inspect", "--format", "{{.Mountpoint}}", f"{project}_{DOCKERS_OWN}"),
        # Before the first start there is no volume yet.
        ("info", "--format", "{{.DockerRootDir}}"),
    ):
        try:
            return run("docker", *asked).decode().strip()
        except Refused:
            continue
    return ""
