"""What github.com really answered, recorded by Octokit, passes through the client."""

import json

import pytest

from backend.sources.errors import Forbidden, NotFound, SourceError, Unprocessable
from backend.sources.github import payloads
from backend.sources.github.client import GitHub, next_page
from backend.sources.http import Client
from backend.sources.shapes import read
from tests.simulators.github.recorded import Recording, exchanges, replayed

OWNER = "/repos/octokit-fixture-org"
READ = (
    "add-and-remove-repository-collaborator",
    "branch-protection",
    "create-status",
    "get-content",
    "get-organization",
    "get-repository",
    "get-root",
    "git-refs",
    "labels",
    "paginate-issues",
    "release-assets",
    "release-assets-conflict",
    "rename-repository",
    "search-issues",
)
"""Every scenario in which something is read as JSON."""


def session(recording: Recording) -> GitHub:
    return GitHub(url=recording.url, token="a-token-of-the-tests")


def bare(recording: Recording) -> Client:
    return Client(base_url=recording.url, headers={"Accept": "application/vnd.github+json"})


@pytest.mark.parametrize("scenario", READ)
def test_every_recorded_reading_passes(scenario: str) -> None:
    """The body as it was recorded, or the right kind of refusal; redirects are followed to their end."""
    recorded = [one for one in exchanges(scenario) if one.method == "GET"]
    assert recorded
    with replayed(scenario) as recording, session(recording) as github:
        while wanted := next((one for one in recording.waiting if one.method == "GET"), None):
            if wanted.status == 404:
                with pytest.raises(NotFound):
                    github.get(wanted.path)
                continue
            answer = github.get(wanted.path)
            assert answer.status == 200
            if wanted.status == 200:
                assert answer.body == json.loads(recording.here(json.dumps(wanted.body)))
                assert answer.etag == wanted.headers.get("etag", "")
        assert recording.strange == []


def test_a_renamed_repository_is_found_at_its_id() -> None:
    with replayed("rename-repository") as recording, session(recording) as github:
        answer = github.get(f"{OWNER}/rename-repository")
        assert [one.method for one in recording.waiting] == ["PATCH"] * 3
        assert github.usage.requests == 2
    found = read(payloads.Repository, answer.body)
    assert (found.id, found.full_name) == (1000, "octokit-fixture-org/rename-repository-newname")
    assert answer.body["name"] == "rename-repository-newname"


def test_what_is_written_follows_a_rename_with_its_method_and_body() -> None:
    with replayed("rename-repository") as recording, bare(recording) as client:
        path = f"/api/v3{OWNER}/rename-repository"
        client.patch(path, {"name": "rename-repository-newname"})
        answer = client.patch(path, {"name": "rename-repository-newname", "description": "test"})
        assert answer.body["description"] == "test description"
        assert (recording.strange, [one.method for one in recording.waiting]) == ([], ["GET"] * 2)


def test_pages_are_followed_by_their_links_to_the_end() -> None:
    with replayed("paginate-issues") as recording, session(recording) as github:
        numbers: list[int] = []
        url: str | None = f"{OWNER}/paginate-issues/issues"
        parameters: dict[str, str | int] | None = {"per_page": 3}
        while url:
            answer = github.get(url, parameters)
            numbers += [issue["number"] for issue in answer.body]
            url, parameters = next_page(answer.headers), None
        assert numbers == list(range(13, 0, -1))
        assert (recording.waiting, recording.strange) == ([], [])


def test_a_repository_is_reduced_to_what_may_enter() -> None:
    with replayed("get-repository") as recording, session(recording) as github:
        found = read(payloads.Repository, github.get(f"{OWNER}/hello-world").body)
    assert (found.full_name, found.archived, found.fork) == (
        "octokit-fixture-org/hello-world",
        False,
        False,
    )
    assert set(found.model_dump()) == set(payloads.Repository.model_fields)


def test_recorded_refusals_are_told_apart() -> None:
    with replayed("branch-protection") as recording, session(recording) as github:
        with pytest.raises(NotFound) as gone:
            github.get(f"{OWNER}/branch-protection/branches/main/protection")
        assert gone.value.permanent
    with replayed("errors") as recording, bare(recording) as client:
        with pytest.raises(Unprocessable) as wrong:
            client.post(f"/api/v3{OWNER}/errors/labels", {"name": "foo", "color": "invalid"})
        assert not isinstance(wrong.value, Forbidden)


def test_what_was_not_recorded_fails() -> None:
    with replayed("get-root") as recording, session(recording) as github:
        with pytest.raises(SourceError):
            github.get("/of/our/own")
        assert set(recording.strange) == {"GET /of/our/own"}
