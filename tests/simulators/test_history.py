"""The real history as a world: complete, repeatable, and equal to what its git repositories say."""

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.simulators.github import Store, World, history


def numstat(directory: Path, *revisions: str) -> Counter[tuple[str, str, str, str]]:
    """Commit, path, additions and deletions as ``git log --numstat`` prints them."""
    command = [
        "git",
        "-C",
        str(directory),
        "log",
        "--numstat",
        "-z",
        "--no-renames",
        "--format=%x01%H",
        *revisions,
    ]
    text = subprocess.run(command, check=True, capture_output=True).stdout.decode(
        "utf-8", "surrogateescape"
    )
    found: Counter[tuple[str, str, str, str]] = Counter()
    for part in text.split("\x01")[1:]:
        sha, _, rows = part.partition("\0")
        for row in rows.strip("\n").split("\0"):
            if row:
                additions, deletions, path = row.strip("\n").split("\t")
                found[sha, path, additions.replace("-", ""), deletions.replace("-", "")] += 1
    return found


def test_counts_of_the_whole_history() -> None:
    world = history.load()
    repositories = list(world.repositories.values())
    assert [repository.name for repository in repositories] == [
        "celery",
        "netbox",
        "warehouse",
        "devlake",
    ]
    assert sum(len(repository.commits) for repository in repositories) == 43_461
    assert (
        sum(len(commit.files) for repository in repositories for commit in repository.commits)
        == 178_948
    )
    pulls = [pr for repository in repositories for pr in repository.pull_requests.values()]
    assert len(pulls) == 16_398
    assert {pr.state for pr in pulls} == {"MERGED"}
    teams = world.organizations["forge"].teams.values()
    assert all(len(team.members) >= 4 for team in teams)
    assert min(Counter(team.slug.split("-")[0] for team in teams).values()) >= 3


def test_the_model_is_plausible_and_repeatable(celery: World) -> None:
    (repository,) = celery.repositories.values()
    again = next(iter(history.load(("celery",)).repositories.values()))
    for pr in repository.pull_requests.values():
        twin = again.pull_requests[pr.number]
        assert (pr.created_at, [one.submitted_at for one in pr.reviews]) == (
            twin.created_at,
            [one.submitted_at for one in twin.reviews],
        )
        assert pr.merged_at is not None
        assert pr.created_at < pr.merged_at <= pr.updated_at
        assert pr.commits
        times = [item.created_at for item in pr.timeline]
        assert times == sorted(times)
        assert all(pr.created_at <= one.created_at <= pr.merged_at for one in pr.reviews)
    reviewed = sum(bool(pr.reviews) for pr in repository.pull_requests.values()) / len(
        repository.pull_requests
    )
    assert 0.6 < reviewed < 0.95


def test_machines_worked_of_late_and_released_all_along(celery: World) -> None:
    (repository,) = celery.repositories.values()
    runs = list(repository.workflow_runs.values())
    attempts = [attempt for run in runs for attempt in run.attempts]
    suites = [
        suite for pr in repository.pull_requests.values() for suite in pr.commits[-1].check_suites
    ]
    assert 10 < len(runs) < len(attempts) < 500
    assert len(suites) > len(runs)
    assert {attempt.conclusion for attempt in attempts} == {"SUCCESS", "FAILURE"}
    assert len(repository.releases) == len(repository.tags) > 50
    assert {one.state for one in repository.deployments} >= {"ACTIVE"}
    end = repository.commits[-1].committed_at
    assert all(end - 400 * 86_400 < one.created_at < end + 86_400 for one in repository.deployments)


def test_what_was_merged_was_deployed_and_some_of_it_repaired() -> None:
    (repository,) = history.load(("netbox",)).repositories.values()
    shas = [one.commit.oid for one in repository.deployments if one.environment == "production"]
    assert len(shas) > 500
    assert len(set(shas)) < len(shas), "nothing was rolled back"
    pulls = repository.pull_requests.values()
    assert any(pr.body.startswith("Reverts forge/netbox#") for pr in pulls)
    assert any(pr.head_ref.startswith("hotfix/") for pr in pulls)
    assert any(one.environment == "docs" for one in repository.deployments)


@pytest.mark.timeout(180)
def test_git_gives_exactly_the_rows_of_the_data(tmp_path: Path) -> None:
    world = history.load(("devlake",))
    (repository,) = world.repositories.values()
    real = [commit.oid for commit in repository.commits]
    store = Store(tmp_path)
    world.attach_git(store)
    names = dict(zip((commit.oid for commit in repository.commits), real, strict=True))
    found = numstat(store.path(repository), "main")
    assert found.total() == 41_310
    expected = Counter(
        (sha, path, added, deleted)
        for sha, path, added, deleted in history.rows("devlake", "files")
    )
    assert (
        Counter({(names[sha], *rest): count for (sha, *rest), count in found.items()}) == expected
    )
    merges = [pr for pr in repository.pull_requests.values() if pr.commits[0].in_git]
    assert len(merges) == 666
    stamp = (store.path(repository) / "plumbline-stamp").stat().st_mtime_ns
    store.write(repository)
    assert (store.path(repository) / "plumbline-stamp").stat().st_mtime_ns == stamp
