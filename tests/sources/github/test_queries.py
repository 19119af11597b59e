"""What is asked is valid by GitHub's own schema, asks for nothing that may not enter, and costs what was reckoned."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import FieldNode, OperationDefinitionNode, parse, validate
from graphql.language import Visitor, visit

from backend.sources.github import survey
from backend.sources.github.queries import CAPABILITIES, PARTS, Queries
from backend.sources.page_size import LARGEST_PAGE
from tests.simulators.github.graph.limits import complexity
from tests.simulators.github.graph.schema import load_schema

FORBIDDEN = {
    "abstract", "bodyHTML", "bodyText", "committer", "contents", "diffHunk",
    "messageBody", "messageBodyHTML", "messageHeadline", "patch", "text", "titleHTML", "url",
}  # fmt: skip

COUNTED = {"comments", "reviewThreads"}
"""Of these the number is asked for and nothing else."""

BODIES = {"PullRequest"}
"""Fragments on what may be asked for its body, which is reduced to what it reverts before it is anywhere."""


def queries(*, new: bool = True, rate_limit: bool = True) -> Queries:
    return Queries(
        full_database_id=new,
        bot_reviewers=new,
        rate_limit=rate_limit,
        status_environment=new,
        merge_queue=new,
    )


def texts(asked: Queries) -> Iterator[str]:
    yield from (asked.pull_requests, asked.pull_request, asked.teams, asked.members)
    yield from (asked.part(name) for name in PARTS)
    yield from (asked.fit(text) for text in survey.texts())


@pytest.mark.parametrize("reduced", [False, True])
@pytest.mark.parametrize("rate_limit", [False, True])
def test_every_query_is_valid(reduced: bool, rate_limit: bool) -> None:  # noqa: FBT001
    schema = load_schema(reduced=reduced, rate_limited=rate_limit)
    for text in (*texts(queries(new=not reduced, rate_limit=rate_limit)), CAPABILITIES):
        assert validate(schema, parse(text)) == []


def test_no_text_of_people_is_asked_for() -> None:
    class Fields(Visitor):
        def enter_field(
            self,
            node: FieldNode,
            _key: object,
            _parent: object,
            _path: object,
            ancestors: list[Any],
        ) -> None:
            asked.add(node.name.value)
            if node.name.value == "body":
                assert ancestors[-2].type_condition.name.value in BODIES
            if node.name.value == "message":
                # Reduced to keys of issues before it is anywhere.
                assert ancestors[-2].name.value == "commit"
            if node.name.value == "email":
                # Kept where an account is told with it, to match people.
                assert [one.name.value for one in ancestors[-1].selections] == ["email", "user"]
            if node.name.value in COUNTED and node.selection_set is not None:
                below = [field.name.value for field in node.selection_set.selections]  # type: ignore[attr-defined]
                assert below == ["totalCount"]

    asked: set[str] = set()
    for text in texts(queries()):
        visit(parse(text), Fields())
    assert "title" in asked
    assert not asked & FORBIDDEN


def test_what_a_thousand_pull_requests_cost() -> None:
    """At most 25 base pages and 60 points."""
    document = parse(queries().pull_requests)
    (operation,) = (
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    )
    measured = complexity(document, operation, {"first": LARGEST_PAGE})
    pages = -(-1000 // LARGEST_PAGE)
    assert pages <= 25
    assert pages * measured.points <= 60
    assert not measured.too_many
