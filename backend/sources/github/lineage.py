"""The commits that lead to what was deployed and are not on the default branch: by REST, a hundred in a request.

A deployed commit may stand on a release branch, on a pull request's, or where a force push took it from. It is asked
for by its sha, and what leads to it is followed down to commits that are known. These commits are known for the graph
alone, without the sizes of their files.

Whoever may report deployments may name commits that are nowhere, and each question costs the connection one of its
requests. So what the server does not have is remembered until the full look at night, and there is an end to it.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from backend.delivery.models import Repository
from backend.delivery.records import CommitRecord
from backend.delivery.store import store_commits
from backend.delivery.store.graph import (
    forget_lost,
    lost_commits,
    note_lost,
    number_commits,
    open_ends,
    unknown,
    unknown_deployed,
)
from backend.sources import ledger
from backend.sources.collected import Collected
from backend.sources.errors import Forbidden, NotFound, Unprocessable
from backend.sources.github import asking, commit_payloads
from backend.sources.github.client import GitHub
from backend.sources.github.commit_sizes import record
from backend.sources.models import Hint
from backend.sources.shapes import read

COMMITS_A_REQUEST: Final = 100
REQUESTS_A_SLICE: Final = 50
MOST_COMMITS: Final = 20_000
"""Of one repository: beyond, something else is amiss than a branch that is not merged yet."""
MOST_LOST: Final = 200
"""Of one repository from one full look to the next."""
FORGOTTEN_AFTER: Final = timedelta(hours=12)
"""By a full look, which comes in slices."""
OVERLAP: Final = timedelta(days=1)
"""How far behind the last look the next one begins: a deployment may take its time, or be told late."""


@dataclass
class _Walk:
    queue: deque[str]
    lost_before: set[str]
    lost: set[str] = field(default_factory=set)
    requests: int = 0
    stored: int = 0


def collect_lineage(repository: Repository, github: GitHub, *, full: bool = False) -> Collected:
    """Store what is not known of what leads to deployments: of those since the last look or, in full, of all.

    Raises SourceError; what was stored before is right.
    """
    cursor = ledger.cursor_of(repository, Hint.Kind.LINEAGE)
    began = timezone.now()
    if full:
        forget_lost(repository=repository, before=began - FORGOTTEN_AFTER)
    since = None if full or cursor.complete_to is None else cursor.complete_to - OVERLAP
    try:
        done = _collect(repository, github, since)
    except Forbidden as error:
        return asking.note_unavailable(cursor, github, error)
    if not done.more:
        cursor.complete_to, cursor.unavailable = began, ""
        ledger.save(cursor)
    return done


def _collect(repository: Repository, github: GitHub, since: datetime | None) -> Collected:
    wanted = [
        *open_ends(repository=repository),
        *unknown_deployed(repository=repository, since=since),
    ]
    room = MOST_COMMITS - repository.commits.filter(is_on_default_branch=False).count()
    lost = lost_commits(repository=repository)
    walk = _Walk(deque(one for one in dict.fromkeys(wanted) if one not in lost), lost)
    room_for_lost = MOST_LOST - len(lost)
    while (
        walk.queue
        and walk.requests < REQUESTS_A_SLICE
        and walk.stored < room
        and len(walk.lost) < room_for_lost
    ):
        _follow(repository, github, walk)
    number_commits(repository=repository)
    note_lost(repository=repository, shas=walk.lost)
    notes = []
    if missing := len(walk.lost) + len(lost.intersection(wanted)):
        notes.append(f"{missing} commits that were deployed are no longer there to be read.")
    if walk.queue and len(walk.lost) >= room_for_lost:
        notes.append(f"More than {MOST_LOST} are not there: others are asked for at night.")
        return Collected(walk.stored, notes=notes)
    if walk.queue and walk.stored >= room:
        notes.append(f"More than {MOST_COMMITS:,} commits lead to deployments beside the branch.")
        return Collected(walk.stored, notes=notes)
    # Nothing but commits that are lost: asking again would find them lost again.
    return Collected(walk.stored, more=bool(walk.queue) and walk.stored > 0, notes=notes)


def _follow(repository: Repository, github: GitHub, walk: _Walk) -> None:
    """One step: to the end of one lineage, before the next one begins."""
    sha = walk.queue.popleft()
    if not unknown(repository=repository, shas=[sha]):
        return
    walk.requests += 1
    told = _ancestors(repository, github, sha)
    if not told:
        walk.lost.add(sha)
        return
    walk.stored += store_commits(repository=repository, commits=told)
    parents = {parent for commit in told for parent in commit.parents}
    parents -= walk.lost | walk.lost_before
    walk.queue.extendleft(sorted(unknown(repository=repository, shas=parents)))


def _ancestors(repository: Repository, github: GitHub, sha: str) -> list[CommitRecord]:
    """The commit and some that lead to it, newest first; none where the server has it no longer.

    Raises NotFound where the repository itself is out of reach.
    """
    path = f"/repos/{repository.name_with_owner}/commits"
    try:
        answer = github.get(path, {"sha": sha, "per_page": COMMITS_A_REQUEST})
    except Unprocessable:
        return []
    except NotFound:
        github.repository(repository.external_id)
        return []
    return [
        record(told, files=(), is_on_default_branch=False)
        for told in read(commit_payloads.Commits, answer.body).root
    ]
