"""The journal outlives the database's backups, and whatever happens to the file fails closed."""

import json
import os
from pathlib import Path

import pytest
from django.conf import settings

from backend.tombstones import graves, journal, starting
from backend.tombstones.models import Tombstone

pytestmark = pytest.mark.django_db
NAMES = ["ghes.example/1", "ghes.example/2"]


def bury() -> None:
    graves.bury(kind="account", names=NAMES, erasure_id=7, of="person", mode="remove")


def test_it_holds_digests_alone() -> None:
    bury()
    text = journal.path().read_text()
    assert "ghes" not in text
    entries = list(journal.read())
    assert [(one.kind, one.erasure, one.of, one.mode) for one in entries] == [
        ("account", 7, "person", "remove")
    ] * 2
    assert {one.digest for one in entries} == {
        bytes(one).hex() for one in Tombstone.objects.values_list("digest", flat=True)
    }


def test_nothing_is_buried_where_the_journal_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "TOMBSTONES_DIR", tmp_path / "missing")
    with pytest.raises(journal.JournalUnusable, match="so nothing is erased"):
        bury()
    assert not Tombstone.objects.exists()


def test_without_a_file_nothing_was_erased() -> None:
    assert journal.is_empty()
    assert list(journal.read()) == []
    starting.check()


def test_a_line_that_a_crash_cut_short_is_passed_over() -> None:
    """Nothing was erased by it; the next one stands on a line of its own."""
    bury()
    with journal.path().open("ab") as file:
        file.write(b'{"kind": "account", "dig')
    assert len(list(journal.read())) == 2
    graves.bury(kind="account", names=["ghes.example/3"], erasure_id=8)
    assert [entry.erasure for entry in journal.read()] == [7, 7, 8]


@pytest.mark.parametrize("line", ["nonsense", '{"kind": "account"}', "[1]"])
def test_a_spoilt_line_stops_everything(line: str) -> None:
    bury()
    journal.path().write_text(f"{line}\n{journal.path().read_text()}")
    with pytest.raises(journal.JournalUnusable, match="Line 1"):
        starting.check()


def test_neither_a_link_nor_a_pipe_is_taken_for_the_journal(tmp_path: Path) -> None:
    """Whoever has taken the worker over may put either there; others read the journal with rights of their own."""
    (tmp_path / "secret").write_text("secret")
    journal.path().symlink_to(tmp_path / "secret")
    with pytest.raises(journal.JournalUnusable, match="cannot be read"):
        list(journal.read())
    journal.path().unlink()
    os.mkfifo(journal.path())
    with pytest.raises(journal.JournalUnusable, match="it is no plain file"):
        list(journal.read())


def test_nothing_starts_beside_a_database_that_forgot() -> None:
    bury()
    starting.check()
    Tombstone.objects.all().delete()
    with pytest.raises(SystemExit, match="as after an old backup came back"):
        starting.check()


def test_nothing_starts_without_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "TOMBSTONES_DIR", tmp_path / "missing")
    with pytest.raises(SystemExit, match="There is no folder"):
        starting.check()


def test_a_lost_file_is_written_anew_from_the_database() -> None:
    bury()
    before = {(one.kind, one.digest) for one in journal.read()}
    journal.path().unlink()
    assert graves.write_down() == 2
    assert {(one.kind, one.digest) for one in journal.read()} == before
    assert graves.write_down() == 0


def test_what_was_lifted_is_stored_again_until_it_is_buried_again() -> None:
    bury()
    assert graves.buried("account", NAMES) == set(NAMES)
    assert graves.lift(erasure_id=7) == 2
    assert graves.buried("account", NAMES) == set()
    assert list(graves.forgotten()) == []
    assert graves.write_down() == 2
    assert list(graves.forgotten()) == []
    bury()
    assert graves.buried("account", NAMES) == set(NAMES)
    assert Tombstone.objects.count() == 2


def test_a_database_that_does_not_know_of_the_lifting_is_told() -> None:
    bury()
    graves.lift(erasure_id=7)
    graves.write_down()
    Tombstone.objects.update(lifted_at=None)
    assert {entry.lifted for entry in graves.forgotten()} == {True}


def test_a_database_that_does_not_know_of_burying_again_is_told() -> None:
    bury()
    graves.lift(erasure_id=7)
    lifted_at = Tombstone.objects.values_list("lifted_at", flat=True)[0]
    bury()
    Tombstone.objects.update(lifted_at=lifted_at)
    assert {entry.lifted for entry in graves.forgotten()} == {False}


def test_each_line_is_an_entry_by_itself() -> None:
    bury()
    for line in journal.path().read_text().splitlines():
        assert set(json.loads(line)) == {"kind", "digest", "erasure", "at", "of", "mode", "lifted"}
