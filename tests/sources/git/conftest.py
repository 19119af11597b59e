"""Repositories made by git itself, served by the simulator, and what git says of them."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test.utils import override_settings

from backend.delivery.models import CommitFile, Repository
from backend.sources.git import collect_commits
from tests.factories import a_connection, a_repository
from tests.simulators.github import Repository as Served
from tests.simulators.github import Simulator, World, running

TOKEN = "ghp_the_token_of_the_clone_tests"
Row = tuple[str, str, int | None, int | None]
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "dev0001",
    "GIT_AUTHOR_EMAIL": "Dev0001@ghes.example",
    "GIT_COMMITTER_NAME": "dev0001",
    "GIT_COMMITTER_EMAIL": "dev0001@ghes.example",
}


@dataclass
class Work:
    """A repository with a working tree, whose `main` the simulator serves after `publish`."""

    folder: Path
    served: Path

    def git(self, *arguments: str, text: bytes = b"") -> str:
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            input=text,
            capture_output=True,
            check=True,
            env=ENVIRONMENT,
        )
        return done.stdout.decode().strip()

    def commit(
        self, message: str = "Change", named: Mapping[str, bytes] | None = None, **files: bytes
    ) -> str:
        """`named`: files whose names are no words."""
        for name, content in {**files, **(named or {})}.items():
            (self.folder / name).write_bytes(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def publish(self) -> None:
        self.git("push", "--quiet", "--force", str(self.served), "HEAD:refs/heads/main")


@dataclass
class Source:
    """One repository, on the simulator and in Postgres."""

    github: Simulator
    served: Served
    stored: Repository
    work: Work

    @property
    def url(self) -> str:
        return f"{self.github.url}/{self.served.full_name}.git"

    @property
    def bare(self) -> Path:
        return self.work.served

    def collect(self, known_head: str = "", token: str = TOKEN) -> tuple[str, int]:
        """The tip, and how many commits were new."""
        read = collect_commits(
            repository=self.stored,
            url=self.url,
            token=token,
            ca_certificate="",
            default_branch="main",
            known_head=known_head,
        )
        return read.tip, read.new


def rows(repository: Repository) -> list[Row]:
    """What is stored."""
    found = CommitFile.objects.filter(commit__repository=repository)
    return sorted(
        found.values_list("commit__sha", "path", "additions", "deletions"), key=lambda row: row[:2]
    )


ROW = re.compile(rb"\n?(\d+|-)\t(\d+|-)\t(?:\0[^\0]+\0([^\0]+)|([^\0]+))\0")


def told_by_git(bare: Path, *revisions: str) -> list[Row]:
    """`git log --numstat`, one process, its whole output taken apart by an expression."""
    command = ["git", "-C", str(bare), "log", "-z", "--numstat", "-M50%", "-l1000"]
    done = subprocess.run(
        [*command, "--format=>>>%H", *(revisions or ("main",))],
        capture_output=True,
        check=True,
        env=ENVIRONMENT,
    )
    found = []
    for part in done.stdout.split(b">>>")[1:]:
        sha, changes = part[:40].decode(), part[41:]
        for row in ROW.finditer(changes):
            raw = row[3] or row[4]
            text = re.sub("\ufffd+", "\ufffd", raw.decode(errors="replace"))
            counts = [None if count == b"-" else int(count) for count in (row[1], row[2])]
            found.append((sha, text, counts[0], counts[1]))
    return sorted(found, key=lambda row: row[:2])


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "scratch"
    with override_settings(SCRATCH_DIR=folder):
        yield folder


@pytest.fixture
def source(tmp_path: Path, db: None) -> Iterator[Source]:
    world = World()
    world.add_token(TOKEN)
    served = world.create_repository(world.create_organization("forge"), "app")
    with running(world, repositories=tmp_path / "served") as github:
        if world.git is None:
            raise RuntimeError("the world has no git")
        work = Work(tmp_path / "work", world.git.path(served))
        work.folder.mkdir()
        work.git("init", "--quiet", "--initial-branch=main")
        stored = a_repository(a_connection(url=github.url), name_with_owner="forge/app")
        yield Source(github, served, stored, work)
