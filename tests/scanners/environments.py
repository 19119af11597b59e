"""The scanners, pinned by lock files with hashes, each installed below .test/scanners.

Whoever cannot install or run one fails: what was not looked at has not passed.
"""

import hashlib
import shutil
import subprocess
import venv
from collections.abc import Callable
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PLACE = TOP / ".test" / "scanners"
PROGRAMS = ("sslyze", "gixy", "bandit", "semgrep", "zizmor", "hadolint", "detect-secrets")


def program(name: str) -> Path:
    """One of PROGRAMS, installed."""
    return _python(name) / "bin" / name


def observatory() -> Path:
    """The folder with its node_modules. Its own installation would fetch lists from the internet; they are of hosts."""
    source = TOP / "tests/scanners/observatory"
    lock = source / "package-lock.json"

    def install(folder: Path) -> None:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(source / name, folder)
        _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=folder)
        preloaded = folder / "node_modules/@mdn/mdn-http-observatory/conf/hsts-preload.json"
        preloaded.write_text("{}")

    return _made("observatory", lock, install)


def _python(name: str) -> Path:
    lock = TOP / "requirements" / f"{name}.txt"

    def install(folder: Path) -> None:
        venv.create(folder, with_pip=True)
        pip = (str(folder / "bin/python"), "-m", "pip", "install", "--quiet")
        _run(*pip, "--disable-pip-version-check", "--require-hashes", "-r", str(lock))

    return _made(name, lock, install)


def _made(name: str, lock: Path, install: Callable[[Path], None]) -> Path:
    """The folder, made anew where its lock file is another one than it was made from."""
    folder, stamp = PLACE / name, PLACE / f"{name}.made"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        install(folder)
        stamp.write_text(digest)
    return folder


def _run(*command: str, folder: Path = TOP) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr or done.stdout}")


if __name__ == "__main__":
    for name in PROGRAMS:
        program(name)
    observatory()
