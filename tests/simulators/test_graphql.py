"""GraphQL answers: valid by graphql-core itself, paged to the end, limited and priced as GitHub does."""

from typing import Any

import pytest
from graphql import execute_sync, parse, validate

from tests.simulators.conftest import TOKEN, ask, data, query
from tests.simulators.github import World, running
from tests.simulators.github.budget import Budget
from tests.simulators.github.graph import GraphEndpoint
from tests.simulators.github.graph.endpoint import Context
from tests.simulators.github.graph.limits import complexity
from tests.simulators.github.graph.schema import load_schema


@pytest.mark.parametrize(
    ("name", "variables"),
    [
        ("pull_requests", {"owner": "forge", "name": "celery", "first": 100}),
        ("org_people", {"org": "forge"}),
        (
            "default_branch_commits",
            {"owner": "forge", "name": "celery", "since": "2026-01-01T00:00:00Z"},
        ),
    ],
)
def test_answers_are_what_graphql_core_gives_without_the_short_way(
    celery: World, name: str, variables: dict[str, Any]
) -> None:
    endpoint = GraphEndpoint(celery, budget=Budget(5000))
    ours = endpoint.answer(
        {"query": query(name), "variables": variables}, celery.tokens[TOKEN], "http://ghes.example"
    )
    context = Context(
        celery, celery.tokens[TOKEN], "http://ghes.example", endpoint.budget, frozenset()
    )
    plain = execute_sync(
        endpoint.schema, parse(query(name)), context_value=context, variable_values=variables
    )
    assert plain.errors is None
    assert ours.body["data"] == plain.data


@pytest.mark.parametrize("reduced", [False, True])
def test_an_old_server_knows_neither_wide_ids_nor_bots_that_review(reduced: bool) -> None:  # noqa: FBT001
    schema = load_schema(reduced=reduced, rate_limited=True)
    errors = [
        bool(validate(schema, parse(query(name))))
        for name in ("pull_requests", "pull_requests_ghes_old")
    ]
    assert errors == [reduced, False]


def test_an_old_server_answers_its_query(world: World) -> None:
    (forge,) = world.organizations.values()
    author, bot = world.create_user("dev0001"), world.create_user("bot0001", kind="Bot")
    pr = world.open_pull_request(world.create_repository(forge, "app"), author)
    world.request_review(pr, bot)
    with running(world, reduced=True, rate_limit=5000) as github:
        found = data(github, query("pull_requests_ghes_old"), owner="forge", name="app")
    (shown,) = found["repository"]["pullRequests"]["nodes"]
    assert [item["requestedReviewer"] for item in shown["timelineItems"]["nodes"]] == [None]


def test_rate_limit_is_not_in_the_schema_where_limits_are_off(world: World) -> None:
    with running(world) as github:
        body = ask(github, "{ rateLimit { cost } }")
    assert "Cannot query field 'rateLimit'" in body["errors"][0]["message"]


def test_every_nested_page_can_be_followed_to_its_end(world: World) -> None:
    (forge,) = world.organizations.values()
    author, reviewer = world.create_user("dev0001"), world.create_user("dev0002")
    repository = world.create_repository(forge, "app")
    pr = world.open_pull_request(
        repository, author, commits=[[(f"src/{n}.py", 1, 0)] for n in range(250)]
    )
    for _ in range(5000):
        world.add_review(pr, reviewer, "COMMENTED")
    text = """query($id: ID!, $commits: String, $reviews: String, $files: String) { node(id: $id) { ... on PullRequest {
      commits(first: 100, after: $commits) { totalCount pageInfo { hasNextPage endCursor } nodes { commit { oid } } }
      reviews(first: 100, after: $reviews) { totalCount pageInfo { hasNextPage endCursor } nodes { id } }
      files(first: 100, after: $files) { totalCount pageInfo { hasNextPage endCursor } nodes { path } } } } }"""
    found: dict[str, list[str]] = {"commits": [], "reviews": [], "files": []}
    after: dict[str, str | None] = dict.fromkeys(found)
    with running(world) as github:
        while after:
            node = data(github, text, id=pr.node_id, **after)["node"]
            for name in list(after):
                found[name] += map(str, node[name]["nodes"])
                after[name] = node[name]["pageInfo"]["endCursor"]
                if not node[name]["pageInfo"]["hasNextPage"]:
                    del after[name]
        assert github.ledger.counts["nested"] == 50
    assert {name: len(set(values)) for name, values in found.items()} == {
        "commits": 250,
        "reviews": 5000,
        "files": 250,
    }


def test_pages_by_time_of_change_miss_nothing_while_things_change(world: World) -> None:
    (forge,) = world.organizations.values()
    author = world.create_user("dev0001")
    repository = world.create_repository(forge, "app")
    pulls = [world.open_pull_request(repository, author) for _ in range(30)]
    text = """query($after: String) { repository(owner: "forge", name: "app") {
      pullRequests(first: 10, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
        pageInfo { endCursor } nodes { number updatedAt } } } }"""
    seen: list[int] = []
    after = None
    with running(world) as github:
        for _ in range(3):
            page = data(github, text, after=after)["repository"]["pullRequests"]
            seen += [node["number"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            world.comment(pulls[0])
    assert sorted([*seen, 1]) == list(range(1, 31))


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("pullRequests(first: 101) { nodes { id } }", "EXCESSIVE_PAGINATION"),
        ("pullRequests { nodes { id } }", "MISSING_PAGINATION_BOUNDARIES"),
        ('pullRequests(first: 1, after: "x") { nodes { id } }', "INVALID_CURSOR_ARGUMENTS"),
        ("pullRequest(number: 7) { id }", "NOT_FOUND"),
        (
            "pullRequests(first: 100) { nodes { reviews(first: 100) { nodes { comments(first: 99) { totalCount }}}}}",
            "MAX_NODE_LIMIT_EXCEEDED",
        ),
    ],
)
def test_wrong_questions_are_refused_with_a_type(world: World, field: str, kind: str) -> None:
    (forge,) = world.organizations.values()
    world.create_repository(forge, "app")
    with running(world) as github:
        body = ask(github, f'{{ repository(owner: "forge", name: "app") {{ {field} }} }}')
    assert [error["type"] for error in body["errors"]] == [kind]


def test_an_unknown_field_is_an_error_with_status_200(world: World) -> None:
    with running(world) as github:
        assert (
            "Cannot query field 'nothing'"
            in ask(github, "{ viewer { nothing } }")["errors"][0]["message"]
        )


def test_a_page_of_25_pull_requests_costs_one_point() -> None:
    document = parse(query("pull_requests"))
    operation = document.definitions[0]
    measured = complexity(document, operation, {"first": 25})  # type: ignore[arg-type]
    assert (measured.points, measured.nodes) == (1, 25 + 25 * (20 + 4 * 100))


def test_a_used_up_budget_answers_200_with_an_error(world: World) -> None:
    with running(world, rate_limit=2) as github:
        answers = [ask(github, "{ viewer { login } }") for _ in range(3)]
        assert github.graph.budget is not None
        assert github.graph.budget.remaining == 0
    assert [answer.get("errors", [{}])[0].get("type") for answer in answers] == [
        None,
        None,
        "RATE_LIMITED",
    ]


def test_several_repositories_in_one_query_and_deleted_people(world: World) -> None:
    (forge,) = world.organizations.values()
    author = world.create_user("dev0001")
    pr = world.open_pull_request(world.create_repository(forge, "app"), author)
    world.create_repository(forge, "service")
    world.delete_account(author)
    text = """query($ids: [ID!]!) {
      a: repository(owner: "forge", name: "app") { pullRequest(number: 1) { author { login } } }
      b: repository(owner: "forge", name: "service") { nameWithOwner }
      c: repository(owner: "forge", name: "none") { id }
      nodes(ids: $ids) { id } }"""
    with running(world) as github:
        body = ask(github, text, ids=[pr.node_id, author.node_id])
    assert body["data"]["a"]["pullRequest"]["author"] is None
    assert body["data"]["b"]["nameWithOwner"] == "forge/service"
    assert body["data"]["nodes"] == [{"id": pr.node_id}, None]
    assert {error["type"] for error in body["errors"]} == {"NOT_FOUND"}
