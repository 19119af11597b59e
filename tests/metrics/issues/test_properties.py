"""What holds of every history, however drawn."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from backend.metrics.formulas import sprint
from backend.metrics.formulas.issue import Change, Issue, Stage, measure, spans

STAGES: dict[int, Stage] = {1: "to_do", 2: "in_progress", 3: "waiting", 4: "done"}
STATUS = st.integers(1, 5)
CHANGES = st.lists(
    st.builds(Change, at=st.integers(-50, 150), before=STATUS, after=STATUS), max_size=8
)
ISSUES = st.builds(Issue, created_at=st.integers(0, 80), status=STATUS, changes=CHANGES)


@given(ISSUES)
def test_times_in_stages_add_up_and_none_is_negative(issue: Issue) -> None:
    found = spans(issue, STAGES, until=100)
    assert found[0].start == issue.created_at
    assert found[-1].end == 100
    assert all(a.end == b.start for a, b in pairwise(found))
    assert all(span.end >= span.start for span in found)
    measured = measure(issue, STAGES, until=100)
    unknown = sum(span.end - span.start for span in found if span.stage is None)
    assert sum(measured.seconds.values()) + unknown == 100 - issue.created_at


@given(ISSUES)
def test_active_time_is_within_the_elapsed_one(issue: Issue) -> None:
    found = measure(issue, STAGES, until=100)
    if found.elapsed_seconds is not None:
        assert found.active_seconds is not None
        assert 0 <= found.active_seconds <= found.elapsed_seconds
        assert found.flow_efficiency is None or 0 <= found.flow_efficiency <= 1
    assert found.direct_to_done == (found.state == "done" and found.started_at is None)
    assert (found.active_seconds is None) == (found.started_at is None)


@given(ISSUES, st.randoms(use_true_random=False))
def test_the_order_in_which_a_history_is_told_is_no_matter(issue: Issue, random: object) -> None:
    apart = list({change.at: change for change in issue.changes}.values())
    shuffled = list(apart)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one = Issue(issue.created_at, issue.status, apart)
    other = Issue(issue.created_at, issue.status, shuffled)
    assert measure(one, STAGES, until=100) == measure(other, STAGES, until=100)


def _moments() -> st.SearchStrategy[list[sprint.Moment]]:
    made = st.lists(st.builds(sprint.Moment, st.integers(-50, 150), st.booleans()), max_size=5)
    return made.map(lambda told: sorted(told, key=lambda one: one.at))


MEMBERS = st.lists(
    st.builds(
        sprint.Member,
        issue=st.integers(0, 10**6),
        within=_moments(),
        done=_moments(),
        estimates=st.lists(
            st.builds(
                sprint.Estimate, st.integers(-50, 150), st.none() | st.integers(0, 13).map(float)
            ),
            max_size=3,
        ).map(lambda told: sorted(told, key=lambda one: one.at)),
    ),
    max_size=8,
    unique_by=lambda one: one.issue,
)


@given(MEMBERS, st.lists(st.integers(0, 100), max_size=4))
def test_a_sprint_ends_with_what_it_took_on_less_what_was_removed(
    members: list[sprint.Member], moments: list[int]
) -> None:
    found = sprint.measure(members, start=0, end=100, moments=moments)
    taken = found.committed.issues + found.added.issues - found.removed.issues
    assert taken == found.completed.issues + found.carried_over.issues
    last = found.burn_up[-1]
    assert last.scope.issues == taken
    assert last.done.issues == found.completed.issues
    assert found.burn_up[0].scope.issues == found.committed.issues
    assert all(point.done.issues <= point.scope.issues for point in found.burn_up)
