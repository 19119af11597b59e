"""How an upgrade goes on, goes back, and what it says, whatever it was in when it failed or was killed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from host.ending import Failed, Refused
from host.installed import Installed, record, recorded
from host.upgrade.database import must_not_have_lost
from host.upgrade.journal import Journal, Stage, Step, carry_out

FORMER = Installed("0.1.0", "", Path("/opt/plumbline-0.1.0"), Path("/opt/plumbline-0.1.0/.env"))


class Killed(BaseException):
    """The process is gone: nothing that it would have done at its end happens."""


class Machine:
    """Steps that note that they were done, and one that does not come to its end."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.seen: list[str] = []
        self.fails: dict[str, BaseException] = {}

    def run(self, target: str = "new") -> None:
        journal = Journal(self.file)
        journal.begin(target, FORMER)
        carry_out(
            [
                Step("load", Stage.PREPARING, "", self._noted("load")),
                Step("migrate", Stage.CHANGING, "", self._noted("migrate")),
                Step("try", Stage.CHANGING, "", self._noted("try")),
                Step("finish", Stage.FINISHING, "", self._noted("finish")),
            ],
            journal,
            clear=self._noted("clear"),
            go_back=self._noted("go back"),
            say=lambda _: None,
        )

    def _noted(self, name: str) -> Callable[[], None]:
        def do() -> None:
            self.seen.append(name)
            if name in self.fails:
                raise self.fails[name]

        return do


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "upgrade.json")


def test_steps_are_done_in_order_and_nothing_stays_written(machine: Machine) -> None:
    machine.run()
    assert machine.seen == ["load", "migrate", "try", "finish"]
    assert not machine.file.exists()


def test_what_fails_before_anything_is_closed_leaves_nothing_behind(machine: Machine) -> None:
    machine.fails["load"] = Refused("no room")
    with pytest.raises(Refused, match=r"no room\nThe former release runs on, untouched"):
        machine.run()
    assert machine.seen == ["load", "clear"]
    assert not machine.file.exists()


def test_what_fails_while_it_is_closed_goes_back(machine: Machine) -> None:
    machine.fails["try"] = Failed("web is not healthy")
    with pytest.raises(Failed, match=r"web is not healthy\nEverything is as before"):
        machine.run()
    assert machine.seen == ["load", "migrate", "try", "go back"]
    assert not machine.file.exists()


@pytest.mark.parametrize("error", [OSError("no space"), ValueError("no number")])
def test_what_nobody_foresaw_while_it_is_closed_goes_back_as_well(
    machine: Machine, error: Exception
) -> None:
    machine.fails["migrate"] = error
    with pytest.raises(Failed, match=r"no \w+\nEverything is as before"):
        machine.run()
    assert machine.seen == ["load", "migrate", "go back"]


def test_what_fails_after_it_is_open_does_not_go_back_and_can_be_finished(machine: Machine) -> None:
    machine.fails["finish"] = Refused("the sealer is not healthy")
    with pytest.raises(Failed, match="run upgrade again to finish"):
        machine.run()
    machine.fails.clear()
    machine.run()
    assert machine.seen == ["load", "migrate", "try", "finish", "finish"]
    assert not machine.file.exists()


@pytest.mark.parametrize("step", ["load", "migrate", "try", "finish"])
def test_a_killed_one_goes_on_with_the_step_that_it_was_in(machine: Machine, step: str) -> None:
    machine.fails[step] = Killed()
    with pytest.raises(Killed):
        machine.run()
    machine.fails.clear()
    machine.run()
    order = ["load", "migrate", "try", "finish"]
    index = order.index(step)
    assert machine.seen == [*order[: index + 1], *order[index:]]


def test_one_that_is_killed_while_it_goes_back_goes_back_again(machine: Machine) -> None:
    machine.fails = {"migrate": Refused("no"), "go back": Killed()}
    with pytest.raises(Killed):
        machine.run()
    del machine.fails["go back"]
    with pytest.raises(Failed, match="Everything is as before"):
        machine.run()
    assert machine.seen == ["load", "migrate", "go back", "go back"]
    assert not machine.file.exists()


def test_another_target_is_refused_while_one_is_under_way(machine: Machine) -> None:
    machine.fails["try"] = Killed()
    with pytest.raises(Killed):
        machine.run()
    with pytest.raises(Refused, match="an upgrade to new is under way"):
        machine.run("newer")


def test_what_runs_is_on_record(tmp_path: Path) -> None:
    assert recorded(tmp_path) is None
    record(tmp_path, FORMER)
    assert recorded(tmp_path) == FORMER
    told = json.loads((tmp_path / "release.json").read_text())
    assert told.pop("made") == ""
    assert told["version"] == "0.1.0"
    # As a former release wrote it.
    (tmp_path / "release.json").write_text(json.dumps(told))
    assert recorded(tmp_path) == FORMER


def test_rows_that_are_gone_are_told_unless_that_is_meant() -> None:
    before = {"a": 2, "b": 3, "c": 1}
    must_not_have_lost(before, {"a": 2, "b": 4, "d": 0}, frozenset({"c"}))
    with pytest.raises(Refused, match="a had 2 rows and has 1; c had 1 rows and has 0"):
        must_not_have_lost(before, {"a": 1, "b": 4}, frozenset())
