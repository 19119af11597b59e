"""Which backup is opened: the one that is asked for, as it was signed, whoever else may write where it lies."""

import subprocess
from pathlib import Path
from typing import IO

import pytest
from host.composition import Composition
from host.ending import Failed, Refused
from host.opening import Found, found, stream
from host.places import SIGNED, Place, place_of, write_down
from host.statements import Statement, digest_of

from tests.host.test_statements import a_pair

OLD, NEW = "plumbline-20260301T040000Z.age", "plumbline-20260308T040000Z.age"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return place_of(str(tmp_path / "backups"), tmp_path, tmp_path)


def put(place: Place, name: str, private: Path, signed_as: str) -> Statement:
    file = place.staging / f".{name}.part"
    file.write_bytes(b"of March")
    sha256, size = digest_of(file)
    made = Statement(signed_as, "2026-03-01T04:00:00+00:00", "1.0", size, sha256, 2, 7)
    place.put(file, name, made.signed(private))
    return made


def test_it_is_found_by_its_name_and_as_a_file(place: Place, tmp_path: Path) -> None:
    private, public = a_pair(tmp_path, "ours")
    made = put(place, OLD, private, OLD)
    assert found(place, OLD, public).statement == made
    assert found(place, str(place.staging / OLD), public).statement == made


@pytest.mark.parametrize("asked", [NEW, f"backups/{NEW}"])
def test_an_old_one_by_the_name_of_a_new_one_is_refused(
    asked: str, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    private, public = a_pair(tmp_path, "ours")
    put(place, NEW, private, OLD)
    with pytest.raises(Refused, match=f"was signed as {OLD}"):
        found(place, asked, public)


class Reads(Composition):
    """In the place of a container: whatever comes is read to its end."""

    def started(
        self,
        *arguments: str,
        stdin: IO[bytes] | int | None = None,
        stdout: IO[bytes] | int | None = None,
        stderr: IO[bytes] | int = subprocess.PIPE,
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["cat"], stdin=stdin, stdout=stdout, stderr=stderr)


def test_one_that_changes_after_it_was_verified_is_not_taken(place: Place, tmp_path: Path) -> None:
    private, public = a_pair(tmp_path, "ours")
    put(place, OLD, private, OLD)
    backup = found(place, OLD, public)
    reader = Reads(tmp_path, tmp_path / ".env")
    assert stream(reader, backup, b"key", "drill") == b"3\nkeyof March"
    backup.file.write_bytes(b"of whoever may write there")
    with pytest.raises(Failed, match="was changed while it was read"):
        stream(reader, Found(*backup), b"key", "drill")


def test_what_is_written_follows_no_link(tmp_path: Path) -> None:
    theirs = tmp_path / "passwd"
    theirs.write_bytes(b"root")
    (tmp_path / f".{OLD}{SIGNED}.new").symlink_to(theirs)
    write_down(tmp_path / (OLD + SIGNED), b"signed")
    assert (theirs.read_bytes(), (tmp_path / (OLD + SIGNED)).read_bytes()) == (b"root", b"signed")
