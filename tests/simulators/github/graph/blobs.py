"""Files by ``commit:path``, as git has them. Repositories without git have none."""

import subprocess
from dataclasses import dataclass
from typing import Any

from tests.simulators.github.gitrepos import git
from tests.simulators.github.records import Commit, Repository

from .readers import object_at

LOOKED_AT = 8000
"""Bytes among which a NUL makes a file binary, as in git."""


@dataclass(frozen=True, slots=True)
class Blob:
    oid: str
    content: bytes

    @property
    def is_binary(self) -> bool:
        return b"\0" in self.content[:LOOKED_AT]

    @property
    def text(self) -> str | None:
        return None if self.is_binary else self.content.decode(errors="replace")


def object_of(
    repository: Repository, context: Any, arguments: dict[str, Any]
) -> Commit | Blob | None:
    """A commit, or with a colon in the expression a file."""
    expression = arguments.get("expression") or ""
    if ":" not in expression:
        return object_at(repository, context, arguments)
    store = context.world.git
    if store is None:
        return None
    directory = store.path(repository)
    try:
        oid = git(directory, "rev-parse", "--verify", "--quiet", expression).decode().strip()
        return Blob(oid, git(directory, "cat-file", "blob", oid))
    except subprocess.CalledProcessError:
        # Not there, or no file.
        return None


FIELDS = {
    "oid": lambda blob: blob.oid,
    "isBinary": lambda blob: blob.is_binary,
    "isTruncated": lambda _blob: False,
    "text": lambda blob: blob.text,
    "byteSize": lambda blob: len(blob.content),
}
