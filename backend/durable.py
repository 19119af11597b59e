"""Lines that are on the disk before anything goes on."""

import os
from collections.abc import Iterable
from pathlib import Path


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
