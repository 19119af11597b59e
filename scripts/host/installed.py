"""What runs here: written down by install and upgrade, below the data, so that every later release finds it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple


class Installed(NamedTuple):
    version: str
    commit: str
    """Of the bundle; empty where the images were built here."""
    folder: Path
    environment_file: Path
    made: str = ""
    """When the bundle's commit was, ISO 8601; empty where it is not known."""

    @classmethod
    def of(cls, told: dict[str, str]) -> Installed:
        return cls(
            *(told["version"], told["commit"], Path(told["folder"])),
            *(Path(told["environment_file"]), told.get("made", "")),
        )

    def told(self) -> dict[str, str]:
        return {name: str(value) for name, value in self._asdict().items()}


def recorded(data: Path) -> Installed | None:
    file = data / "release.json"
    return Installed.of(json.loads(file.read_text())) if file.exists() else None


def record(data: Path, installed: Installed) -> None:
    write_whole(data / "release.json", json.dumps(installed.told(), indent=2) + "\n")


def write_whole(file: Path, text: str) -> None:
    """On the disk, all of it or nothing, when this returns."""
    fresh = file.with_name(f".{file.name}.new")
    with fresh.open("w") as target:
        target.write(text)
        target.flush()
        os.fsync(target.fileno())
    fresh.rename(file)
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
