"""Bare git repositories of a world, written with ``git fast-import`` and served by ``git http-backend``.

The text in them is placeholder lines (see :mod:`windows`); authors, times, parents, paths and counts are the world's.
Writing gives every commit its real sha, so a world is written to git before it is served. What was written is kept in
the folder and found again by a stamp over everything that went into it.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .records import Account, Commit, Repository
from .windows import (
    Blob,
    Planner,
    TreeChange,
    binary_content,
    changed,
    line_number,
    line_width,
    lines,
    versions,
    window,
)

FORMAT = 2
"""Raised whenever the same world would be written differently."""

ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "LC_ALL": "C",
    "HOME": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
}


QUICK = ("-c", "pack.compression=1", "-c", "core.compression=1")


class DoesNotFitError(ValueError):
    """A commit takes away lines that its parent does not have."""


def git(directory: Path, *arguments: str, text: bytes = b"") -> bytes:
    """Run git in a repository without anyone's configuration, and return what it printed."""
    done = subprocess.run(
        ["git", "-C", str(directory), *arguments],
        input=text,
        capture_output=True,
        check=True,
        env=ENVIRONMENT,
    )
    return done.stdout


def _identity(account: Account | None, name: str, email: str) -> bytes:
    """``Name <mail>`` as git takes it, with the account filling what the commit leaves open."""
    name = name or (account.name or account.login if account else "")
    email = email or (account.email if account else "")
    return f"{name} <{email}>".encode("utf-8", "surrogateescape").lstrip()


def _quoted(path: str) -> bytes:
    raw = path.encode("utf-8", "surrogateescape")
    if raw.startswith(b'"') or b"\n" in raw:
        return (
            b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
        )
    return raw


def message(commit: Commit) -> bytes:
    text = f"{commit.headline}\n\n{commit.body}" if commit.body else commit.headline
    return text.encode("utf-8", "surrogateescape") + b"\n"


def _commit_text(commit: Commit, ref: str, mark: int, parents: Sequence[str]) -> bytes:
    author = _identity(commit.author, commit.author_name, commit.author_email)
    committer = _identity(commit.committer, "", "") if commit.committer else author
    body = message(commit)
    head = [
        b"commit %s\nmark :%d\n" % (ref.encode(), mark),
        b"author %s %d +0000\n" % (author, commit.authored_at),
        b"committer %s %d +0000\n" % (committer, commit.committed_at),
        b"data %d\n%s\n" % (len(body), body),
    ]
    head += [
        b"%s %s\n" % (b"merge" if place else b"from", parent.encode())
        for place, parent in enumerate(parents)
    ]
    return b"".join(head)


def _tree_text(changes: TreeChange, mark: Callable[[str, Blob], int]) -> Iterator[bytes]:
    # Removals first: a file may give way to a folder of its name.
    yield from (b"D %s\n" % _quoted(path) for path, blob in changes.items() if blob is None)
    for path, blob in changes.items():
        if blob is not None:
            yield b"M %s :%d %s\n" % (
                b"100755" if blob.executable else b"100644",
                mark(path, blob),
                _quoted(path),
            )


@dataclass
class Store:
    """The folder of repositories of one world; ``marker`` starts every line of every file."""

    folder: Path
    marker: str = ""

    def path(self, repository: Repository) -> Path:
        """Kept under the id, which a rename does not change."""
        return self.folder / f"{repository.database_id}.git"

    def write(self, repository: Repository) -> None:
        """Write default branch, branches and pull request heads, and give every written commit its sha."""
        commits = _reachable(repository)
        target = self.path(repository)
        stamp = self._stamp(repository, commits)
        if not _is_current(target, stamp):
            # Written beside and moved in place, so that a killed process leaves nothing half done.
            new = target.with_suffix(".new")
            for leftover in (new, target):
                if leftover.exists():
                    shutil.rmtree(leftover)
            self._import(new, repository, commits)
            (new / "plumbline-stamp").write_text(stamp)
            new.rename(target)
        shas = (target / "plumbline-shas").read_text().split()
        for commit, sha in zip(commits, shas, strict=True):
            commit.oid = sha
        repository.revision += 1

    def append(self, repository: Repository, commit: Commit) -> None:
        """Write one more commit, whose parents are in git already, and give it its sha."""
        directory = self.path(repository)
        changes: TreeChange = {}
        known = self._read(directory, commit) if commit.parents and commit.files else {}
        for row in commit.files:
            old = known.get(row.path)
            blob, missing = changed(old, row, commit.committed_at)
            if missing or (old is not None and old.binary and row.additions is not None):
                raise DoesNotFitError(
                    f"{row.path} is {missing} lines short of what {commit.headline!r} takes away"
                )
            changes[row.path] = blob
        marks: dict[tuple[str, Blob], int] = {}
        stream = bytearray()
        for path, blob in changes.items():
            if blob is not None:
                content = self._content(path, blob)
                marks[path, blob] = len(marks) + 1
                stream += b"blob\nmark :%d\ndata %d\n%s\n" % (len(marks), len(content), content)
        mark = len(marks) + 1
        stream += _commit_text(
            commit, "refs/plumbline/incoming", mark, [parent.oid for parent in commit.parents]
        )
        stream += b"".join(_tree_text(changes, lambda path, blob: marks[path, blob]))
        for other in commit.parents[1:]:
            stream += _merged_text(directory, commit.parents[0].oid, other.oid)
        stream += b"\nget-mark :%d\ndone\n" % mark
        commit.oid = (
            git(
                directory, *QUICK, "fast-import", "--quiet", "--force", "--done", text=bytes(stream)
            )
            .decode()
            .strip()
        )
        repository.revision += 1
        self.write_refs(repository)

    def write_refs(self, repository: Repository, directory: Path | None = None) -> None:
        """Let branches, tags and pull request heads in git stand where they stand in the world."""
        directory = directory or self.path(repository)
        wanted = {f"refs/heads/{name}": commit.oid for name, commit in repository.branches.items()}
        for pr in repository.pull_requests.values():
            if pr.head_commit and pr.head_commit.in_git:
                wanted[f"refs/pull/{pr.number}/head"] = pr.head_commit.oid
        for tag in repository.tags.values():
            wanted[f"refs/tags/{tag.name}"] = tag.oid
        listed = (
            git(directory, "for-each-ref", "--format=%(refname) %(objectname)")
            .decode()
            .splitlines()
        )
        present = dict(line.split(" ") for line in listed)
        for tag in repository.tags.values():
            if tag.is_annotated and present.get(f"refs/tags/{tag.name}") != tag.oid:
                git(directory, "hash-object", "-t", "tag", "-w", "--stdin", text=tag.content)
        orders = [f"update {ref} {oid}\n" for ref, oid in wanted.items() if present.get(ref) != oid]
        orders += [f"delete {ref}\n" for ref in present if ref not in wanted]
        git(directory, "update-ref", "--stdin", text="".join(orders).encode())

    def _stamp(self, repository: Repository, commits: list[Commit]) -> str:
        place = {id(commit): number for number, commit in enumerate(commits)}
        digest = hashlib.sha256(f"{FORMAT} {self.marker} {repository.default_branch}\n".encode())
        for commit in commits:
            parents = [place[id(parent)] for parent in commit.parents]
            digest.update(_commit_text(commit, "-", 0, [str(parent) for parent in parents]))
            digest.update(repr(commit.files).encode("utf-8", "surrogateescape"))
        digest.update(
            repr([(name, place[id(tip)]) for name, tip in repository.branches.items()]).encode()
        )
        if repository.tags:
            tags = [
                (tag.name, place[id(tag.commit)], tag.tagged_at, tag.message)
                for tag in repository.tags.values()
            ]
            digest.update(repr(tags).encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def _import(self, directory: Path, repository: Repository, commits: list[Commit]) -> None:
        directory.mkdir(parents=True)
        git(
            directory,
            "init",
            "--quiet",
            "--bare",
            f"--initial-branch={repository.default_branch}",
            ".",
        )
        place = {id(commit): number for number, commit in enumerate(commits)}
        parents = [tuple(place[id(parent)] for parent in commit.parents) for commit in commits]
        plan = Planner(parents, [commit.files for commit in commits]).plan()
        if plan.unfit:
            rows = [f"{path} in {commits[number].headline!r}" for number, path in plan.unfit]
            raise DoesNotFitError(
                f"{repository.name}: these changes take away more lines than there are: {rows[:9]}"
            )
        command = [
            "git",
            "-C",
            str(directory),
            *QUICK,
            *("-c", "fastimport.unpackLimit=0"),
            "fast-import",
            "--quiet",
            "--done",
            "--export-marks=marks",
        ]
        with subprocess.Popen(command, stdin=subprocess.PIPE, env=ENVIRONMENT) as process:
            if process.stdin is None:
                raise RuntimeError("git fast-import was started without a pipe to it")
            count = self._write_blobs(process.stdin, found := versions(plan.changes))
            for number, commit in enumerate(commits):
                own = [f":{count + parent + 1}" for parent in parents[number]]
                process.stdin.write(
                    _commit_text(commit, "refs/plumbline/incoming", count + number + 1, own)
                )
                process.stdin.writelines(
                    _tree_text(plan.changes[number], lambda path, blob: found[path][blob[:3]])
                )
                process.stdin.write(b"\n")
            process.stdin.write(b"done\n")
        if process.returncode:
            raise RuntimeError(f"git fast-import ended with {process.returncode} in {directory}")
        marked = (line.split() for line in (directory / "marks").read_text().splitlines())
        shas = {int(mark[1:]) - count - 1: sha for mark, sha in marked if int(mark[1:]) > count}
        (directory / "plumbline-shas").write_text(
            "\n".join(shas[number] for number in range(len(commits)))
        )
        (directory / "marks").unlink()
        for number, commit in enumerate(commits):
            commit.oid = shas[number]
        self.write_refs(repository, directory)
        git(directory, "pack-refs", "--all")

    def _write_blobs(
        self, stream: IO[bytes], found: dict[str, dict[tuple[int, int, int], int]]
    ) -> int:
        """All contents, path by path so that versions become small deltas; marks go into ``found``."""
        mark = 0
        width = line_width(self.marker)
        for path, contents in found.items():
            text = memoryview(lines(path, max(end for _, end, _ in contents), self.marker))
            for key in contents:
                mark += 1
                contents[key] = mark
                start, end, binary = key
                body = (
                    binary_content(path, binary, self.marker)
                    if binary
                    else text[start * width : end * width]
                )
                stream.write(b"blob\nmark :%d\ndata %d\n" % (mark, len(body)))
                stream.write(body)
                stream.write(b"\n")
        return mark

    def _content(self, path: str, blob: Blob) -> bytes:
        if blob.binary:
            return binary_content(path, blob.binary, self.marker)
        return window(path, blob.start, blob.end, self.marker)

    def _read(self, directory: Path, commit: Commit) -> dict[str, Blob]:
        """What the files that a commit changes are at its parent, read from their lines."""
        wanted = {change.path for change in commit.files}
        listed = git(directory, "ls-tree", "-r", "-z", commit.parents[0].oid)
        entries: dict[str, tuple[bytes, bytes]] = {}
        for line in listed.split(b"\0")[:-1]:
            mode, _, rest = line.split(b" ", 2)
            sha, raw = rest.split(b"\t", 1)
            path = raw.decode("utf-8", "surrogateescape")
            if path in wanted:
                entries[path] = (mode, sha)
        text = b"".join(sha + b"\n" for _, sha in entries.values())
        answer = (
            memoryview(git(directory, "cat-file", "--batch", text=text))
            if entries
            else memoryview(b"")
        )
        found: dict[str, Blob] = {}
        for path, (mode, _) in entries.items():
            head = bytes(answer[:80]).split(b"\n")[0]
            size = int(head.split(b" ")[2])
            content = bytes(answer[len(head) + 1 : len(head) + 1 + size])
            answer = answer[len(head) + size + 2 :]
            found[path] = self._blob(content, executable=mode == b"100755")
        return found

    def _blob(self, content: bytes, *, executable: bool) -> Blob:
        if content.startswith(b"\0"):
            return Blob(0, 0, 1, executable)
        start = line_number(content, self.marker) if content else 0
        return Blob(start, start + content.count(b"\n"), 0, executable)


def _merged_text(directory: Path, ours: str, theirs: str) -> bytes:
    """What a branch changed since it left, as tree changes."""
    base = git(directory, "merge-base", ours, theirs).decode().strip()
    fields = git(directory, "diff-tree", "-r", "-z", "--raw", "--no-renames", base, theirs).split(
        b"\0"
    )
    text = b""
    for entry, raw in zip(fields[::2], fields[1::2], strict=False):
        _, mode, _, sha, status = entry.split(b" ")
        path = _quoted(raw.decode("utf-8", "surrogateescape"))
        text += b"D %s\n" % path if status == b"D" else b"M %s %s %s\n" % (mode, sha, path)
    return text


def _reachable(repository: Repository) -> list[Commit]:
    """The default branch's commits as the world lists them, then what other branches and open pull requests add."""
    commits = list(repository.commits)
    seen = {id(commit) for commit in commits}
    tips = [*repository.branches.values(), *(tag.commit for tag in repository.tags.values())]
    tips += [
        commit for pr in repository.pull_requests.values() for commit in pr.commits if commit.in_git
    ]
    for tip in tips:
        stack = [tip]
        while stack:
            commit = stack[-1]
            waiting = [parent for parent in commit.parents if id(parent) not in seen]
            if id(commit) in seen or not waiting:
                stack.pop()
                if id(commit) not in seen:
                    seen.add(id(commit))
                    commits.append(commit)
            else:
                stack += waiting
    return commits


def _is_current(directory: Path, stamp: str) -> bool:
    file = directory / "plumbline-stamp"
    return file.exists() and file.read_text() == stamp
