"""The files of a commit as REST lists them: what ``git log`` tells apart looks alike in places, as on GitHub."""

import hashlib
from typing import Any
from urllib.parse import quote

from .records import Commit, FileChange, GitFile, Repository
from .windows import line_prefix

STATUSES = {"ADDED": "added", "DELETED": "removed", "RENAMED": "renamed", "CHANGED": "changed"}
EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
MOST_PATCHED = 50
"""Lines of a patch that are shown; nobody may keep any."""


def shown_path(path: str) -> str:
    """JSON cannot carry bytes that are no UTF-8: a replacement character stands for each."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def file_json(
    change: FileChange, commit: Commit, repository: Repository, base_url: str, canary: str
) -> dict[str, Any]:
    """One entry. A binary file has counts of 0 and no patch, and so have an empty one and a change of mode alone."""
    path, known = shown_path(change.path), (commit.git_files or {}).get(change.path)
    additions, deletions = change.additions or 0, change.deletions or 0
    where, html = quote(path), f"{base_url}/{repository.full_name}"
    shown: dict[str, Any] = {
        "sha": _blob(change, known),
        "filename": path,
        "status": STATUSES.get(change.change_type, "modified"),
        "additions": additions,
        "deletions": deletions,
        "changes": additions + deletions,
        "blob_url": f"{html}/blob/{commit.oid}/{where}",
        "raw_url": f"{html}/raw/{commit.oid}/{where}",
        "contents_url": (
            f"{base_url}/api/v3/repos/{repository.full_name}/contents/{where}?ref={commit.oid}"
        ),
    }
    if known and known.previous_path:
        shown["previous_filename"] = shown_path(known.previous_path)
    if additions or deletions:
        line = line_prefix(change.path, canary).decode()
        shown["patch"] = f"@@ -1,{deletions} +1,{additions} @@\n" + "\n".join(
            [f"+{line}"] * min(additions, MOST_PATCHED)
        )
    return shown


def _blob(change: FileChange, known: GitFile | None) -> str:
    if known is not None:
        return known.blob
    if change.change_type == "ADDED" and change.additions == 0:
        return EMPTY_BLOB
    raw = change.path.encode("utf-8", "surrogateescape")
    return hashlib.sha1(raw, usedforsecurity=False).hexdigest()
