"""The marker of `test_canary`, in everything that the product takes in and gives out by now, in one life of it.

Both sources with webhooks and faults, reports of tests by upload and as artifacts, deployments and incidents told by
token, the directory's words, matching, measuring, pages, exports and a dump: source code and free text are nowhere.
"""

import io
import secrets
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from backend.accounts.models import User
from backend.accounts.scim_tokens import create_scim_token
from backend.accounts.sign_ins import sign_ins
from backend.api.site import api
from backend.connections.models import Connection
from backend.connections.store import add_connection, set_webhook_secret
from backend.delivery.models import (
    ArtifactRule,
    AutomatedTest,
    Incident,
    Issue,
    ReportedDeployment,
    Repository,
    ResultUpload,
)
from backend.delivery.store.ingest_tokens import create_ingest_token
from backend.metrics.suppression.compute import recompute_if_due
from backend.people.match_run import match_people
from backend.people.models import DirectoryUser
from tests import servers
from tests.pipeline.conftest import TOKEN
from tests.pipeline.state import collect, work_to_the_end
from tests.pipeline.test_canary import SECRET, a_world, places, temporary
from tests.places import Places
from tests.sign_in import an_account, sign_in
from tests.simulators import github, jira
from tests.sources.serving import serving

__all__ = ["places", "temporary"]
USER = "urn:ietf:params:scim:schemas:core:2.0:User"


def a_report(mark: str, name: str) -> str:
    """JUnit's XML with the marker wherever a runner puts what a test has said."""
    return (
        f"<testsuite name='s' hostname='{mark}'><properties><property name='p' value='{mark}'/></properties>"
        f"<testcase classname='s' name='{name}' time='1'><failure message='{mark}'>{mark}</failure>"
        f"<system-out>{mark}</system-out><system-err>{mark}</system-err></testcase>"
        f"<system-out>{mark}</system-out></testsuite>"
    )


def a_zip(report: str, mark: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.xml", report)
        archive.writestr(f"src/{mark}.py", mark)
    return packed.getvalue()


@contextmanager
def both(
    mark: str, folder: Path
) -> Iterator[tuple[github.Simulator, jira.Simulator, list[Connection]]]:
    world, issues = a_world(mark), jira.World(canary=mark)
    world.now = int(time.time()) - 7200
    issues.add_token(TOKEN)
    with (
        github.running(world, repositories=folder) as forge,
        jira.running(issues, path="/jira") as tracker,
    ):
        sources = [
            add_connection(kind="github", url=forge.url, token=TOKEN),
            add_connection(kind="jira_dc", url=tracker.url, token=TOKEN),
        ]
        for source in sources:
            set_webhook_secret(connection=source, secret=SECRET)
        yield forge, tracker, sources


def work_of_a_day(forge: github.Simulator, tracker: jira.Simulator, mark: str, report: str) -> None:
    """What people and machines do while webhooks tell of it."""
    world, issues = forge.world, tracker.world
    repository = next(iter(world.repositories.values()))
    dev, other = world.accounts["dev0001"], world.accounts["dev0002"]
    project = next(iter(issues.projects.values()))
    issue = issues.create_issue(project, "A summary that is kept")
    issues.comment(issue)
    issues.plan(issue, issues.create_sprint(issues.create_board(project)))
    issues.set_status(issue, "In Progress")
    pr = world.open_pull_request(repository, dev, title=f"{issue.key} More", body=mark)
    world.comment(pr, count=2)
    world.add_review(pr, other, body=mark)
    world.push_commit(pr, headline="More", body=f"{issue.key} {mark}")
    run = world.run_workflow(pr)
    world.keep_artifact(run, "test-results", kept_at=report)
    world.merge(pr, other, how="merge")
    world.deploy(repository, "production", creator=dev)
    for simulator, faults in ((forge, ("graphql", "git")), (tracker, ("search",))):
        for place in faults:
            simulator.faults.arm("truncated" if place != "git" else "error", on=place)


def tell_by_token(mark: str) -> None:
    """Reports of the organisation's own systems, with more in them than is asked for."""
    repository = Repository.objects.get(name_with_owner="forge/app")
    _, token = create_ingest_token(
        repository=repository,
        name="CI",
        purposes=["deployments", "incidents", "test_results"],
        expires_at=None,
        acting_user=an_account("owner"),
    )
    client = Client()
    headers = {"Authorization": f"Bearer {token}"}
    sha = "a" * 40
    for body, wanted in ((a_report(mark, "uploaded"), 201), (f"<testsuite>{mark}<", 400)):
        answer = client.post(
            f"/api/v1/test-results?sha={sha}",
            body,
            content_type="application/xml",
            headers=headers,
        )
        assert answer.status_code == wanted, answer.content
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 600))
    told: dict[str, dict[str, Any]] = {
        "deployments": {
            "id": "one",
            "sha": sha,
            "environment": "production",
            "started_at": at,
            "finished_at": at,
            "outcome": "succeeded",
        },
        "incidents": {"id": "one", "environment": "production", "started_at": at},
    }
    for path, report in told.items():
        for extra, expected in (({}, 201), ({"description": mark}, 422)):
            answer = client.post(
                f"/api/v1/{path}", report | extra, content_type="application/json", headers=headers
            )
            assert answer.status_code == expected, answer.content


def tell_by_directory(mark: str) -> None:
    """A user with attributes that nobody asked for."""
    _, token = create_scim_token(name="Directory", expires_at=None, acting_user=an_account("owner"))
    answer = Client().post(
        "/scim/v2/Users",
        {
            "schemas": [USER],
            "userName": "ada@plumbline.example",
            "title": mark,
            "nickName": mark,
            "phoneNumbers": [{"value": mark}],
            "addresses": [{"formatted": mark}],
            "password": mark,
        },
        content_type="application/scim+json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 201, answer.content


def look_at_everything(administrator: User, mark: str) -> None:
    """Pages and exports, and one administrator's change."""
    client = sign_in(Client(), administrator)
    today = datetime.now(UTC).date()
    span = f"from={today - timedelta(days=14)}&to={today + timedelta(days=1)}"
    paths = [
        path
        for path, verbs in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
        if "get" in verbs and "{" not in path
    ]
    assert len(paths) > 30
    subject = Repository.objects.values_list("pk", flat=True)[0]
    wanted = f"&kind=repository&subject={subject}&destination=ghes.example:443"
    for path in paths:
        more = wanted if "/erasures" in path or "/outbound" in path else ""
        answer = client.get(f"{path}?{span}{more}")
        content = b"".join(answer) if answer.streaming else answer.content
        assert answer.status_code == 200, (path, content)
        assert mark.encode() not in content, path
    answer = client.get("/admin/delivery/pullrequest/")
    assert answer.status_code == 200
    assert mark.encode() not in answer.content


def a_dump(folder: Path) -> None:
    """As a backup reads the database."""
    settings = database.settings_dict
    subprocess.run(
        [
            servers.program("pg_dump"),
            *("--host", settings["HOST"], "--username", settings["USER"]),
            *("--file", folder / "dump.sql", settings["NAME"]),
        ],
        check=True,
    )


@pytest.mark.timeout(400)
def test_what_may_not_be_kept_is_nowhere_in_all_that_the_product_does(
    transactional_db: None,
    live_server: LiveServer,
    places: Places,
    temporary: Path,
    tmp_path: Path,
) -> None:
    mark = f"canary{secrets.token_hex(8)}"
    dumps = tmp_path / "dumps"
    dumps.mkdir()
    places.folders.append(dumps)
    ArtifactRule.objects.create(repositories="forge/*", artifact="test-*")
    packed = a_zip(a_report(mark, "in an artifact"), mark)
    with (
        serving(lambda _: (200, {}, packed)) as (files, seen),
        both(mark, tmp_path / "served") as (forge, tracker, sources),
    ):
        tracker.world.create_project("FORGE", "Forge")
        for source in sources:
            collect(source)
        hooks: list[Any] = [
            forge.hook(f"{live_server.url}/hooks/github/{sources[0].slug}", SECRET),
            tracker.hook(f"{live_server.url}/hooks/jira/{sources[1].slug}", SECRET),
        ]
        work_of_a_day(forge, tracker, mark, f"{files}/report.zip")
        assert all(hook.deliveries for hook in hooks)
        assert mark.encode() in b"".join(one.body for hook in hooks for one in hook.deliveries)
        for source in sources:
            work_to_the_end(source)
        tell_by_token(mark)
        tell_by_directory(mark)
        match_people(sign_ins=sign_ins())
        for source in sources:
            work_to_the_end(source)
        recompute_if_due()
        look_at_everything(an_account("administrator"), mark)
    assert seen == [""]

    # Everything was there to be kept.
    assert set(AutomatedTest.objects.values_list("name", flat=True)) == {
        *("uploaded", "in an artifact")
    }
    assert ResultUpload.objects.count() == 2
    assert Issue.objects.get().summary == "A summary that is kept"
    assert ReportedDeployment.objects.exists()
    assert Incident.objects.exists()
    assert DirectoryUser.objects.exists()
    a_dump(dumps)
    assert b"A summary that is kept" in (dumps / "dump.sql").read_bytes()
    assert places.hold(mark) == []
    said = places.output.readouterr()
    assert mark not in said.out + said.err
