"""Where this installation writes: by .env, and by Docker where it keeps the database's files."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from host.at_rest import UNKNOWN, Facts, Verdict, judge, judge_swap
from host.disks import facts, swaps
from host.ending import Refused
from host.environment import known_variables
from host.programs import run


class Place(NamedTuple):
    what: str
    path: str
    number: str
    """Of the device that it stands on, as containers see it in their own mountinfo."""
    verdict: Verdict


def judged_places(env_file: Path) -> list[Place]:
    """Each place that data reach, with what it stands on."""
    known = known_variables(env_file.read_text().splitlines()) if env_file.exists() else {}
    if not known.get("PLUMBLINE_DATA"):
        raise Refused(f"{env_file} names no PLUMBLINE_DATA: run scripts/appliance install first.")
    seen = facts()
    swap = Place("swap", "", "", judge_swap(swaps(), seen))
    return [
        _place("data", known["PLUMBLINE_DATA"], seen),
        _place("database", database_files(known), seen),
        swap,
    ]


def _place(what: str, path: str, seen: Facts) -> Place:
    if not path:
        return Place(what, "", "", Verdict(UNKNOWN, "Docker does not say where it is"))
    mount = seen.mount_of(path)
    return Place(what, path, mount.number if mount else "", judge(path, seen))


def database_files(known: dict[str, str]) -> str:
    """The folder of the database's files; empty where Docker cannot be asked. Before the first start it is Docker's."""
    project = known.get("PLUMBLINE_PROJECT") or "plumbline"
    inspect = ("docker", "volume", "inspect", "--format", "{{.Mountpoint}}", f"{project}_postgres")
    try:
        return run(*inspect).decode().strip()
    except Refused:
        pass
    try:
        return run("docker", "info", "--format", "{{.DockerRootDir}}").decode().strip()
    except Refused:
        return ""
