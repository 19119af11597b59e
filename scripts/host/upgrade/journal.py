"""How far an upgrade has come, kept below the data until it has ended: whoever runs it again goes on from there."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Callable, NamedTuple, Sequence

from host.ending import Failed, Refused
from host.installed import Installed, write_whole


class Stage(Enum):
    PREPARING = "nothing that runs is touched; after a failure it ends here"
    CHANGING = "the former release is closed; after a failure everything goes back to it"
    FINISHING = "the new release has accepted work; there is no way back but a backup"


class Step(NamedTuple):
    name: str
    stage: Stage
    says: str
    do: Callable[[], None]
    """May be done again, or again after a half: a killed upgrade repeats the step that it was in."""


class Journal:
    """Raises Refused where what is written there is of another upgrade."""

    def __init__(self, file: Path) -> None:
        self.file = file
        told = json.loads(file.read_text()) if file.exists() else {}
        self.under_way = bool(told)
        self.target: str = told.get("target", "")
        self.done: list[str] = told.get("done", [])
        self.failure: str = told.get("failure", "")
        self.former = Installed.of(told["former"]) if told else None

    def begin(self, target: str, former: Installed) -> None:
        if self.under_way and self.target != target:
            raise Refused(
                f"an upgrade to {self.target} is under way: run that again, or upgrade --roll-back."
            )
        self.under_way, self.target, self.former = True, target, former
        self._write()

    def note(self, step: str) -> None:
        self.done.append(step)
        self._write()

    def fail(self, reason: str) -> None:
        self.failure = reason
        self._write()

    def close(self) -> None:
        self.file.unlink(missing_ok=True)
        self.under_way = False

    def _write(self) -> None:
        told = {
            "target": self.target,
            "done": self.done,
            "failure": self.failure,
            "former": self.former.told() if self.former else {},
        }
        write_whole(self.file, json.dumps(told, indent=2) + "\n")


def carry_out(
    steps: Sequence[Step],
    journal: Journal,
    *,
    clear: Callable[[], None],
    go_back: Callable[[], None],
    say: Callable[[str], None],
) -> None:
    """Do what is not done yet. Raises Refused where all is as before, Failed where it is not, or not any more.

    `clear` removes what preparing leaves behind, `go_back` brings the former release back; either may be done again.
    """
    for step in steps:
        if journal.failure:
            break
        if step.name in journal.done:
            continue
        say(step.says)
        try:
            step.do()
        except (Refused, Failed, OSError, ValueError) as error:
            # A full disk or an answer that is none must not leave it closed between two releases.
            _after(step, str(error), journal, clear)
        else:
            journal.note(step.name)
    if journal.failure:
        say(f"It failed: {journal.failure}\nGoing back to the former release.")
        go_back()
        journal.close()
        raise Failed(f"{journal.failure}\nEverything is as before the upgrade, and runs.")
    journal.close()


def _after(step: Step, error: str, journal: Journal, clear: Callable[[], None]) -> None:
    if step.stage is Stage.PREPARING:
        clear()
        journal.close()
        raise Refused(f"{error}\nThe former release runs on, untouched.")
    if step.stage is Stage.FINISHING:
        raise Failed(
            f"{error}\nThe new release runs. Put that right, and run upgrade again to finish."
        )
    journal.fail(error)
