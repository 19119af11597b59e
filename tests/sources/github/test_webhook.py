"""Every payload that GitHub's own examples hold is understood, and leads to the object that it is about."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from backend.connections.manifest import EVENTS
from backend.sources.changed import Changed, InvalidPayload
from backend.sources.github.webhook import _EVENTS, action, changed
from backend.sources.models import Hint

EXAMPLES = (
    Path(__file__).parents[2] / "simulators" / "node_modules" / "@octokit" / "webhooks-examples"
)
Kind = Hint.Kind
SHA = "0123456789" * 4
REPOSITORY = {"id": 2**40, "default_branch": "main"}


def examples(server: str) -> list[tuple[str, dict[str, Any]]]:
    listed = json.loads((EXAMPLES / server / "index.json").read_text())
    return [(event["name"], payload) for event in listed for payload in event["examples"]]


def test_all_329_examples_lead_to_the_right_hint() -> None:
    payloads = examples("api.github.com")
    assert len(payloads) == 329
    found: Counter[tuple[str, str]] = Counter()
    for event, payload in payloads:
        hint = changed(event, payload)
        if hint is None:
            continue
        assert action(payload) == payload.get("action", "")
        found[event, hint.kind] += 1
        if Kind(hint.kind) in {Kind.TEAMS, Kind.CONNECTION}:
            assert hint.container_external_id is None
        else:
            assert hint.container_external_id == payload["repository"]["id"]
        assert hint.key == _key(event, payload)
    assert found == {
        ("check_run", Kind.CHECKS): 3,
        ("check_suite", Kind.CHECKS): 4,
        ("create", Kind.TAGS): 5,
        ("delete", Kind.TAGS): 4,
        ("deployment", Kind.DEPLOYMENTS): 4,
        ("deployment_status", Kind.DEPLOYMENTS): 4,
        ("installation", Kind.CONNECTION): 7,
        ("installation_repositories", Kind.CONNECTION): 3,
        ("member", Kind.CONNECTION): 4,
        ("membership", Kind.TEAMS): 5,
        ("organization", Kind.CONNECTION): 5,
        ("public", Kind.REPOSITORY): 3,
        ("pull_request", Kind.PULL_REQUEST): 29,
        ("pull_request_review", Kind.PULL_REQUEST): 4,
        ("pull_request_review_comment", Kind.PULL_REQUEST): 5,
        ("pull_request_review_thread", Kind.PULL_REQUEST): 3,
        ("push", Kind.COMMITS): 2,
        ("push", Kind.TAGS): 5,
        ("release", Kind.RELEASES): 13,
        ("repository", Kind.REPOSITORY): 13,
        ("status", Kind.CHECKS): 4,
        ("team", Kind.TEAMS): 6,
        ("workflow_job", Kind.WORKFLOW_RUN): 2,
        ("workflow_run", Kind.WORKFLOW_RUN): 3,
    }


def _key(event: str, payload: dict[str, Any]) -> str:
    """Where each event names its object."""
    if event.startswith("pull_request"):
        return str(payload["pull_request"]["number"])
    paths = {
        "check_run": ("check_run", "head_sha"),
        "check_suite": ("check_suite", "head_sha"),
        "status": ("sha",),
        "workflow_run": ("workflow_run", "id"),
        "workflow_job": ("workflow_job", "run_id"),
    }
    value: Any = payload if event in paths else ""
    for name in paths.get(event, ()):
        value = value[name]
    return str(value)


@pytest.mark.parametrize("server", ["ghes-31", "ghes-32", "ghes-33", "ghes-34", "ghes-35"])
def test_what_old_servers_send_is_understood(server: str) -> None:
    payloads = examples(server)
    told = {event for event, payload in payloads if changed(event, payload) is not None}
    assert {"pull_request", "pull_request_review", "deployment", "release", "team"} <= told


def test_every_event_that_is_asked_for_is_read() -> None:
    assert set(EVENTS) <= set(_EVENTS)


@pytest.mark.parametrize(
    ("event", "more", "expected"),
    [
        ("create", {"ref_type": "branch", "ref": "topic"}, None),
        ("delete", {"ref_type": "branch", "ref": "topic"}, None),
        ("create", {"ref_type": "tag", "ref": "v1"}, ("tags", "")),
        ("push", {"ref": "refs/heads/topic"}, None),
        ("push", {"ref": "refs/tags/v1"}, ("tags", "")),
        ("push", {"ref": "refs/heads/main"}, ("commits", "")),
        ("check_run", {"action": "created", "check_run": {"head_sha": SHA}}, None),
        ("check_run", {"action": "completed", "check_run": {"head_sha": SHA}}, ("checks", SHA)),
        ("check_suite", {"action": "requested", "check_suite": {"head_sha": SHA}}, None),
        ("status", {"state": "pending", "sha": SHA}, None),
        ("status", {"state": "failure", "sha": SHA}, ("checks", SHA)),
        ("workflow_run", {"action": "requested", "workflow_run": {"id": 7}}, None),
        ("workflow_job", {"action": "queued", "workflow_job": {"id": 8, "run_id": 7}}, None),
        (
            "workflow_job",
            {"action": "completed", "workflow_job": {"id": 8, "run_id": 2**40}},
            ("workflow_run", str(2**40)),
        ),
        ("merge_group", {"action": "checks_requested", "merge_group": {}}, None),
        ("star", {"action": "created"}, None),
        ("from_a_later_version", {}, None),
    ],
)
def test_only_what_changes_something_kept_is_a_hint(
    event: str, more: dict[str, Any], expected: tuple[str, str] | None
) -> None:
    found = changed(event, {"repository": REPOSITORY} | more)
    assert found == (expected and Changed(expected[0], 2**40, expected[1]))


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("check_run", {"action": "completed"}),
        ("check_run", {"action": "completed", "check_run": {"head_sha": "main"}}),
        ("check_run", {"action": "completed", "check_run": {"head_sha": SHA + "\n"}}),
        ("check_suite", {"action": "completed", "check_suite": {"head_sha": None}}),
        ("status", {"state": "success", "sha": 7}),
        ("workflow_run", {"action": "completed", "workflow_run": {"id": "7"}}),
        ("workflow_job", {"action": "completed", "workflow_job": {"run_id": -1}}),
        ("push", {"ref": None}),
        ("release", {"repository": None}),
        ("deployment", {"repository": {"id": 0}}),
        ("create", {"ref_type": "tag", "repository": {}}),
    ],
)
def test_what_has_not_githubs_shape_is_no_hint(event: str, payload: dict[str, Any]) -> None:
    with pytest.raises(InvalidPayload):
        changed(event, {"repository": REPOSITORY} | payload)


@pytest.mark.parametrize("word", ["a\0b", "a" * 61, ["opened"], "on-demand", 7])
def test_an_action_is_a_word(word: object) -> None:
    with pytest.raises(InvalidPayload):
        action({"action": word})
