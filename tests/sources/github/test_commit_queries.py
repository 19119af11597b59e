"""What is asked of GraphQL about commits and files is valid, by old servers' schema as well, and costs a point."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse, validate

from backend.delivery.models import Repository
from backend.sources.github import commit_sizes
from backend.sources.github.client import GitHub
from backend.sources.github.commit_blobs import (
    BLOBS_A_REQUEST,
    FILE_COUNT,
    IS_BINARY,
    TEXT,
    TIP,
    Tip,
    blobs_query,
)
from backend.sources.github.commit_messages import MESSAGES_A_REQUEST, messages_query
from tests.simulators.github.graph.limits import complexity
from tests.simulators.github.graph.schema import load_schema
from tests.sources.github.test_queries import queries

ALL = (
    TIP,
    FILE_COUNT,
    messages_query(MESSAGES_A_REQUEST),
    *(blobs_query(BLOBS_A_REQUEST, fields) for fields in (IS_BINARY, TEXT)),
)


@pytest.mark.parametrize("reduced", [False, True])
@pytest.mark.parametrize("rate_limit", [False, True])
def test_every_query_is_valid_and_cheap(reduced: bool, rate_limit: bool) -> None:  # noqa: FBT001
    schema = load_schema(reduced=reduced, rate_limited=rate_limit)
    asked = queries(new=not reduced, rate_limit=rate_limit)
    for text in ALL:
        document = parse(asked.fit(text))
        assert validate(schema, document) == []
        (operation,) = document.definitions
        assert isinstance(operation, OperationDefinitionNode)
        assert complexity(document, operation, {}).points == 1


@pytest.mark.django_db
def test_text_is_asked_of_attributes_and_owners_alone(
    stored: Repository, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(query: str, variables: dict[str, Any], **_: object) -> dict[str, Any]:
        if "text" in query:
            asked.extend(value for name, value in variables.items() if name.startswith("e"))
        names = [name for name in variables if name.startswith("e")]
        return {"repository": dict.fromkeys(names)}

    github.queries  # noqa: B018 - what the server understands is asked once, and not here
    monkeypatch.setattr(github, "ask", ask)
    commit_sizes.refresh_attributes(stored, github, Tip("a" * 40, 1))
    owners = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
    assert sorted(asked) == sorted(f"{'a' * 40}:{path}" for path in (".gitattributes", *owners))
