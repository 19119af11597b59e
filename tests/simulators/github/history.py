"""The real history of four public projects as one organisation: see tests/data/history/README.md for its origin.

Real are commits, parents, paths, sizes, merge times, authors, and the branches of merges; :mod:`model` adds what git
does not know. Accounts are named ``<project>-<number>`` since people are counted anew in each project.
"""

import gc
import gzip
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .machines import Machines
from .model import ProjectModel
from .records import Account, Commit, FileChange, Organization, PullRequest, Repository
from .rollouts import Rollouts
from .teams import people_by_area
from .tickets import name_issues
from .world import World, added_up

DATA = Path(__file__).parents[2] / "data" / "history"
PROJECTS = ("celery", "netbox", "warehouse", "devlake")
ORGANIZATION = "forge"
SEED = 20260823


def load(
    projects: tuple[str, ...] = PROJECTS,
    *,
    seed: int = SEED,
    canary: str = "",
    wide_ids: bool = True,
) -> World:
    """The world of these projects; its clock stands an hour after the last thing in it. The shas are the real ones
    until ``attach_git`` rebuilds the repositories.
    """
    with no_garbage_collection():
        world = World(now=0, canary=canary, wide_ids=wide_ids)
        organization = world.create_organization(ORGANIZATION)
        for name in projects:
            _load_project(world, organization, name, seed)
        last = max(
            pr.updated_at
            for repo in world.repositories.values()
            for pr in repo.pull_requests.values()
        )
        world.now = last + 3600
    return world


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """A million long-lived records would otherwise be walked again and again while they are made."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def rows(name: str, kind: str) -> Iterator[list[str]]:
    """The rows of one table, without its header."""
    with gzip.open(
        DATA / f"{name}.{kind}.tsv.gz",
        "rt",
        encoding="utf-8",
        errors="surrogateescape",
        newline="\n",
    ) as file:
        next(file)
        for line in file:
            yield line.rstrip("\n").split("\t")


def _load_project(world: World, organization: Organization, name: str, seed: int) -> None:
    commits: dict[str, Commit] = {}
    merges: list[tuple[Commit, int, str, str]] = []
    for sha, parents, author, authored, committed, number, how, branch in rows(name, "commits"):
        account = _account(world, name, author)
        commit = Commit(
            oid=sha,
            parents=tuple(commits[parent] for parent in parents.split()),
            author=account,
            committer=account,
            authored_at=int(authored),
            committed_at=int(committed),
            headline="",
            body=world.free_text(""),
        )
        commits[sha] = commit
        if number:
            merges.append((commit, int(number), how, branch))
    for sha, path, additions, deletions in rows(name, "files"):
        added, deleted = (int(additions), int(deletions)) if additions else (None, None)
        commits[sha].files.append(FileChange(path, added, deleted))
    _mark_new_files(commits.values())
    history = list(commits.values())
    start = history[0].committed_at
    repository = world.create_repository(organization, name, at=start)
    repository.commits = history
    repository.branches = {"main": history[-1]}
    repository.pushed_at = history[-1].committed_at
    _open_pull_requests(world, repository, merges, seed)
    for commit in history:
        commit.headline = commit.headline or _headline(commit)
    Machines(world, repository, seed).work()
    Rollouts(world, repository, seed).work()
    repository.pushed_at = history[-1].committed_at
    repository.updated_at = max(
        repository.pushed_at, *(pr.updated_at for pr in repository.pull_requests.values())
    )


def _account(world: World, project: str, number: str) -> Account:
    login = f"{project}-{number}"
    if login in world.accounts:
        return world.accounts[login]
    kind = "Bot" if number.startswith("bot") else "User"
    return world.create_user(login, kind=kind, email=f"{number}@{project}.example")


def _mark_new_files(commits: Iterable[Commit]) -> None:
    seen: set[str] = set()
    for commit in commits:
        for place, change in enumerate(commit.files):
            if change.path not in seen:
                seen.add(change.path)
                commit.files[place] = change._replace(change_type="ADDED")


def _headline(commit: Commit) -> str:
    if len(commit.parents) > 1:
        return "Merge branch"
    if not commit.files:
        return "Change nothing"
    paths = [change.path for change in commit.files]
    return f"Update {paths[0]}" + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")


def _open_pull_requests(
    world: World, repository: Repository, merges: list[tuple[Commit, int, str, str]], seed: int
) -> None:
    order = {id(commit): place for place, commit in enumerate(repository.commits)}
    ancestors = _ancestors(repository.commits, order)
    pulls: list[PullRequest] = []
    for commit, number, how, branch in merges:
        own = (
            _branch_commits(repository.commits, ancestors, order, commit) if how == "merge" else []
        )
        pulls.append(_pull_request(world, repository, commit, own, number=number, branch=branch))
    for area, people in people_by_area(pulls).items():
        world.create_team(repository.owner, f"{repository.name} {area}", people)
    model = ProjectModel(world, repository.name, pulls, seed)
    for pr in pulls:
        model.complete(pr)
        repository.pull_requests[pr.number] = world.remember("PR", pr)
    name_issues(repository, seed)
    repository.revision += 1


def _pull_request(
    world: World,
    repository: Repository,
    commit: Commit,
    own: list[Commit],
    *,
    number: int,
    branch: str,
) -> PullRequest:
    """What git tells of a merged pull request: a squash (``own`` empty), or a merge of a branch's own commits."""
    people = Counter(one.author for one in own if len(one.parents) < 2) or Counter([commit.author])
    title = branch.replace("-", " ").replace("_", " ").strip().capitalize() or _headline(commit)
    merged_at = commit.committed_at
    pr = PullRequest(
        database_id=world.next_id("PR"),
        repository=repository,
        number=number,
        title=title,
        author=people.most_common(1)[0][0],
        created_at=merged_at,
        updated_at=merged_at,
        base_ref="main",
        head_ref=branch or f"change-{number}",
        body=world.free_text(""),
        state="MERGED",
        merged_at=merged_at,
        closed_at=merged_at,
        merged_by=commit.author if own else None,
        merge_commit=commit,
        base_commit=commit.parents[0] if commit.parents else commit,
        commits=own,
        files=added_up(change for one in own for change in one.files) if own else commit.files,
    )
    for one in (commit, *own):
        one.pull_requests.append(pr)
    merge = f"Merge pull request #{number} from {repository.owner.login}/{pr.head_ref}"
    commit.headline = merge if own else f"{title} (#{number})"
    return pr


def _ancestors(commits: list[Commit], order: dict[int, int]) -> list[int]:
    """For each commit the set of commits it can reach, as bits."""
    reach: list[int] = []
    for place, commit in enumerate(commits):
        bits = 1 << place
        for parent in commit.parents:
            bits |= reach[order[id(parent)]]
        reach.append(bits)
    return reach


def _branch_commits(
    commits: list[Commit], ancestors: list[int], order: dict[int, int], merge: Commit
) -> list[Commit]:
    """What a merge brought in, oldest first."""
    first, second = (order[id(parent)] for parent in merge.parents[:2])
    mask = ancestors[second] & ~ancestors[first]
    found = []
    while mask:
        low = mask & -mask
        found.append(commits[low.bit_length() - 1])
        mask ^= low
    return found


__all__ = ["ORGANIZATION", "PROJECTS", "load", "rows"]
