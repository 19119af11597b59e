"""A clone is read by several git at once: nothing is lost, nothing comes twice, and the attributes are the tip's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backend.delivery import attributes, code_owners
from backend.delivery.attributes import Budget
from backend.sources.errors import SourceError
from backend.sources.git import reading
from backend.sources.git.clone import TIP, Clone, clone
from backend.sources.git.scratch import job
from tests.sources.git.conftest import TOKEN, Source, Work

pytestmark = pytest.mark.django_db


@contextmanager
def cloned(source: Source) -> Iterator[Clone]:
    source.work.publish()
    with job() as one:
        yield clone(job=one, url=source.url, token=TOKEN, ca_certificate="", branch="main")


def many(work: Work, count: int) -> list[str]:
    """Commits of one line each, made quickly."""
    stream = b"".join(
        b"commit refs/heads/main\ncommitter x <x@ghes.example> %d +0000\ndata 0\nM 100644 inline f%d\ndata 2\n1\n\n"
        % (1_700_000_000 + number, number % 7)
        for number in range(count)
    )
    work.git("fast-import", "--quiet", "--force", text=stream)
    return work.git("rev-list", "main").splitlines()


@pytest.mark.parametrize("count", [1, 5, 10, 11])
def test_each_commit_comes_once(
    source: Source, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(reading, "SHARE", 5)
    shas = many(source.work, count)
    source.work.git("checkout", "--quiet", "--force", "main")
    with cloned(source) as made:
        assert sorted(one.sha for one in reading.commits(made, TIP)) == sorted(shas)
        newest = [one.sha for one in reading.commits(made, TIP, f"^{shas[-1]}")]
        assert sorted(newest) == sorted(shas[:-1])
        assert list(reading.commits(made, TIP, f"^{shas[0]}")) == []
        assert list(made.job.folder.glob("revisions-*")) == []


def test_a_git_that_fails_is_told(source: Source) -> None:
    many(source.work, 3)
    source.work.git("checkout", "--quiet", "--force", "main")
    with cloned(source) as made:
        with pytest.raises(SourceError, match="failed"):
            list(reading.commits(made, "0" * 39 + "1"))
        (pack,) = (made.job.folder / "repository" / "objects" / "pack").glob("*.pack")
        pack.chmod(0o600)
        found = reading.commits(made, TIP)
        whole = pack.read_bytes()
        pack.write_bytes(whole[:20])
        with pytest.raises(SourceError):
            list(found)


def test_attributes_are_those_of_plain_files_at_the_tip(source: Source, tmp_path: Path) -> None:
    work = source.work
    for folder in ("docs/api", "linked", "large"):
        (work.folder / folder).mkdir(parents=True)
    (work.folder / "docs/api/.gitattributes").write_bytes(b"*.md -text\n")
    (work.folder / "linked/.gitattributes").symlink_to("../docs/api/.gitattributes")
    (work.folder / "large/.gitattributes").write_bytes(b"#" * (attributes.MOST_BYTES))
    (work.folder / "my.gitattributes").write_bytes(b"* linguist-generated\n")
    work.commit(named={".gitattributes": b"*.sql linguist-generated\n"})
    work.commit(named={".gitattributes": b"*.sql linguist-vendored\n"})
    with cloned(source) as made:
        budget = Budget()
        assert reading.attributes(made, budget) == {
            "": b"*.sql linguist-vendored\n",
            "docs/api/": b"*.md -text\n",
        }
        assert budget.is_exceeded
        assert budget.bytes_left == attributes.MOST_BYTES - 35


def test_owners_are_those_of_a_plain_file_at_the_tip(source: Source) -> None:
    (source.work.folder / ".github").mkdir()
    (source.work.folder / ".github/CODEOWNERS").symlink_to("../CODEOWNERS")
    source.work.commit(named={"CODEOWNERS": b"* @ada\n"})
    with cloned(source) as made:
        assert reading.owners(made) == {"CODEOWNERS": b"* @ada\n"}
    source.work.commit(named={"CODEOWNERS": b"#" * (code_owners.MOST_BYTES + 1)})
    with cloned(source) as made:
        assert reading.owners(made) == {"CODEOWNERS": None}


def test_attributes_nearest_the_top_are_read_first(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_FILES", 2)
    for folder in ("+a/b", "z"):
        (source.work.folder / folder).mkdir(parents=True)
        (source.work.folder / folder / ".gitattributes").write_bytes(b"* -text\n")
    source.work.commit(named={".gitattributes": b"# none\n"})
    with cloned(source) as made:
        budget = Budget()
        assert list(reading.attributes(made, budget)) == ["", "z/"]
        assert budget.is_exceeded
