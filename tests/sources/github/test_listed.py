"""Queries ask for nothing that the inventory does not list: judged by GitHub's own schema, type by type."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import FieldNode, TypeInfo, TypeInfoVisitor, get_named_type, parse
from graphql.language import Visitor, visit

from backend.inventory.entering.github import GITHUB
from backend.sources.github import check, checks, commit_blobs, commit_messages, deployments, survey
from backend.sources.github.queries import CAPABILITIES, PARTS, Queries
from tests.simulators.github.graph.schema import load_schema

NEW = Queries(full_database_id=True, bot_reviewers=True, rate_limit=True, status_environment=True)
LISTED: dict[str, set[str]] = {}
for _source in GITHUB:
    for _one in _source.objects:
        for _type in (_one.of or _one.model).split():
            LISTED.setdefault(_type, {"typename"}).update(_one.names)


def texts() -> dict[str, str]:
    """Every query, by the name of its operation and a number."""
    return {
        f"{number}-{_operation(text)}": NEW.fit(text)
        for number, text in enumerate(
            [
                *(NEW.pull_requests, NEW.pull_request, NEW.teams, NEW.members),
                *(NEW.part(name) for name in PARTS),
                *survey.texts(),
                *(checks.query(2), checks.MORE_RUNS, checks.more_suites()),
                *(
                    listing.query(keys_only=keys_only)
                    for listing in deployments.Listing.__subclasses__()
                    for keys_only in (False, True)
                ),
                deployments.MORE_STATUSES,
                *(commit_blobs.TIP, commit_blobs.FILE_COUNT),
                commit_blobs.blobs_query(2, commit_blobs.TEXT),
                commit_blobs.blobs_query(2, commit_blobs.IS_BINARY),
                commit_messages.messages_query(2),
                check._TEAMS,
            ]
        )
    }


def _operation(text: str) -> str:
    found = re.search(r"query (\w+)", text)
    assert found
    return found[1]


def unlisted(text: str) -> Iterator[str]:
    """Fields that are asked for and not listed for their type."""
    found: list[str] = []
    info = TypeInfo(load_schema(reduced=False, rate_limited=True))

    class Fields(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            parent = get_named_type(info.get_parent_type())
            assert parent is not None
            name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", node.name.value).lower().strip("_")
            if name not in LISTED.get(parent.name, ()):
                found.append(f"{parent.name}.{name}")

    visit(parse(text), TypeInfoVisitor(info, Fields()))
    yield from found


@pytest.mark.parametrize("name", texts())
def test_every_field_that_is_asked_for_is_listed(name: str) -> None:
    assert list(unlisted(texts()[name])) == []


def test_every_query_is_looked_at() -> None:
    """Of the capabilities of a server names of types and fields are asked, and nothing else."""
    known = {name.partition("-")[2] for name in texts()} | {_operation(CAPABILITIES)}
    folder = Path(survey.__file__).parent
    written = {
        name
        for path in folder.glob("*.py")
        for name in re.findall(r"query ([A-Z]\w+)[(\s{]", path.read_text())
    }
    assert written <= known, "a query that texts() does not know"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("bodyText", "PullRequest.body_text"),
        ("title: bodyText", "PullRequest.body_text"),
        ("comments(first: 1) { nodes { id } }", "IssueCommentConnection.nodes"),
        ("author { ... on User { email } }", "User.email"),
        ("... on Node { ... on PullRequest { bodyHTML } }", "PullRequest.body_html"),
    ],
    ids=["field", "alias", "connection", "address", "fragment"],
)
def test_a_planted_field_is_found(asked: str, told: str) -> None:
    text = (
        f'query {{ repository(owner: "o", name: "n") {{ pullRequest(number: 1) {{ {asked} }} }} }}'
    )
    assert told in unlisted(text)
