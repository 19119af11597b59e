"""The connector against a Jira that nobody here wrote. Where that one differs from Jira: docs/integrations.md."""

from collections.abc import Iterator

import httpx
import pytest

from backend.connections.models import Connection
from backend.connections.store import add_connection
from backend.delivery.models import Issue, IssueTransition, Project, Sprint
from backend.metrics.issues.compute import measure
from backend.metrics.models import IssueFact
from backend.sources.jira import issues
from backend.sources.jira.check import check
from backend.sources.jira.client import Jira
from backend.sources.jira.projects import collect_project, collect_projects
from backend.sources.jira.session import open_jira
from backend.sources.jira.sprints import collect_sprints
from tests.simulators import jira820
from tests.simulators.jira import World, running

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with jira820.running() as url:
        yield url


@pytest.fixture
def connection(address: str) -> Connection:
    return add_connection(kind="jira_dc", url=address, token="any-token-will-do")


@pytest.fixture
def jira(connection: Connection) -> Iterator[Jira]:
    with open_jira(connection) as session:
        yield session


def _filled(connection: Connection, jira: Jira, monkeypatch: pytest.MonkeyPatch) -> Project:
    """All in one page: of a further one it does not understand the time."""
    monkeypatch.setattr(issues, "LARGEST_PAGE", 1000)
    jira._size.value = jira._size.largest = 1000
    collect_projects(connection, jira)
    project = Project.objects.get(key=jira820.PROJECT)
    collect_project(project, jira)
    issues.collect_project_issues(project, jira)
    return project


def test_it_is_known_for_what_it_is(jira: Jira) -> None:
    server = jira.server()
    assert (server.version, server.is_cloud) == ("8.20.8", False)
    found = check(jira)
    assert found.version == "8.20.8"
    assert found.usable


def test_custom_fields_are_found(jira: Jira) -> None:
    known = jira.discover()
    assert {one.taken_for for one in known.mapped} >= {"story_points", "epic_link", "sprint"}


def test_a_project_is_read_whole(
    connection: Connection, jira: Jira, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = _filled(connection, jira, monkeypatch)
    assert project.statuses.exists()
    # Its issues tell another id of their project than the project does.
    held = Issue.objects.filter(project__key=project.key).count()
    assert held == jira.count(f"project = {project.key}")
    assert IssueTransition.objects.filter(kind="status").exists()
    assert Issue.objects.exclude(assignee=None).exists()
    while measure():
        pass
    assert IssueFact.objects.filter(state="done", direct_to_done=True).exists()
    assert IssueFact.objects.filter(state="in_progress").exclude(started_at=None).exists()


def test_reading_it_again_changes_nothing(
    connection: Connection, jira: Jira, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = _filled(connection, jira, monkeypatch)
    before = list(Issue.objects.order_by("pk").values())
    issues.collect_project_issues(project, jira, full=True)
    assert list(Issue.objects.order_by("pk").values()) == before


def test_boards_and_sprints_are_read(connection: Connection, jira: Jira) -> None:
    collect_projects(connection, jira)
    collect_sprints(connection, jira)
    assert Sprint.objects.exclude(board=None).exists()


SAME = (
    *("serverInfo", "myself", "field", "status", "issuetype", "project"),
    "search?jql=project%20%3D%20{project}&maxResults=1&expand=changelog",
)


@pytest.mark.parametrize("path", SAME, ids=[path.partition("?")[0] for path in SAME])
def test_the_simulated_jira_has_what_it_has(address: str, path: str) -> None:
    """Of every answer that is read of both: the same names, as far as the simulated one tells them at all."""
    world = World()
    world.add_token("t")
    issue = world.create_issue(world.create_project("FORGE"), points=1.0)
    world.assign(issue, world.create_user("dev0001"))
    with running(world) as simulator:
        ours = httpx.get(
            f"{simulator.url}/rest/api/2/{path.format(project='FORGE')}",
            headers={"Authorization": "Bearer t"},
        ).json()
    theirs = httpx.get(f"{address}/rest/api/2/{path.format(project=jira820.PROJECT)}").json()
    assert type(ours) is type(theirs)
    one, other = (found[0] if isinstance(found, list) else found for found in (ours, theirs))
    assert READ[path.partition("?")[0]] <= one.keys() & other.keys()


READ = {
    "serverInfo": {"version", "deploymentType", "serverTime", "baseUrl"},
    "myself": {"name", "key", "timeZone"},
    "field": {"id", "name", "custom"},
    "status": {"id", "name", "statusCategory"},
    "issuetype": {"id", "name", "subtask"},
    "project": {"id", "key", "name"},
    "search": {"startAt", "maxResults", "total", "issues"},
}
"""What the connector reads of each."""
