"""Webhooks: what GitHub's own schemas allow, signed, delivered once."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema.validators import Draft7Validator

from tests.simulators.github import World, running
from tests.simulators.github.event_payloads import EVENTS
from tests.simulators.github.records import PullRequest, Repository

SECRET = "a-secret-of-the-tests"
SCHEMAS = Path(__file__).parent / "node_modules" / "@octokit" / "webhooks-schemas" / "schema.json"


ACTIONS = {
    *("check_run.created", "check_run.completed", "check_suite.completed", "status"),
    *("workflow_run.requested", "workflow_run.completed"),
    *("workflow_job.queued", "workflow_job.in_progress", "workflow_job.completed"),
    *("deployment.created", "deployment_status.created", "release.published", "release.deleted"),
    *("create", "delete", "push", "pull_request.synchronize", "pull_request.edited"),
    *("pull_request.auto_merge_enabled", "pull_request.auto_merge_disabled"),
    *("pull_request.enqueued", "pull_request.dequeued", "merge_group.destroyed"),
    *("pull_request_review.dismissed", "pull_request_review_thread.resolved"),
    *("repository.renamed", "repository.transferred", "repository.edited", "repository.deleted"),
    *("organization.member_added", "member.added", "membership.removed", "team.edited"),
}


@contextmanager
def receiver(status: int = 202) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A URL, and what was sent to it."""
    received: list[tuple[dict[str, str], bytes]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((dict(self.headers.items()), body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hooks/github/1", received
        server.shutdown()
        thread.join()


def a_busy_day(world: World) -> None:
    """Every verb once."""
    (forge,) = world.organizations.values()
    author, reviewer = world.create_user("dev0001"), world.create_user("dev0002")
    team = world.create_team(forge, "Team A", [author])
    world.add_member(forge, team, reviewer)
    repository = world.create_repository(forge, "app")
    pr = world.open_pull_request(repository, author, draft=True, labels=["area: app"])
    world.mark_ready(pr)
    world.convert_to_draft(pr)
    world.mark_ready(pr)
    world.request_review(pr, reviewer)
    world.request_review(pr, team)
    world.remove_review_request(pr, team)
    review = world.add_review(pr, reviewer, "CHANGES_REQUESTED", body="Please change this.")
    world.push_commit(pr)
    world.dismiss_review(pr, review, author)
    world.rename_title(pr, "A better title")
    world.add_label(pr, "area: other")
    world.force_push(pr, [[("src/other.py", 3, 0)]])
    world.close(pr)
    world.reopen(pr)
    number = world.add_thread(pr, reviewer)
    world.resolve_thread(pr, number)
    world.resolve_thread(pr, number, resolved=False)
    world.create_branch(repository, "release")
    world.change_base(pr, "release")
    world.change_base(pr, "main")
    world.enable_auto_merge(pr, author)
    world.disable_auto_merge(pr, author, reason="Checks failed")
    world.enable_auto_merge(pr, author, how="squash")
    world.enqueue(pr, author)
    world.dequeue(pr, author)
    world.enqueue(pr, author)
    machines_at_work(world, pr)
    world.merge(pr, reviewer)
    world.delete_head(pr)
    world.restore_head(pr)
    world.merge(world.open_pull_request(repository, author), reviewer, how="rebase")
    world.force_branch(repository, repository.commits[0])
    world.rename_team(forge, team, "Team B")
    world.join_organization(forge, reviewer)
    world.add_collaborator(repository, reviewer)
    world.remove_member(forge, team, reviewer)
    world.leave_organization(forge, reviewer)
    world.delete_team(forge, team)
    life_of_a_repository(world, repository)


def machines_at_work(world: World, pr: PullRequest) -> None:
    """Checks, statuses, runs, deployments, releases and tags."""
    repository, bot = pr.repository, world.create_user("bot0001", kind="Bot")
    world.finish_check(world.check(pr, "lint", None), "TIMED_OUT")
    world.check(pr, "build", external_id="a-build")
    world.set_status(pr, "ci/unit", "PENDING")
    world.set_status(pr, "ci/unit", "SUCCESS", creator=bot)
    run = world.run_workflow(pr, jobs={"build": "FAILURE", "docs": "SKIPPED", "test": None})
    world.finish_job(run.latest.jobs[-1])
    world.rerun(run, {"build": "SUCCESS"}, actor=bot)
    deployment = world.deploy(pr, "staging", None, creator=bot)
    world.set_deployment_status(deployment, "IN_PROGRESS")
    world.set_deployment_status(deployment, "SUCCESS")
    release = world.release(repository, "v1.0", draft=True, author=bot)
    world.publish(release)
    world.delete_release(release)
    world.delete_tag(world.tag(repository, "v1.0-rc1", annotated=True, tagger=bot))
    world.delete_branch(repository, "release")


def life_of_a_repository(world: World, repository: Repository) -> None:
    world.set_topics(repository, ["billing"])
    world.set_visibility(repository, "PUBLIC")
    world.set_visibility(repository, "INTERNAL")
    world.create_branch(repository, "trunk")
    world.change_default_branch(repository, "trunk")
    world.rename_repository(repository, "renamed")
    world.transfer_repository(repository, world.create_organization("other"))
    world.archive_repository(repository)
    world.unarchive_repository(repository)
    world.delete_repository(repository)


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SCHEMAS.read_text())
    return loaded


def test_every_payload_is_signed_and_fits_githubs_schema(
    world: World, schemas: dict[str, Any]
) -> None:
    with running(world) as github, receiver() as (url, received):
        hook = github.hook(url, SECRET)
        hook.ping()
        a_busy_day(world)
    assert [delivery.status for delivery in hook.deliveries] == [202] * len(received)
    told, errors = set(), []
    for headers, body in received:
        expected = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert headers["X-Hub-Signature-256"] == expected
        assert headers["X-GitHub-Enterprise-Version"] == "3.17.0"
        assert headers["X-GitHub-Hook-ID"] == "1"
        payload = json.loads(body)
        name, action = headers["X-GitHub-Event"], payload.get("action")
        told.add(f"{name}.{action}" if action else name)
        reference = f"{name}$event" if action is None else f"{name}${action}"
        definition = {"$ref": f"#/definitions/{reference}", "definitions": schemas["definitions"]}
        errors += [
            f"{reference}: {error.message[:200]}"
            for error in Draft7Validator(definition).iter_errors(payload)
        ]
    assert errors == []
    assert {name.split(".")[0] for name in told} == EVENTS.keys() | {"ping"}
    assert told >= ACTIONS
    assert len({headers["X-GitHub-Delivery"] for headers, _ in received}) == len(received)


def test_a_delivery_that_nobody_takes_is_not_repeated_but_can_be_sent_again(world: World) -> None:
    (forge,) = world.organizations.values()
    with running(world) as github, receiver() as (url, received):
        hook = github.hook("http://127.0.0.1:9/closed", SECRET)
        world.create_repository(forge, "app")
        (lost,) = hook.deliveries
        assert (lost.status, received) == (None, [])
        hook.url = url
        assert hook.send(lost) == 202
        assert received[0][0]["X-GitHub-Delivery"] == lost.guid


def test_the_canary_is_in_free_text_and_in_no_listed_field() -> None:
    marker = "CANARY-7f3a"
    world = World(canary=marker)
    forge = world.create_organization()
    with running(world) as github:
        hook = github.hook("http://127.0.0.1:9/closed", SECRET)
        repository = world.create_repository(forge, "app")
        pr = world.open_pull_request(repository, world.create_user("dev0001"))
        world.add_review(pr, world.create_user("dev0002"))
    bodies = {delivery.event: json.loads(delivery.body) for delivery in hook.deliveries}
    assert marker in bodies["pull_request"]["pull_request"]["body"]
    assert marker in bodies["pull_request_review"]["review"]["body"]
    assert marker in bodies["push"]["head_commit"]["message"]
    assert marker in bodies["repository"]["repository"]["description"]
    assert marker not in bodies["pull_request"]["pull_request"]["title"]


def test_verbs_can_be_asked_for_from_outside(world: World) -> None:
    (forge,) = world.organizations.values()
    repository = world.create_repository(forge, "app")
    pr = world.open_pull_request(repository, world.create_user("dev0001"))
    world.create_user("dev0002")
    asked = {"repository": "forge/app", "number": pr.number}
    with (
        running(world) as github,
        receiver() as (url, received),
        httpx.Client(base_url=f"{github.url}/simulator/") as http,
    ):
        assert http.post("hooks", json={"url": url, "secret": SECRET}).status_code == 200
        reviewed = http.post("acts", json={"verb": "add_review", "author": "dev0002", **asked})
        assert reviewed.json() == {"database_id": pr.reviews[0].database_id}
        merged = http.post("acts", json={"verb": "merge", "by": "dev0002", **asked})
        assert merged.json() == {"oid": repository.commits[-1].oid}
        refused = http.post("acts", json={"verb": "merge", "by": "dev0009", **asked})
        assert (refused.status_code, refused.json()["message"]) == (
            422,
            "there is nobody named 'dev0009'",
        )
    events = [headers["X-GitHub-Event"] for headers, _ in received]
    assert events == ["pull_request_review", "pull_request", "push"]
