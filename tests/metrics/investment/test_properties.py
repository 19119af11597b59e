"""What holds of whatever was worked on, and whatever the rules."""

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from backend.delivery.investment_rules import (
    BUILT_IN,
    ISSUE_TYPE,
    LABEL,
    Book,
    Rule,
    Work,
    judge_issue,
)
from backend.metrics.formulas.effort import UNIT, split
from backend.metrics.formulas.suppression import kept_back

NAMES: Final = st.sampled_from(["bug", "story", "task", "debt", "epic"])
WORKS: Final = st.dictionaries(
    st.integers(0, 7),
    st.builds(
        lambda kind, labels, parent: Work({ISSUE_TYPE: [kind], LABEL: labels}, parent=parent),
        NAMES,
        st.lists(NAMES, max_size=2),
        st.none() | st.integers(0, 9),
    ),
    min_size=1,
)
RULES: Final = st.lists(
    st.builds(
        Rule,
        st.sampled_from([ISSUE_TYPE, LABEL]),
        st.sampled_from(["bug", "st*", "*", "debt", "none"]),
        st.sampled_from(["improvements", "unplanned", "own"]),
    ),
    max_size=4,
)


@given(st.dictionaries(st.integers(), st.integers(0, 400), max_size=40))
def test_the_shares_of_a_persons_month_are_one(weights: dict[int, int]) -> None:
    found = split(weights)
    assert sum(found.values()) == (UNIT if any(weights.values()) else 0)
    assert all(share >= 0 for share in found.values())
    assert all(found[part] > 0 for part in found if weights[part])


@given(WORKS, RULES)
def test_categories_partition_the_work(works: dict[int, Work], rules: list[Rule]) -> None:
    """Each has one decision that says why, whatever stands above what; a circle ends."""
    own, built_in = Book(rules), Book(BUILT_IN)
    for issue in works:
        found = judge_issue(issue, works, own, built_in)
        assert (found.category is None) == (found.because == "nothing")
        if found.inherited_from is not None:
            assert found.inherited_from != issue
            book = own if found.because == "rule" else built_in
            assert book.category(works[found.inherited_from]) == found.category


@given(WORKS, RULES)
def test_rules_asked_before_are_asked_alike(works: dict[int, Work], rules: list[Rule]) -> None:
    """A book remembers names: asked in any order it says the same."""
    book = Book(rules)
    forward = [book.category(work) for work in works.values()]
    anew = Book(rules)
    assert [anew.category(work) for work in reversed(works.values())] == forward[::-1]


PEOPLE: Final = st.integers(1, 5).flatmap(
    lambda periods: st.dictionaries(
        st.integers(0, 6),
        st.lists(st.frozensets(st.integers(0, 9)), min_size=periods, max_size=periods),
    )
)


@given(PEOPLE, st.integers(1, 4))
def test_nothing_about_too_few_is_shown_or_follows(
    people: dict[int, list[frozenset[int]]], minimum: int
) -> None:
    found = kept_back(people, minimum=minimum)
    periods = range(len(next(iter(people.values()), ())))
    if found is None:
        # Not even all together would do, in some period.
        together = [set().union(*(one[period] for one in people.values())) for period in periods]
        assert any(0 < len(one) < minimum for one in together)
        return
    for part, told in people.items():
        if part not in found:
            assert all(not one or len(one) >= minimum for one in told)
    for period in periods:
        hidden = set().union(*(people[part][period] for part in found))
        assert not hidden or len(hidden) >= minimum
