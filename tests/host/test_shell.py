"""Every shell script of the project passes shellcheck."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]


def _scripts() -> list[Path]:
    """What git knows and a shell runs, by its first line or by its ending."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=TOP, capture_output=True, text=True, check=True
    )
    found = []
    for name in listed.stdout.split("\0")[:-1]:
        file = TOP / name
        if not file.is_file():
            continue
        with file.open("rb") as opened:
            first = opened.readline(100)
        if name.endswith(".sh") or re.match(rb"#!.*\b(ba|da)?sh\b", first):
            found.append(file)
    return found


SCRIPTS = _scripts()


def test_they_are_found() -> None:
    assert {"demo", "test", "setup", "entrypoint"} <= {script.name for script in SCRIPTS}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(TOP)))
def test_shellcheck_has_nothing_to_say(script: Path) -> None:
    beside = Path(sys.executable).parent
    program = shutil.which("shellcheck", path=f"{beside}:/usr/bin:/usr/local/bin")
    assert program, "pip install --require-hashes -r requirements/dev.txt"
    done = subprocess.run(
        [program, "--external-sources", str(script)],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
