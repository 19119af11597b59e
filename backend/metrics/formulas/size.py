"""Batch size: what a pull request changes, without generated files."""

from dataclasses import dataclass

VERSION = 1


@dataclass(frozen=True, slots=True)
class Files:
    """What is stored of a pull request's files, and how many the source says there are."""

    stored: int
    told: int
    lines: int
    """Additions plus deletions over the stored files that are not generated."""
    written: int
    """Stored files that are not generated."""


@dataclass(frozen=True, slots=True)
class Size:
    lines: int | None
    files: int | None
    flag: str | None
    """files_unknown: nothing is stored though there are files; files_incomplete: the source told only some."""


def measure(files: Files) -> Size:
    if files.told and not files.stored:
        return Size(None, None, "files_unknown")
    flag = "files_incomplete" if files.stored < files.told else None
    return Size(files.lines, files.written, flag)
