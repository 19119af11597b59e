"""Files that others write to as well: lines that are on the disk before anything goes on, and a wary look."""

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO


def append(file: Path, lines: Iterable[str]) -> None:
    """To the end of the file, which is made where there is none. Raises OSError.

    A line that a crash cut short stays by itself: it does not swallow the next one.
    """
    text = "".join(f"{line}\n" for line in lines)
    with file.open("a+b") as opened:
        end = opened.tell()
        if end and os.pread(opened.fileno(), 1, end - 1) != b"\n":
            text = f"\n{text}"
        opened.write(text.encode())
        opened.flush()
        os.fsync(opened.fileno())
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def plain(file: Path) -> BinaryIO:
    """Open for reading what is a file itself: no link to another one, no pipe that never ends. Raises OSError."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no plain file", str(file))
    return os.fdopen(descriptor, "rb")
