"""Which repositories the rules take in."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.connections.selection import Decision, judge


@dataclass
class Repo:
    name_with_owner: str = "Org/Service-One"
    topics: list[str] = field(default_factory=list)
    is_archived: bool = False
    is_fork: bool = False


@dataclass
class Rule:
    effect: str
    test: str
    pattern: str = ""


def test_without_a_rule_all_are_read() -> None:
    assert judge(Repo(), []) == Decision(chosen=True, reason="")


@pytest.mark.parametrize(
    ("rules", "chosen", "reason"),
    [
        (
            [Rule("include", "name", "service-*")],
            True,
            "Included by the rule “include name matches service-*”.",
        ),
        (
            [Rule("include", "name", "org/*")],
            True,
            "Included by the rule “include name matches org/*”.",
        ),
        (
            [Rule("include", "name", "*/service-one")],
            True,
            "Included by the rule “include name matches */service-one”.",
        ),
        ([Rule("include", "name", "other/*")], False, "No including rule takes it in."),
        ([Rule("include", "name", "org")], False, "No including rule takes it in."),
        ([Rule("exclude", "name", "old-*")], True, ""),
        ([Rule("exclude", "archived")], True, ""),
        (
            [Rule("include", "name", "*"), Rule("exclude", "name", "ORG/SERVICE-*")],
            False,
            "Excluded by the rule “exclude name matches ORG/SERVICE-*”.",
        ),
    ],
)
def test_rules_choose_by_name_and_say_why(
    rules: list[Rule],
    chosen: bool,  # noqa: FBT001 - a column of the table
    reason: str,
) -> None:
    assert judge(Repo(), rules) == Decision(chosen, reason)


def test_rules_choose_by_topic_archive_and_fork() -> None:
    team = [Rule("include", "topic", "team-*")]
    assert judge(Repo(topics=["other", "team-a"]), team).chosen
    assert not judge(Repo(topics=["steam-a"]), team).chosen
    archived = judge(Repo(is_archived=True), [Rule("exclude", "archived")])
    assert archived == Decision(chosen=False, reason="Excluded by the rule “exclude archived”.")
    assert not judge(Repo(is_fork=True), [Rule("exclude", "fork")]).chosen
    assert judge(Repo(is_fork=True), [Rule("include", "fork")]).chosen
    assert not judge(Repo(), [Rule("include", "fork")]).chosen


def test_an_unknown_test_is_no_silent_yes() -> None:
    with pytest.raises(ValueError, match="no test"):
        judge(Repo(), [Rule("exclude", "moon")])


RULES = st.lists(
    st.builds(
        Rule,
        st.sampled_from(["include", "exclude"]),
        st.sampled_from(["name", "topic", "archived", "fork"]),
        st.sampled_from(["*", "a*", "o/*", "a", "[", "o/a"]),
    ),
    max_size=5,
)
REPOSITORIES = st.builds(
    Repo,
    st.sampled_from(["o/a", "o/b", "p/a1"]),
    st.lists(st.sampled_from(["a", "b"]), max_size=2),
    st.booleans(),
    st.booleans(),
)


@given(REPOSITORIES, RULES)
def test_order_does_not_matter_and_a_further_exclusion_only_takes_away(
    repository: Repo, rules: list[Rule]
) -> None:
    chosen = judge(repository, rules).chosen
    assert judge(repository, list(reversed(rules))).chosen == chosen
    assert not judge(repository, [*rules, Rule("exclude", "name", "*")]).chosen
