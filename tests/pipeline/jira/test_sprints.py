"""Sprints are as the Jira has them, and closed ones are not read again every hour."""

import pytest

from backend.delivery.models import Board, Sprint
from backend.pipeline.tasks import reconcile
from backend.sources import hints
from backend.sources.models import Hint
from tests.pipeline.jira.conftest import Source
from tests.pipeline.state import work_to_the_end
from tests.simulators.jira.records import Board as SimulatedBoard
from tests.simulators.jira.records import Sprint as Simulated

pytestmark = pytest.mark.django_db
CLOSED = 120


def states() -> dict[int, str]:
    return dict(Sprint.objects.values_list("external_id", "state"))


def asked(source: Source, **values: str) -> int:
    """How many requests about boards a look costs."""
    source.jira.ledger.clear()
    source.ask(Hint.Kind.SPRINTS, **values)
    return source.jira.ledger.counts["agile"]


@pytest.fixture
def board(source: Source) -> SimulatedBoard:
    """Three pages of closed sprints, one that is active and two that are to come. All is read."""
    world = source.world
    made = world.create_board(next(iter(world.projects.values())))
    for _ in range(CLOSED):
        sprint = world.create_sprint(made)
        world.start_sprint(sprint)
        world.complete_sprint(sprint)
    world.start_sprint(world.create_sprint(made))
    for _ in range(2):
        world.create_sprint(made)
    source.collect()
    return made


def _active(source: Source) -> Simulated:
    return next(one for one in source.world.sprints if one.state == "active")


def test_where_nothing_changed_closed_ones_are_not_asked_for(
    source: Source, board: SimulatedBoard
) -> None:
    assert list(states().values()).count("closed") == CLOSED
    assert asked(source) == 2, "the boards, and what is not closed on the one"


def test_one_that_was_closed_or_started_or_made_is_found(
    source: Source, board: SimulatedBoard
) -> None:
    world, active = source.world, _active(source)
    coming = next(one for one in world.sprints if one.state == "future")
    world.complete_sprint(active)
    world.start_sprint(coming)
    made = world.create_sprint(board)
    assert asked(source) == 5
    found = states()
    assert (found[active.id], found[coming.id], found[made.id]) == ("closed", "active", "future")
    assert Sprint.objects.get(external_id=active.id).completed_at is not None
    assert asked(source) == 2


def test_one_that_was_deleted_is_looked_for_once(source: Source, board: SimulatedBoard) -> None:
    deleted = source.world.sprints.pop()
    assert asked(source) == 5
    assert asked(source) == 2
    assert states()[deleted.id] == "future", "what issues' histories may name stays"
    source.world.complete_sprint(_active(source))
    asked(source)
    assert "active" not in states().values()


def test_a_board_that_is_new_is_read_whole(source: Source, board: SimulatedBoard) -> None:
    world = source.world
    second = world.create_board(next(iter(world.projects.values())))
    closed = world.create_sprint(second)
    world.start_sprint(closed)
    world.complete_sprint(closed)
    assert asked(source) == 3
    assert states()[closed.id] == "closed"
    assert Board.objects.count() == 2


def test_the_night_reads_all_of_them_again(source: Source, board: SimulatedBoard) -> None:
    source.world.sprints[0].name = "Renamed"
    asked(source)
    assert not Sprint.objects.filter(name="Renamed").exists()
    assert asked(source, action=hints.FULL) == 4
    assert Sprint.objects.get(name="Renamed").external_id == source.world.sprints[0].id


def test_the_night_asks_for_them(source: Source, board: SimulatedBoard) -> None:
    source.world.sprints[0].name = "Renamed"
    reconcile()
    work_to_the_end(source.connection)
    assert Sprint.objects.filter(name="Renamed").exists()
