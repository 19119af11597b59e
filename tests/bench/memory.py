"""Resident memory of a process and what it started, looked at while it runs."""

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

LOOK_SECONDS = 0.25


class Peak:
    """The most that the tree of a process held at once, in MB.

    `python`: its Python processes, pages that they share counted once (PSS); `git`: the programs that they started.
    A tmpfs's pages are not among them but where git maps a pack of its own, which is left out as well.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.python = self.largest = self.git = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None and not self._thread.is_alive():
            raise RuntimeError("the memory was not watched to the end")
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(LOOK_SECONDS):
            python, git = [], 0.0
            for pid in _tree(self._pid):
                found = _megabytes(pid)
                if found is None:
                    continue
                name, share, resident = found
                if name.startswith("git"):
                    git += share
                elif name.startswith(("python", "celery")):
                    python.append((share, resident))
            self.python = max(self.python, sum(share for share, _ in python))
            self.largest = max([self.largest, *(resident for _, resident in python)])
            self.git = max(self.git, git)


def _tree(top: int) -> list[int]:
    found, waiting = [], [top]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        try:
            for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - names are all that is wanted
                children = Path(f"/proc/{pid}/task/{task}/children").read_text()
                waiting += [int(child) for child in children.split()]
        except OSError:
            continue  # it has ended meanwhile
    return found


def _megabytes(pid: int) -> tuple[str, float, float] | None:
    """Name, share and resident memory without a tmpfs's pages; None where the process has ended."""
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None

    def of(text: str, field: str) -> float:
        rows = (line.split() for line in text.splitlines())
        return next((float(row[1]) for row in rows if row and row[0] == f"{field}:"), 0) / 1024

    share = of(rollup, "Pss_Anon") + of(rollup, "Pss_File")
    return name, share, of(status, "RssAnon") + of(status, "RssFile")
