"""What each scanner finds in source code, as lines to read. Whatever it could not look at raises CouldNotLook."""

import fnmatch
import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from tests.scanners import environments
from tests.scanners.looked import CouldNotLook

RULES: Final = Path(__file__).parent / "semgrep" / "promises.yaml"

WAIVED: Final = {
    # Of bandit's findings that ruff does not make, by rule: in which places, and why.
    "B404": (
        ("*",),
        "to import it is no harm; who may start what is in tests/config/test_egress.py",
    ),
    "B603": (("scripts/host/*",), "programs by their names, with a list of arguments"),
    "B607": (("scripts/host/*",), "the host's own programs, by the operator's path"),
    "B105": (
        ("backend/inventory/*", "backend/accounts/adapters.py"),
        "names of columns, and sentences about passwords",
    ),
    "B106": (("backend/inventory/*",), "names of columns"),
    "B107": (("backend/api/webhooks.py",), "an empty part of an address"),
    "B406": (("backend/sources/junit/xml.py",), "exceptions and types; defusedxml parses"),
    "B703": (("backend/config/documents.py",), "the product's own documents"),
    "B104": (("scripts/host/settings.py",), "an appliance listens where people are"),
    "B108": (("scripts/host/volumes/luks.py",), "memory, never a disk, with a random name"),
    "B608": (
        ("backend/delivery/store/tables.py", "backend/metrics/test_runs/aggregates.py"),
        "statements of constants; values are parameters",
    ),
}
WITHOUT: Final = {
    # Of hadolint's rules, each with its reason.
    "DL3008": "Debian's updates of security are wanted; what was installed is in the bill of materials",
    "DL3066": "every image has a root",
}
NO_SECRETS: Final = (
    r"(^|/)(\.secrets\.baseline|package-lock\.json|openapi\.json|schema\.ts)$|^requirements/.*\.txt$"
    r"|\.(ttf|gz|png)$"
)
"""Files of digests, those that are made of others here, and what is no text."""


def by_bandit(folder: Path, places: Sequence[str]) -> list[str]:
    """What ruff has not been told the reason of, by a word on the same lines, and is not waived above either."""
    done = _run(folder, "bandit", "--quiet", "--recursive", "--format", "json", *places)
    told = _json(done)
    if told["errors"]:
        raise CouldNotLook(str(told["errors"]))
    return [
        f"{one['filename']}:{one['line_number']}: {one['test_id']} {one['issue_text']}"
        for one in told["results"]
        if not _is_said(folder, one)
    ]


def _is_said(folder: Path, finding: dict[str, Any]) -> bool:
    rule, file = finding["test_id"], finding["filename"].removeprefix("./")
    places, _ = WAIVED.get(rule, ((), ""))
    if any(fnmatch.fnmatch(file, place) for place in places):
        return True
    lines = (folder / file).read_text().splitlines()
    first, last = min(finding["line_range"]), max(finding["line_range"])
    # ruff and bandit number these rules alike.
    return any(f"S{rule[1:]}" in line for line in lines[first - 1 : last + 1])


def by_semgrep(folder: Path, places: Sequence[str], rules: Path = RULES) -> list[tuple[str, str]]:
    """Each rule that was broken, and where."""
    options = ("--metrics=off", "--disable-version-check", "--json", "--quiet", "--no-git-ignore")
    done = _run(folder, "semgrep", "scan", f"--config={rules}", *options, *places)
    told = _json(done)
    if told["errors"] or not told["paths"]["scanned"]:
        raise CouldNotLook(str(told["errors"]) or "no file was looked at")
    return [
        (one["check_id"].rpartition(".")[2], f"{one['path']}:{one['start']['line']}")
        for one in told["results"]
    ]


def by_zizmor(folder: Path, workflows: Path) -> list[str]:
    done = _run(
        folder, "zizmor", "--offline", "--persona=pedantic", "--format=json", str(workflows)
    )
    if done.returncode not in {0, *range(10, 15)}:
        raise CouldNotLook(done.stderr)
    return [f"{one['ident']}: {one['desc']}" for one in json.loads(done.stdout)]


def by_hadolint(folder: Path, files: Sequence[str]) -> list[str]:
    without = [f"--ignore={rule}" for rule in WITHOUT]
    done = _run(folder, "hadolint", "--format=json", *without, *files)
    return [
        f"{one['file']}:{one['line']}: {one['code']} {one['message']}"
        for one in json.loads(done.stdout)
    ]


def by_detect_secrets(folder: Path, baseline: Path) -> list[str]:
    """What looks like a secret in files that git knows, but for what the baseline knows by its digest to be none."""
    told = _json(_scanned(folder))["results"]
    known = set(_secrets(json.loads(baseline.read_text())["results"]))
    return [
        f"{file}: {kind}"
        for file, kind, digest in _secrets(told)
        if (file, kind, digest) not in known
    ]


def _scanned(folder: Path) -> subprocess.CompletedProcess[str]:
    return _run(folder, "detect-secrets", "scan", "--no-verify", "--exclude-files", NO_SECRETS)


def _secrets(results: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[str, str, str]]:
    for file, found in sorted(results.items()):
        for one in found:
            yield file, one["type"], one["hashed_secret"]


def _run(folder: Path, name: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(environments.program(name)), *words]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )


def _json(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise CouldNotLook(done.stdout + done.stderr) from None
    return found


if __name__ == "__main__":
    # What somebody has looked at, and found to be no secret.
    Path(".secrets.baseline").write_text(_scanned(Path()).stdout)
