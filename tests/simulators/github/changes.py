"""A pull request's files from those of its commits."""

from collections.abc import Iterable

from .records import Commit, FileChange


def net(change: FileChange, base: Commit | None) -> FileChange:
    """Lines that commits of one branch first add and then take away show in no diff of the branch."""
    if not change.deletions or change.additions is None:
        return change
    passing = max(0, change.deletions - _length(base, change.path))
    return change._replace(
        additions=change.additions - passing, deletions=change.deletions - passing
    )


def _length(commit: Commit | None, path: str) -> int:
    """How many lines a file has, from the changes up to a commit."""
    length = 0
    while commit is not None:
        # A merge has no changes of its own: it brings those of its pull request.
        brought = (
            commit.pull_requests[0].files
            if len(commit.parents) > 1 and commit.pull_requests
            else commit.files
        )
        length += sum(
            (row.additions or 0) - (row.deletions or 0) for row in brought if row.path == path
        )
        commit = commit.parents[0] if commit.parents else None
    return length


def added_up(changes: Iterable[FileChange]) -> list[FileChange]:
    """A pull request's files from its commits' files: one entry a path, in order of appearance."""
    found: dict[str, FileChange] = {}
    for change in changes:
        known = found.get(change.path)
        if known is None:
            found[change.path] = change
        elif (
            change.additions is None
            or known.additions is None
            or known.deletions is None
            or change.deletions is None
        ):
            found[change.path] = known._replace(additions=None, deletions=None)
        else:
            additions, deletions = (
                known.additions + change.additions,
                known.deletions + change.deletions,
            )
            found[change.path] = known._replace(additions=additions, deletions=deletions)
    return list(found.values())
