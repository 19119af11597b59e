"""Space for clones: memory, one folder a job, gone when the job is.

A job's folder is removed however the job ends. A killed job cannot do that, so the next job does it: every process of
a job, git's included, holds a lock on a file in the job's folder, and a folder that nobody has locked is a leftover.
"""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from backend.sources.errors import SourceError

IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_PREFIX = "clone-"
_LOCK = "lock"


@dataclass(frozen=True)
class Job:
    """A folder for one job. Processes that work in it must inherit `lock`."""

    folder: Path
    lock: int


@contextmanager
def job() -> Iterator[Job]:
    """A folder that nobody else can read, until the block ends. Raises SourceError where it would be on a disk."""
    top = _scratch()
    with _locked(top / _LOCK):
        # Under this lock no folder is ever seen between being made and being locked.
        _remove_leftovers(top)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=top))
        lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield Job(folder, lock)
    finally:
        shutil.rmtree(folder)
        os.close(lock)


def filesystem(path: Path, mounts: str) -> str:
    """The kind of file system that holds `path`, by a table of mounts as in /proc/self/mounts."""
    found, kind = Path("/"), ""
    for line in mounts.splitlines():
        _, point, this_kind, *_ = line.split(" ")
        # Spaces and the like stand in that table as octal escapes.
        mounted = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), point))
        # A later mount at the same place hides the earlier one.
        if path.is_relative_to(mounted) and mounted.is_relative_to(found):
            found, kind = mounted, this_kind
    return kind


def _scratch() -> Path:
    top = Path(settings.SCRATCH_DIR)
    if settings.PRODUCTION:
        kind = filesystem(top.resolve(), Path("/proc/self/mounts").read_text())
        if not top.is_dir() or kind not in IN_MEMORY:
            raise SourceError(
                f"{top} is not memory, so nothing is cloned: source code must not reach a disk.",
                f"Mount a tmpfs at {top} for the worker, as compose.yaml does, or forbid cloning for the connection.",
                permanent=True,
            )
    else:
        top.mkdir(mode=0o700, parents=True, exist_ok=True)
    return top


def _remove_leftovers(top: Path) -> None:
    for folder in top.glob(f"{_PREFIX}*"):
        try:
            lock = os.open(folder / _LOCK, os.O_RDWR)
        except FileNotFoundError:
            # Killed before it was locked, or while it was removed.
            shutil.rmtree(folder)
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
        except BlockingIOError:
            continue
        finally:
            os.close(lock)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
