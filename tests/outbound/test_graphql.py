"""The fields of a query are those that graphql-core finds in it, and no argument is told."""

from collections.abc import Iterator

import pytest
from graphql import DocumentNode, FieldNode, FragmentSpreadNode, SelectionSetNode, parse
from graphql.language import FragmentDefinitionNode, InlineFragmentNode, OperationDefinitionNode

from backend.outbound.graphql import question
from backend.sources.github import check, checks, commit_blobs, commit_messages, deployments
from tests.sources.github.test_queries import queries, texts

ODD = """
# A comment with { braces } and "quotes"
query Odd($a: [String!]! = ["}"], $b: Input = {x: {y: 1}}) @live(if: {a: true}) {
  first: thing(where: {name: "a } b", text: \"\"\"c { " d\"\"\"}) @include(if: $c) { id, ...Part }
  on
  ... @skip(if: false) { bare }
  ... on Query { query: fragment { mutation } }
}
fragment Part on Thing { id nested { ...Deep } }
fragment Deep on Thing { deep(at: "…") }
"""


def everything() -> Iterator[str]:
    for new in (True, False):
        asked = queries(new=new)
        yield from texts(asked)
        yield asked.fit(commit_blobs.TIP)
        yield asked.fit(commit_blobs.FILE_COUNT)
        yield asked.fit(commit_blobs.blobs_query(7, commit_blobs.TEXT))
        yield asked.fit(commit_messages.messages_query(3))
        yield asked.fit(checks.MORE_RUNS)
        yield asked.fit(deployments.MORE_STATUSES)
        yield check._TEAMS
    yield ODD


def leaves(document: DocumentNode) -> set[str]:
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }

    def below(selection: SelectionSetNode, above: str) -> Iterator[str]:
        for one in selection.selections:
            if isinstance(one, FragmentSpreadNode):
                yield from below(fragments[one.name.value].selection_set, above)
            elif isinstance(one, InlineFragmentNode):
                yield from below(one.selection_set, above)
            elif isinstance(one, FieldNode) and one.selection_set:
                yield from below(one.selection_set, f"{above}{one.name.value}.")
            elif isinstance(one, FieldNode):
                yield f"{above}{one.name.value}"

    (operation,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    return set(below(operation.selection_set, ""))


def test_every_query_is_read_as_graphql_reads_it() -> None:
    for text in everything():
        found = question(text)
        assert set(found.asked) == leaves(parse(text))
        assert len(set(found.asked)) == len(found.asked)


def test_arguments_and_aliases_are_not_told() -> None:
    found = question(ODD)
    assert found.name == "Odd"
    assert found.asked == (
        *("thing.id", "thing.nested.deep", "on", "bare"),
        "fragment.mutation",
    )


def test_how_many_objects_are_asked_for_makes_no_other_query() -> None:
    three, four = (question(commit_messages.messages_query(number)) for number in (3, 4))
    assert three.digest == four.digest
    assert question(commit_messages.messages_query(3).replace("message", "oid")) != three


@pytest.mark.parametrize("text", ["", "{", "query A {", "query A { ...Missing }"])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(LookupError):
        question(text)
