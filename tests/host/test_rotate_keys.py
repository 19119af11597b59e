"""Another key: the files at each step, killed at any of them, and what is missing or goes wrong."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from host.ending import Failed, Refused
from host.folders import Folder
from host.keys import write_secrets
from host.programs import openssl
from host.rotate_keys import TARGETS, rotate


class Killed(BaseException):
    """What no handler of errors sees, as a signal."""


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    write_secrets(tmp_path / "keys")
    return tmp_path / "keys"


def stored_until_moved() -> Callable[[], int]:
    """Two passes: what a service finds to move at first, and that nothing is left."""
    passes = iter([2, 0, 0, 0, 0])
    return lambda: next(passes)


@pytest.mark.parametrize("name", TARGETS)
def test_a_new_key_takes_the_place_and_the_former_is_put_away(keys: Path, name: str) -> None:
    target = TARGETS[name]
    present = keys / target.service / target.file
    before = present.read_bytes()
    rotate(target, keys, stored_until_moved(), grace=0)
    assert present.read_bytes() != before
    assert not present.with_name(f"{target.file}_former").exists()
    kept = list((keys / "host/former").iterdir())
    assert [file.read_bytes() for file in kept] == [before]
    assert kept[0].stat().st_mode & 0o777 == 0o400
    if name == "worker":
        public = openssl("pkey", "-pubout", stdin=present.read_bytes())
        assert (keys / "web/worker_public_key").read_bytes() == public


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("step", range(8))
def test_killed_at_any_step_it_goes_on_and_no_key_is_lost(
    keys: Path, name: str, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after so many writes of a file or moves; then run again."""
    target = TARGETS[name]
    present = keys / target.service / target.file
    before = present.read_bytes()
    left = step
    write = Folder.write

    def count() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed

    def counted(folder: Folder, file: str, content: bytes) -> None:
        count()
        write(folder, file, content)

    def move() -> int:
        count()
        # What opens everything that is stored must be at hand at any moment.
        former = present.with_name(f"{target.file}_former")
        assert former.read_bytes() == before
        assert present.read_bytes() != before
        return 0

    monkeypatch.setattr(Folder, "write", counted)
    try:
        rotate(target, keys, move, grace=0)
    except Killed:
        held = [file.read_bytes() for file in present.parent.glob(f"{target.file}*")]
        assert before in held
        middle = present.read_bytes()
        left = 1000
        rotate(target, keys, move, grace=0)
        if middle != before:
            assert present.read_bytes() == middle
    assert present.read_bytes() != before
    assert [file.read_bytes() for file in (keys / "host/former").iterdir()] == [before]


def test_what_arrives_late_under_the_former_key_is_waited_for(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = (keys / "web/web_key").stat().st_mtime
    clock = [now]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: clock.append(clock.pop() + seconds))
    passes: list[float] = []

    def move() -> int:
        passes.append(clock[0])
        return 0

    (keys / "web/web_key_former").write_text("so that the time of the present one stands")
    rotate(TARGETS["web"], keys, move, grace=90)
    assert passes[-1] >= now + 90


def test_a_service_that_cannot_move_leaves_both_keys_in_force(keys: Path) -> None:
    def move() -> int:
        raise Refused("connections_credential, row 3: it does not belong here")

    with pytest.raises(Failed, match=r"row 3.*\nBoth keys are in force"):
        rotate(TARGETS["worker"], keys, move, grace=0)
    assert (keys / "worker/worker_private_key_former").exists()


def test_a_lost_key_is_named_before_anything_changes(keys: Path) -> None:
    (keys / "web/web_key").unlink()
    with pytest.raises(Refused, match="put it back from its copy"):
        rotate(TARGETS["web"], keys, lambda: 0, grace=0)
    assert not (keys / "web/web_key_former").exists()
