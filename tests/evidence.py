"""The results of a whole run of scripts/test, in one file that a bundle gives away: python -m tests.evidence --help.

It is of a commit and of nothing else: where the folder holds anything that is not committed there is none.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from defusedxml import ElementTree

TOP: Final = Path(__file__).resolve().parents[1]
FORMAT: Final = 1
Counts = dict[str, dict[str, int]]


class NotACommit(Exception):
    """What lies here is no commit, or not the one with which the run began; the message says which."""


def commit_of(project: Path) -> str:
    """The commit that the folder is, with nothing besides. Raises NotACommit."""
    changed = _git(project, "status", "--porcelain").splitlines()
    if changed:
        raise NotACommit(f"not everything is committed: {changed[0].strip()}")
    return _git(project, "rev-parse", "HEAD").strip()


def counted(reports: Iterable[Path]) -> Counts:
    """Of JUnit's XML as pytest writes it: how often each test function passed, failed and was skipped."""
    found: Counts = {}
    for report in reports:
        for case in ElementTree.parse(report).iter("testcase"):
            module, name = case.get("classname", ""), case.get("name", "").partition("[")[0]
            counts = found.setdefault(
                f"{module.replace('.', '/')}.py::{name}", {"passed": 0, "failed": 0, "skipped": 0}
            )
            kinds = {child.tag for child in case}
            if kinds & {"failure", "error"}:
                counts["failed"] += 1
            elif "skipped" in kinds:
                counts["skipped"] += 1
            else:
                counts["passed"] += 1
    return dict(sorted(found.items()))


def told(commit: str, steps: Mapping[str, str], tests: Counts, now: datetime) -> dict[str, object]:
    return {
        "product": "plumbline",
        "format": FORMAT,
        "commit": commit,
        "made": now.isoformat(timespec="seconds"),
        "steps": dict(steps),
        "tests": tests,
    }


def begin(project: Path) -> None:
    """Nothing of a former run is taken for one of this. Raises NotACommit."""
    place = project / ".test"
    place.mkdir(exist_ok=True)
    for former in (*place.glob("*.xml"), place / "evidence.json", place / "evidence.begun"):
        former.unlink(missing_ok=True)
    (place / "evidence.begun").write_text(commit_of(project))


def end(project: Path, steps: Mapping[str, str]) -> Path:
    """Write .test/evidence.json, all of it or nothing. Raises NotACommit."""
    place = project / ".test"
    target, begun = place / "evidence.json", place / "evidence.begun"
    target.unlink(missing_ok=True)
    if not begun.is_file():
        raise NotACommit("when the run began not everything was committed")
    commit = commit_of(project)
    if commit != begun.read_text():
        raise NotACommit(f"the run began with {begun.read_text()}, and this is {commit}")
    reports = [place / f"{name}.xml" for name in steps]
    tests = counted(report for report in reports if report.is_file())
    content = json.dumps(told(commit, steps, tests, datetime.now(UTC)), indent=1) + "\n"
    fresh = place / ".evidence.json.new"
    fresh.write_text(content)
    fresh.replace(target)
    return target


def _git(project: Path, *words: str) -> str:
    command = ["git", "-C", str(project), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _step(given: str) -> tuple[str, str]:
    name, _, word = given.partition("=")
    if not name or word not in {"passed", "failed"}:
        raise argparse.ArgumentTypeError(f"{given!r} is not NAME=passed or NAME=failed")
    return name, word


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.evidence", description=__doc__)
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("begin", help="note the commit with which a run begins")
    ending = acts.add_parser("end", help="write .test/evidence.json")
    ending.add_argument("steps", nargs="*", type=_step, metavar="NAME=passed|failed")
    options = parser.parse_args()
    try:
        if options.act == "begin":
            begin(TOP)
        else:
            sys.stdout.write(f"The results are {end(TOP, dict(options.steps))}.\n")
    except NotACommit as reason:
        sys.stdout.write(f"No results to give away: {reason}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
