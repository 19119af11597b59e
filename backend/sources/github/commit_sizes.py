"""Change sizes of a default branch's commits by REST, a request a commit: where cloning is forbidden, the clone would
be too large, or a few commits are not worth one. Rows are those of the clone, up to REST's 3,000 files a commit.

What is missing is found in what is stored: the tip, and whatever a stored commit names as its parent and is not stored
itself. So it can be cut short anywhere, and nothing that was overlooked stays so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush, nsmallest
from typing import Final

from backend.delivery import attributes, code_owners
from backend.delivery.models import CommitFile, Repository
from backend.delivery.records import CommitRecord, FileChangeRecord
from backend.delivery.store import store_commits
from backend.delivery.store.code_owners import keep_owner_patterns
from backend.delivery.store.commits import missing_commits, not_stored
from backend.delivery.store.graph import number_commits
from backend.delivery.store.rules import keep_attribute_patterns
from backend.sources.errors import Unprocessable
from backend.sources.git import numstat
from backend.sources.github.client import GitHub, next_page
from backend.sources.github.commit_blobs import Tip, binary, file_count, texts
from backend.sources.github.commit_payloads import ChangedFile, Commit
from backend.sources.shapes import read

COMMITS_AT_ONCE: Final = 20
"""Stored in one go: so few are asked for again where the source asks to be left alone in between."""
MOST_FILES: Final = 3_000
EMPTY_BLOB: Final = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


@dataclass
class Slice:
    """What was done. `left`: commits are known to be missing; `lost`: the server no longer has so many of them;
    `touched`: a .gitattributes or CODEOWNERS changed.
    """

    stored: int = 0
    left: bool = False
    lost: int = 0
    touched: bool = False


def collect_by_rest(repository: Repository, github: GitHub, tip: Tip, *, at_most: int) -> Slice:
    """Store up to `at_most` commits that are missing, newest first as far as can be known. Raises SourceError."""
    done = Slice()
    queue = [(-newest, sha) for sha, newest in missing_commits(repository=repository, tip=tip.sha)]
    heapify(queue)
    seen = {sha for _, sha in queue}
    told: list[Commit] = []
    for _ in range(at_most):
        if not queue:
            break
        _, sha = heappop(queue)
        try:
            commit = _commit(repository, github, sha)
        except Unprocessable:
            # A force push took it away, and the server has forgotten it since.
            done.lost += 1
            continue
        told.append(commit)
        parents = {parent.sha for parent in commit.parents} - seen
        seen |= parents
        age = -_moment(commit.commit.committer.date if commit.commit.committer else "").timestamp()
        for parent in not_stored(repository=repository, shas=parents):
            heappush(queue, (age, parent))
        if len(told) == COMMITS_AT_ONCE:
            _store(repository, github, told, done)
            told = []
    _store(repository, github, told, done)
    number_commits(repository=repository)
    # Nothing but commits that are lost: asking again would find them lost again.
    done.left = bool(queue) and done.stored > 0
    return done


def _store(repository: Repository, github: GitHub, told: Sequence[Commit], done: Slice) -> None:
    records = _records(repository, github, told)
    done.stored += store_commits(repository=repository, commits=records)
    done.touched |= any(
        file.path.rpartition("/")[2] == attributes.FILE or file.path in code_owners.PLACES
        for one in records
        for file in one.files
    )


def refresh_attributes(repository: Repository, github: GitHub, tip: Tip) -> list[str]:
    """Read what .gitattributes there are at the tip, wherever a commit ever had one, and at the top; and its
    CODEOWNERS. Notes what of it had to be left out.
    """
    changed = CommitFile.objects.filter(
        commit__repository=repository, path__endswith=f"/{attributes.FILE}"
    )
    stored = changed.values_list("path", flat=True).distinct().iterator()
    paths = [attributes.FILE, *nsmallest(attributes.MOST_FILES, stored, key=attributes.depth)]
    budget = attributes.Budget(is_exceeded=len(paths) > attributes.MOST_FILES)
    places = {
        f"{tip.sha}:{path}": path.removesuffix(attributes.FILE)
        for path in paths[: attributes.MOST_FILES]
    }
    owned = {f"{tip.sha}:{place}": place for place in code_owners.PLACES}
    files: dict[str, bytes] = {}
    owners: dict[str, bytes | None] = {}
    for place, content in texts(repository, github, [*owned, *places]):
        if place in owned:
            owners[owned[place]] = content
        elif budget.takes(content):
            files[places[place]] = content
    told = code_owners.read(owners)
    keep_owner_patterns(repository=repository, lines=told.lines)
    keep_attribute_patterns(repository=repository, patterns=attributes.read(files, budget))
    return [*budget.notes, *told.notes]


def _commit(repository: Repository, github: GitHub, sha: str) -> Commit:
    """A commit with all pages of its files; of a merge none are kept, so no further page is asked for."""
    answer = github.get(f"/repos/{repository.name_with_owner}/commits/{sha}")
    told = read(Commit, answer.body)
    files = list(told.files)
    while len(told.parents) < 2 and (address := next_page(answer.headers)):  # noqa: PLR2004 - a merge
        answer = github.get(address)
        files += read(Commit, answer.body).files
    return told.model_copy(update={"files": [] if len(told.parents) > 1 else files})


def _records(repository: Repository, github: GitHub, told: Sequence[Commit]) -> list[CommitRecord]:
    places = [place for one in told for file in one.files for place in _unclear(one, file)]
    known = binary(repository, github, list(dict.fromkeys(places)))
    return [_record(repository, github, one, known) for one in told]


def _record(
    repository: Repository, github: GitHub, told: Commit, known: dict[str, bool | None]
) -> CommitRecord:
    files: dict[str, FileChangeRecord] = {}
    for file in told.files:
        # Unknown counts as binary: better no size than a wrong one.
        is_binary = any(known[place] in {True, None} for place in _unclear(told, file))
        counts = (None, None) if is_binary else (file.additions, file.deletions)
        numstat.add(files, FileChangeRecord(numstat.stored_path(file.filename.encode()), *counts))
    truncated = len(told.files) >= MOST_FILES
    if truncated:
        truncated = file_count(repository, github, told.sha) != len(told.files)
    return record(told, files=tuple(files.values()), is_truncated=truncated)


def record(
    told: Commit,
    *,
    files: tuple[FileChangeRecord, ...],
    is_truncated: bool = False,
    is_on_default_branch: bool = True,
) -> CommitRecord:
    """What REST tells of a commit besides its files."""
    author, committer = told.commit.author, told.commit.committer
    return CommitRecord(
        sha=told.sha,
        parents=tuple(parent.sha for parent in told.parents),
        author=numstat.author(author.email.encode()) if author else None,
        authored_at=_moment(author.date if author else ""),
        committed_at=_moment(committer.date if committer else ""),
        files=files,
        is_truncated=is_truncated,
        is_on_default_branch=is_on_default_branch,
        reverts=told.commit.names.reverts,
        picked_from=told.commit.names.picked_from,
    )


def _unclear(told: Commit, file: ChangedFile) -> list[str]:
    """Where to look whether a file without changed lines is binary: it may be empty, renamed or of another mode."""
    if file.additions or file.deletions:
        return []
    if file.sha == EMPTY_BLOB and file.status in {"added", "removed"}:
        return []
    places = []
    if file.status != "removed":
        places.append(f"{told.sha}:{file.filename}")
    if file.status != "added" and told.parents:
        places.append(f"{told.parents[0].sha}:{file.previous_filename or file.filename}")
    return places


def _moment(text: str) -> datetime:
    """A time as `numstat.moment` has it: clocks can be wrong by any amount."""
    try:
        found = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        year = text.partition("-")[0].removeprefix("+")
        return numstat.LATEST if year.isdecimal() and len(year) > len("9999") else numstat.EARLIEST
    return min(max(found, numstat.EARLIEST), numstat.LATEST)
