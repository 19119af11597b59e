"""Secret files: a folder a service, that its user alone can read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable


class Folder:
    """One service's secrets: a folder that its user alone can read, mounted at /run/secrets."""

    def __init__(self, path: Path, user: int) -> None:
        self.path, self.user = path, user
        self.changed = False
        """Whether a file has another content than before."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chown(path, user, user)
        path.chmod(0o500)

    def write(self, name: str, content: bytes) -> None:
        """Replace the file as a whole, so that no reader ever sees half of it."""
        target, fresh = self.path / name, self.path / f".{name}.new"
        if target.exists() and target.read_bytes() == content:
            os.chown(target, self.user, self.user)
            target.chmod(0o400)
            return
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chown(fresh, self.user, self.user)
        fresh.rename(target)
        self.changed = True

    def remove(self, name: str) -> None:
        """What is needed no longer."""
        target = self.path / name
        if target.exists():
            target.unlink()
            self.changed = True

    def keep(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The file's content; made now where there is none."""
        target = self.path / name
        content = target.read_bytes() if target.exists() else make()
        self.write(name, content)
        return content
