r"""Graphs of commits drawn as text, from left to right:

    a--b-----e--f
        \   /
         c-d

A commit's parents stand to its left: by dashes on its own line, which is the first parent, by `/` from below, and by a
backslash from above. A line may be of any length.
"""

from collections.abc import Iterator, Mapping, Sequence
from re import finditer
from typing import Final

Parents = Mapping[str, Sequence[str]]
"""By commit, first parents first; commits in the order of their columns, so that parents come before children."""


_STEPS: Final = {"-": 0, "/": 1, "\\": -1}
"""To the left, and so many rows down."""


def read(text: str) -> Parents:
    lines = text.splitlines()
    names = sorted(
        (found.start(), row, found.group())
        for row, line in enumerate(lines)
        for found in finditer(r"\w+", line)
    )
    return {name: list(_parents(lines, row, column)) for column, row, name in names}


def _parents(lines: Sequence[str], row: int, column: int) -> Iterator[str]:
    for mark, down in _STEPS.items():
        at = (row + down, column - 1)
        if _mark(lines, *at) == mark:
            yield _follow(lines, *at)


def _follow(lines: Sequence[str], row: int, column: int) -> str:
    """The commit at the left end of a line."""
    while (mark := _mark(lines, row, column)) in _STEPS:
        row, column = row + _STEPS[mark], column - 1
        if _mark(lines, row, column) == " ":  # It bends.
            row += next(
                down for mark, down in _STEPS.items() if _mark(lines, row + down, column) == mark
            )
    names = (name for name in finditer(r"\w+", lines[row]) if name.start() <= column < name.end())
    found = next(names, None)
    assert found, f"a line ends nowhere, in row {row} at {column}"
    return found.group()


def _mark(lines: Sequence[str], row: int, column: int) -> str:
    if 0 <= row < len(lines) and 0 <= column < len(lines[row]):
        return lines[row][column]
    return " "
