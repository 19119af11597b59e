"""Programs of the host, by their names; what they say of their failure is the error."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Mapping

from host.ending import Refused


def run(
    *command: str | int | Path,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> bytes:
    """What the program wrote to its standard output. Raises Refused with what it said of its failure."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, input=stdin, capture_output=True, check=False, env=environment, cwd=folder
        )
    except FileNotFoundError:
        raise Refused(f"{words[0]} is not installed here.") from None
    except OSError as error:
        raise Refused(f"{words[0]} cannot be run here: {error.strerror}.") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
        raise Refused(f"{words[0]} {words[1] if words[1:] else ''}: {said}")
    return done.stdout


def succeeds(*command: str | int | Path) -> bool:
    """Whether the program is there and ends with 0; what it says is nobody's business."""
    words = [str(word) for word in command]
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def openssl(*arguments: str | int | Path, stdin: bytes = b"") -> bytes:
    """Run openssl and return what it wrote. Raises Refused."""
    return run("openssl", *arguments, stdin=stdin)
