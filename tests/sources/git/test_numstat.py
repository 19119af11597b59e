"""Bytes of git in, records out: whatever the bytes, in whatever portions."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.delivery.records import ActorRecord, FileChangeRecord
from backend.sources.git.collect import COMMITS_AT_ONCE, FILES_AT_ONCE, batches
from backend.sources.git.numstat import (
    EARLIEST,
    LATEST,
    MAXIMUM_EMAIL,
    MAXIMUM_HEAD,
    MAXIMUM_PATH,
    Reader,
    commits,
    moment,
    stored_path,
)

SHA = b"a" * 40


def head(
    parents: bytes = b"",
    authored: bytes = b"1",
    committed: bytes = b"2",
    email: bytes = b"e@x",
    message: bytes = b"Change\n",
) -> bytes:
    first = b"\t".join((b"commit " + SHA, parents, authored, committed, email))
    return first + b"\n" + message + b"\0"


def test_one_commit() -> None:
    (commit,) = commits([head(b"b c"), b"\n1\t2\ta b\0-\t-\tc\0"])
    assert (commit.sha, commit.parents) == ("a" * 40, ("b", "c"))
    assert commit.author == ActorRecord("git", "e@x", None)
    assert (commit.authored_at.timestamp(), commit.committed_at.timestamp()) == (1, 2)
    assert commit.files == (FileChangeRecord("a b", 1, 2), FileChangeRecord("c", None, None))


@given(data=st.data())
def test_portions_do_not_matter(data: st.DataObject) -> None:
    stream = head() + b"\n1\t2\ta\nb\0" + head(email=b"") + head() + b"\n0\t0\tcommit x\0"
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=9).map(sorted))
    portions = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert list(commits(portions)) == list(commits([stream]))
    assert [len(commit.files) for commit in commits(portions)] == [1, 0, 1]


def test_a_message_is_no_row_whatever_stands_in_it() -> None:
    message = b"\n1\t2\ta\ncommit x\n\xff\nThis reverts commit %s.\n" % (b"b" * 40)
    picked = b"\n\n(cherry picked from commit %s)\n" % (b"c" * 40)
    stream = head(message=message) + b"\n1\t2\ta\0" + head(message=b"") + head(message=picked)
    one, two, three = commits([stream])
    assert (one.reverts, one.picked_from) == (("b" * 40,), ())
    assert one.files == (FileChangeRecord("a", 1, 2),)
    assert (two.reverts, two.picked_from) == ((), ())
    assert (three.reverts, three.picked_from) == ((), ("c" * 40,))


def test_of_a_long_message_no_more_than_its_beginning_is_held() -> None:
    reader, line = Reader(), b"This reverts commit %s.\n" % (b"b" * 40)
    start, *_ = head(message=line).split(b"\0")
    found = list(reader.feed(start))
    for _ in range(40):
        found += reader.feed(b"x" * (MAXIMUM_HEAD // 8))
        assert len(reader._rest) <= MAXIMUM_HEAD
    late = b"\nThis reverts commit %s.\0\n1\t2\ta\0" % (b"d" * 40)
    (commit,) = (*found, *reader.feed(late), *reader.end())
    assert commit.reverts == ("b" * 40,)
    assert commit.files == (FileChangeRecord("a", 1, 2),)


def test_nothing_is_no_commit() -> None:
    assert list(commits([])) == []


@pytest.mark.parametrize(
    ("stream", "says"),
    [
        (b"1\t2\ta\0", "without a commit"),
        (head() + b"\n1\t2\ta", "ends in the middle"),
        (head() + b"\n1\t2\t\0old\0", "ends in the middle"),
        (head() + b"\nnonsense\0", "not enough values"),
    ],
)
def test_what_is_not_gits_output_is_refused(stream: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        list(commits([stream]))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (b"0", EARLIEST),
        (b"", EARLIEST),
        (b"-1", EARLIEST),
        (b"4102444800", datetime(2100, 1, 1, tzinfo=UTC)),
        (b"18446744073709551615", LATEST),
        (b"9" * 5000, LATEST),
    ],
)
def test_times_that_no_clock_shows(seconds: bytes, expected: datetime) -> None:
    assert moment(seconds) == expected


def test_addresses() -> None:
    def login(email: bytes) -> str | None:
        (commit,) = commits([head(email=email)])
        return commit.author.login if commit.author else None

    assert login(b"Dev0001@GHES.example") == "dev0001@ghes.example"
    assert login(b"") is login(b"  ") is None
    assert login(b"\xe9@x\tmore") == "\\xe9@x\tmore"
    assert len(login(b"x" * 1000) or "") == MAXIMUM_EMAIL


def test_paths_that_become_equal_as_text_count_as_one() -> None:
    rows = b"\n1\t2\t\xff\x001\t1\t\xff\xfe\x001\t0\tb\xff\0-\t-\tb\xfe\0"
    (commit,) = commits([head(), rows])
    assert commit.files == (
        FileChangeRecord("\ufffd", 2, 3),
        FileChangeRecord("b\ufffd", None, None),
    )


def test_a_renamed_file_is_known_by_its_present_path() -> None:
    rows = b"\n1\t2\t\0old\0new\0-\t-\t\0commit 1\x00commit 2\x003\t0\tplain\0"
    (commit, _) = commits([head(), rows, head()])
    assert commit.files == (
        FileChangeRecord("new", 1, 2),
        FileChangeRecord("commit 2", None, None),
        FileChangeRecord("plain", 3, 0),
    )


@given(st.binary(max_size=3 * MAXIMUM_PATH).map(lambda path: path.replace(b"\0", b"")))
def test_every_path_can_be_stored(path: bytes) -> None:
    text = stored_path(path)
    assert len(text.encode()) <= 4 * MAXIMUM_PATH
    assert "\0" not in text


def test_long_paths_stay_apart() -> None:
    one, other = (stored_path(b"x" * 5000 + end) for end in (b"1", b"2"))
    assert one != other
    assert len(one.encode()) <= MAXIMUM_PATH


def test_memory_does_not_grow_with_the_history() -> None:
    def history(count: int) -> Iterator[bytes]:
        for _ in range(count):
            yield head() + b"\n" + b"".join(b"1\t2\tfolder/file%d\0" % n for n in range(5))

    def peak(count: int) -> int:
        tracemalloc.start()
        assert sum(len(batch) for batch in batches(commits(history(count)))) == count
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(5 * COMMITS_AT_ONCE) < 1.2 * peak(2 * COMMITS_AT_ONCE)


def test_large_commits_fill_a_batch_sooner() -> None:
    large = head() + b"\n" + b"".join(b"1\t2\tf%d\0" % n for n in range(FILES_AT_ONCE))
    sizes = [len(batch) for batch in batches(commits([large, large, head(), head()]))]
    assert sizes == [1, 1, 2]
