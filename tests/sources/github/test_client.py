"""GitHub's two interfaces as calls: who we are, what we may see, and each refusal in words that help."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from backend.sources.errors import CredentialRefused, NotFound, SourceError
from backend.sources.github.client import GitHub, PageLost
from backend.sources.shapes import UnexpectedShape
from tests.simulators.github import Simulator, World, running
from tests.sources.github.conftest import TOKEN
from tests.sources.serving import Answer, serving


@contextmanager
def speaking(body: bytes, **headers: str) -> Iterator[GitHub]:
    """A session with a server that always says the same."""

    def answer(_: object) -> Answer:
        return 200, headers, body

    with serving(answer) as (url, _), GitHub(url=url, token=TOKEN) as github:
        yield github


def test_who_we_are(github: GitHub) -> None:
    found = github.identify()
    assert found.login == "plumbline-reader"
    assert found.version.startswith("3.")
    assert found.scopes is not None
    assert {"repo", "read:org"} <= found.scopes


def test_a_revoked_token_is_refused(server: Simulator) -> None:
    with GitHub(url=server.url, token="ghp_revoked_long_ago") as github:
        with pytest.raises(CredentialRefused) as caught:
            github.identify()
        with pytest.raises(CredentialRefused):
            github.ask("query { viewer { login } }", {})
    assert "new one" in caught.value.action
    assert "ghp_" not in caught.value.reason


def test_repositories_are_followed_to_the_last_page(world: World, github: GitHub) -> None:
    for number in range(205):
        world.create_repository(world.organizations["forge"], f"app{number}")
    for organisation in ("forge", ""):
        names = [repository.full_name for repository in github.repositories(organisation)]
        assert len(set(names)) == len(names) == 205


def test_a_repository_is_found_by_its_id_whatever_its_name(world: World, github: GitHub) -> None:
    repository = world.create_repository(world.organizations["forge"], "app")
    world.rename_repository(repository, "renamed")
    assert github.repository(repository.database_id).full_name == "forge/renamed"
    world.delete_repository(repository)
    with pytest.raises(NotFound):
        github.repository(repository.database_id)


@pytest.mark.parametrize("reduced", [False, True])
@pytest.mark.parametrize("rate_limit", [None, 5000])
def test_one_question_tells_what_a_server_knows(
    world: World,
    reduced: bool,  # noqa: FBT001
    rate_limit: int | None,
) -> None:
    with (
        running(world, reduced=reduced, rate_limit=rate_limit) as server,
        GitHub(url=server.url, token=TOKEN) as github,
    ):
        text = github.queries.pull_requests
        assert github.queries.pull_requests == text
        assert server.ledger.counts["graphql"] == 1
    assert ("fullDatabaseId" in text) is not reduced
    assert ("... on Bot { login databaseId }" in text) is not reduced
    assert ("rateLimit" in text) is (rate_limit is not None)


def test_points_and_requests_are_counted(github: GitHub) -> None:
    github.ask("query { rateLimit { cost } viewer { login } }", {})
    assert (github.usage.requests, github.usage.points) == (1, 1)


# -- limits and refusals that come with status 200 -----------------------------------------------------------------


def test_a_used_up_limit_tells_when_to_come_back(server: Simulator, github: GitHub) -> None:
    server.faults.arm("rate_limited", on="graphql")
    with pytest.raises(SourceError) as caught:
        github.ask("query { viewer { login } }", {})
    assert caught.value.retry_at is not None
    assert datetime.now(UTC) - timedelta(seconds=1) <= caught.value.retry_at
    assert not caught.value.permanent
    assert server.ledger.counts["graphql"] == 1


@pytest.mark.parametrize(("after", "seconds"), [(None, 60), (5, 5)])
def test_a_secondary_limit_tells_when_to_come_back(
    server: Simulator, github: GitHub, after: int | None, seconds: int
) -> None:
    server.faults.arm("secondary_limit", on="rest", retry_after=after)
    with pytest.raises(SourceError) as caught:
        list(github.repositories("forge"))
    wait = (caught.value.retry_at or datetime.max.replace(tzinfo=UTC)) - datetime.now(UTC)
    assert timedelta(seconds=seconds - 5) < wait <= timedelta(seconds=seconds)


def test_the_secondary_limit_of_graphql_comes_with_a_message_alone() -> None:
    body = (
        b'{"errors": [{"type": "RATE_LIMIT", "message": "API rate limit exceeded for user ID 1"}]}'
    )
    with speaking(body) as github, pytest.raises(SourceError) as caught:
        github.ask("query { viewer { login } }", {})
    assert caught.value.retry_at is not None


@pytest.mark.parametrize(
    ("error", "kind", "permanent"),
    [
        ('{"type": "NOT_FOUND", "message": "Could not resolve"}', NotFound, True),
        ('{"type": "FORBIDDEN", "message": "Resource not accessible"}', SourceError, True),
        ('{"type": "INSUFFICIENT_SCOPES", "message": "needs read:org"}', SourceError, True),
        ('{"type": "INVALID_CURSOR_ARGUMENTS", "message": "`x` is no cursor"}', PageLost, False),
        ('{"message": "Field \'x\' does not exist"}', SourceError, True),
        ('"not an object"', UnexpectedShape, True),
    ],
)
def test_an_error_in_a_good_answer_is_an_error(
    error: str,
    kind: type[SourceError],
    permanent: bool,  # noqa: FBT001
) -> None:
    body = f'{{"data": null, "errors": [{error}]}}'.encode()
    with speaking(body) as github, pytest.raises(SourceError) as caught:
        github.ask("query { viewer { login } }", {})
    assert type(caught.value) is kind or kind is SourceError
    assert caught.value.permanent is permanent
    assert caught.value.action


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"{}", b'{"data": null}', b"null", b""])
def test_an_answer_of_another_shape_is_an_error_of_the_source(body: bytes) -> None:
    with speaking(body) as github:
        with pytest.raises(SourceError):
            github.ask("query { viewer { login } }", {})
        with pytest.raises(SourceError):
            github.repository(1)
        if body != b"[]":
            with pytest.raises(SourceError):
                list(github.repositories("forge"))


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"null", b'{"installed_version": 3}', b'{"a": 1}'])
def test_what_is_no_github_server_is_told_so(body: bytes) -> None:
    with speaking(body) as github, pytest.raises(SourceError) as caught:
        github.identify()
    assert caught.value.permanent
    assert "address" in caught.value.action


def test_a_truncated_answer_is_asked_for_again(server: Simulator, github: GitHub) -> None:
    server.faults.arm("truncated", on="graphql", times=2)
    assert github.ask("query { viewer { login } }", {})["viewer"]["login"] == "plumbline-reader"
    assert server.ledger.counts["graphql"] == 3
