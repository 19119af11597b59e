"""Which locked packages the advisories tell of. The database is a file that somebody brings: nothing is asked for.

    .venv/bin/python -m tests.scanners.advisories PyPI.zip npm.zip

Each is OSV's `all.zip` of one ecosystem (https://google.github.io/osv.dev/data/). It ends with 1 where a package is
vulnerable, and with 2 where that could not be found out: what was not looked at has not passed.
"""

import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from packaging.version import InvalidVersion
from packaging.version import Version as PythonVersion
from semver import Version as NodeVersion

from tests.scanners.looked import CouldNotLook

TOP = Path(__file__).resolve().parents[2]
FRESH: Final = timedelta(days=30)
"""An older database knows nothing of what was found since."""
_PINNED: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
_ORDER: Final[Mapping[str, Callable[[str], Any]]] = {
    "PyPI": PythonVersion,
    "npm": NodeVersion.parse,
}


@dataclass(frozen=True, order=True)
class Package:
    ecosystem: str
    name: str
    version: str


def locked(project: Path) -> set[Package]:
    """All that the lock files pin, of the product and of its tools."""
    found = set()
    for file in sorted((project / "requirements").glob("*.txt")):
        for name, version in _PINNED.findall(file.read_text()):
            found.add(Package("PyPI", re.sub(r"[-_.]+", "-", name).lower(), version))
    for file in sorted(project.glob("*/package-lock.json")):
        for place, told in json.loads(file.read_text())["packages"].items():
            if place and "version" in told:
                name = told.get("name") or place.rpartition("node_modules/")[2]
                found.add(Package("npm", name, told["version"]))
    return found


def vulnerable(packages: set[Package], databases: Sequence[Path], *, now: datetime) -> list[str]:
    """A line for each advisory that tells of a package as it is pinned. Raises CouldNotLook."""
    advisories = [one for database in databases for one in _read(database, now)]
    known = {affected["package"]["ecosystem"] for one in advisories for affected in one["affected"]}
    if missing := {package.ecosystem for package in packages} - known:
        raise CouldNotLook(f"no database tells of {', '.join(sorted(missing))}")
    if not packages:
        raise CouldNotLook("no lock file pins anything")
    by_name: dict[tuple[str, str], set[Package]] = {}
    for package in packages:
        by_name.setdefault((package.ecosystem, package.name), set()).add(package)
    found = set()
    for advisory in advisories:
        for affected in advisory["affected"]:
            about = affected["package"]
            name = about["name"]
            if about["ecosystem"] == "PyPI":
                name = re.sub(r"[-_.]+", "-", name).lower()
            for package in by_name.get((about["ecosystem"], name), ()):
                if is_affected(package, affected):
                    found.add(_told(package, advisory, affected))
    return sorted(found)


def is_affected(package: Package, affected: Mapping[str, Any]) -> bool:
    """By OSV's own rule of evaluation: https://ossf.github.io/osv-schema/#evaluation. Raises CouldNotLook."""
    if package.version in affected.get("versions", ()):
        return True
    parse = _ORDER[package.ecosystem]
    ranges = [one for one in affected.get("ranges", ()) if one["type"] in {"ECOSYSTEM", "SEMVER"}]
    try:
        return any(_is_within(parse(package.version), one["events"], parse) for one in ranges)
    except (InvalidVersion, ValueError, TypeError) as error:
        raise CouldNotLook(f"{package.name} {package.version}: {error}") from None


def _is_within(
    version: Any, events: Sequence[Mapping[str, str]], parse: Callable[[str], Any]
) -> bool:
    def reached(event: Mapping[str, str]) -> bool:
        (kind, at), *_ = event.items()
        return at == "0" or (
            version > parse(at) if kind == "last_affected" else version >= parse(at)
        )

    # What is limited is not introduced either; the last event that the version has reached decides.
    ordered = sorted(
        (event for event in events if "limit" not in event and reached(event)),
        key=lambda event: _position(event, parse),
    )
    return bool(ordered) and "introduced" in ordered[-1]


def _position(event: Mapping[str, str], parse: Callable[[str], Any]) -> tuple[bool, Any]:
    (at,) = event.values()
    return (False, 0) if at == "0" else (True, parse(at))


def _read(database: Path, now: datetime) -> Iterator[dict[str, Any]]:
    newest = datetime.min.replace(tzinfo=UTC)
    try:
        with zipfile.ZipFile(database) as archive:
            for name in archive.namelist():
                told = json.loads(archive.read(name))
                newest = max(newest, datetime.fromisoformat(told["modified"]))
                if "withdrawn" not in told and told.get("affected"):
                    yield told
    except (OSError, zipfile.BadZipFile, ValueError, KeyError) as error:
        raise CouldNotLook(f"{database}: {error}") from None
    if now - newest > FRESH:
        raise CouldNotLook(
            f"{database}: nothing in it is newer than {FRESH.days} days; bring a new one"
        )


def _told(package: Package, advisory: Mapping[str, Any], affected: Mapping[str, Any]) -> str:
    names = ", ".join([advisory["id"], *advisory.get("aliases", ())])
    fixed = [
        event["fixed"]
        for one in affected.get("ranges", ())
        if one["type"] != "GIT"
        for event in one["events"]
        if "fixed" in event
    ]
    mended = f"mended in {', '.join(fixed)}" if fixed else "not mended"
    return f"{package.name} {package.version}: {names}: {advisory.get('summary', '')} ({mended})"


def main(arguments: Sequence[str]) -> int:
    if not arguments or {"-h", "--help"} & set(arguments):
        sys.stdout.write(f"{__doc__}\n")
        return 0 if arguments else 2
    packages = locked(TOP)
    try:
        found = vulnerable(packages, [Path(one) for one in arguments], now=datetime.now(UTC))
    except CouldNotLook as error:
        sys.stderr.write(f"Not checked: {error}\n")
        return 2
    told = "\n".join(found) or f"{len(packages)} packages, and no advisory tells of one."
    sys.stdout.write(f"{told}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
