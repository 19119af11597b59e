"""Addresses are told by their templates alone, and each with the fields that are read of its answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.sources.endpoints import NOTHING_LISTED, Catalogue, fields_of
from backend.sources.github import payloads
from backend.sources.github.endpoints import REST as GITHUB
from backend.sources.jira.endpoints import REST as JIRA

NAMES = st.text(st.characters(categories=["L", "N"], include_characters="-._"), min_size=1)


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/api/v3/meta", "GET /meta"),
        ("/meta", "GET /meta"),
        ("/api/v3/repos/forge/app", "GET /repos/*/*"),
        ("/api/v3/repositories/7", "GET /repos/*/*"),
        ("/repositories/7/actions/runs", "GET /repos/*/*/actions/runs"),
        ("/repos/actions/runs/actions/runs/9/jobs", "GET /repos/*/*/actions/runs/*/jobs"),
        ("/organizations/3/repos", "GET /orgs/*/repos"),
        ("/user/3/repos", "GET /user/repos"),
    ],
)
def test_each_form_of_an_address_is_the_same_question(path: str, template: str) -> None:
    assert GITHUB.question("GET", path, {}).name == template


@given(st.lists(NAMES, max_size=8), st.sampled_from(["GET", "POST", "PATCH"]))
def test_no_name_is_told_of_an_address_that_nobody_listed(parts: list[str], method: str) -> None:
    found = NOTHING_LISTED.question(method, "/".join(parts), {"fields": "secret name"})
    assert set(found.name.removeprefix(method)) <= set(" /*")
    assert found.asked == ()
    assert found.kept is None


@pytest.mark.parametrize("catalogue", [GITHUB, JIRA], ids=["github", "jira"])
def test_each_endpoint_finds_itself(catalogue: Catalogue) -> None:
    for endpoint in catalogue.endpoints:
        method, _, path = endpoint.template.partition(" ")
        found = catalogue.question(method, path.replace("*", "x1"), {})
        assert (found.name, found.kept) == (endpoint.template, endpoint.kept)


def test_fields_that_are_asked_for_by_name_are_told_and_nothing_else_of_a_query() -> None:
    given_ = {
        "jql": "project = SECRET",
        "fields": "summary,customfield_10016",
        "expand": "changelog",
    }
    found = JIRA.question("GET", "rest/api/2/search", given_)
    assert found.asked == ("summary", "customfield_10016", "+changelog")
    listed = JIRA.question("POST", "rest/api/3/search/jql", {"fields": ["id", "an odd one"]})
    assert listed.asked == ("id", "*")


def test_fields_are_those_of_the_model_as_the_answer_calls_them() -> None:
    assert set(fields_of(payloads.Viewer)) == {"login"}
    runs = set(fields_of(payloads.WorkflowRuns))
    assert {"total_count", "workflow_runs.actor.login", "workflow_runs.head_sha"} <= runs
    search = {one.template: one.kept for one in JIRA.endpoints}["GET /rest/api/*/search"]
    assert {
        "issues.fields.issuelinks.type.inward",
        "issues.fields.summary",
        "issues.changelog.histories.items.from",
    } <= set(search)
    assert not any("description" in name or "comment" in name for name in search)
