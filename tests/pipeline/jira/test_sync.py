"""What is stored is what the Jira has: at first, after every kind of change, and when nothing changed."""

import pytest

from backend.connections.models import JiraSettings
from backend.connections.store import JiraChoice, add_connection, set_jira
from backend.delivery.models import (
    Board,
    Issue,
    IssueStatus,
    IssueTransition,
    Project,
    ProjectVersion,
    PullRequestIssueKey,
    Sprint,
)
from backend.delivery.store import store_pull_requests
from backend.metrics.issues import rows
from backend.metrics.issues.named import issues_of
from backend.metrics.models import IssueFact
from backend.people.models import Identity
from backend.people.names import Names
from backend.sources import hints
from backend.sources.jira import census
from backend.sources.models import Cursor, Hint, SyncRun
from tests.delivery.records import a_pull_request
from tests.factories import History, a_repository
from tests.pipeline.jira.conftest import TOKEN, Source, stored
from tests.pipeline.state import row_versions
from tests.simulators.jira import World, running
from tests.simulators.jira.records import Project as Simulated

pytestmark = pytest.mark.django_db


def _forge(source: Source) -> Simulated:
    return next(iter(source.world.projects.values()))


def test_a_small_world_is_stored_as_it_is(source: Source) -> None:
    world, forge = source.world, _forge(source)
    dev = world.create_user("dev0001")
    epic = world.create_issue(forge, type="Epic", by=dev)
    issue = world.create_issue(forge, by=dev, epic=epic)
    sprint = world.create_sprint(world.create_board(forge))
    version = world.create_version(forge, "1.0", "2026-03-20")
    issue.fix_versions.append(version)
    world.plan(issue, sprint, by=dev)
    world.estimate(issue, 5.0, by=dev)
    world.assign(issue, dev, by=dev)
    world.start_sprint(sprint)
    world.set_status(issue, "In Progress", by=dev)
    world.set_status(issue, "Done", by=dev)
    world.link(issue, "blocks", epic)
    source.collect()
    found = Issue.objects.get(key="FORGE-2")
    assert found.parent_external_id == epic.id
    assert (found.estimate, found.sprints, found.fix_versions) == (5.0, [sprint.id], [version.id])
    assert (found.status.name, found.status.category, found.resolution) == ("Done", "done", "Done")
    assert found.assignee is not None
    assert found.assignee.login == "dev0001"
    kinds = found.transitions.order_by("occurred_at", "external_id").values_list("kind", flat=True)
    assert list(kinds) == ["sprint", "estimate", "assignee", "status", "status"]
    assert found.links.get().other_external_id == epic.id
    assert found.resolved_at is not None
    assert int(found.resolved_at.timestamp()) == int(issue.resolved or 0)
    assert Sprint.objects.get().state == "active"
    # Only the Cloud tells whose board it is.
    assert (Board.objects.get().project is not None) == source.jira.cloud
    assert ProjectVersion.objects.get().is_released
    assert SyncRun.objects.exclude(outcome="succeeded").count() == 0
    assert not Hint.objects.exists()
    cursor = Cursor.objects.get(project__key="FORGE", kind="issues")
    assert (cursor.expected, cursor.held, cursor.gap) == (2, 2, "")


def test_nothing_changed_writes_nothing_and_asks_once(source: Source) -> None:
    for _ in range(5):
        source.world.create_issue(_forge(source))
    source.collect()
    source.ask()
    before = row_versions()
    source.jira.ledger.clear()
    source.ask()
    assert row_versions() == before
    assert source.jira.ledger.counts["search"] == 1


def test_every_change_is_found_by_its_time(source: Source) -> None:
    world, forge = source.world, _forge(source)
    issues = [world.create_issue(forge) for _ in range(3)]
    source.collect()
    world.set_status(issues[1], "In Progress")
    world.create_issue(forge)
    source.ask()
    assert stored() == {
        "FORGE-1": "To Do",
        "FORGE-2": "In Progress",
        "FORGE-3": "To Do",
        "FORGE-4": "To Do",
    }


def test_a_moved_issue_keeps_its_history(source: Source) -> None:
    world, forge = source.world, _forge(source)
    issue = world.create_issue(forge)
    world.set_status(issue, "In Progress")
    mill = world.create_project("MILL")
    source.collect()
    world.move(issue, mill)
    source.ask()
    found = Issue.objects.get()
    assert (found.key, found.project.key) == ("MILL-1", "MILL")
    assert set(found.keys.values_list("key", flat=True)) == {"FORGE-1", "MILL-1"}
    assert "status" in found.transitions.values_list("kind", flat=True)


def test_a_deleted_issue_is_found_by_the_census_and_marked(source: Source) -> None:
    world, forge = source.world, _forge(source)
    first, second = world.create_issue(forge), world.create_issue(forge)
    source.collect()
    world.delete(first)
    source.ask()
    assert len(stored()) == 2
    source.ask(Hint.Kind.CENSUS, container_external_id=Project.objects.get().external_id)
    assert list(stored()) == [second.key]
    assert Issue.objects.count() == 2
    assert Cursor.objects.get(project__key="FORGE", kind="issues").gap == ""


def test_the_census_brings_what_was_missed(source: Source) -> None:
    world, forge = source.world, _forge(source)
    world.create_issue(forge)
    source.collect()
    Issue.objects.all().delete()
    source.ask(Hint.Kind.CENSUS, container_external_id=Project.objects.get().external_id)
    assert list(stored()) == ["FORGE-1"]


def _census(source: Source) -> None:
    source.ask(Hint.Kind.CENSUS, container_external_id=Project.objects.get().external_id)


def test_a_census_ends_though_more_differs_than_a_slice_looks_at(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index that is damaged: it does not tell of issues that are there all the same."""
    monkeypatch.setattr(census, "LOOKED_AT", 2)
    world, forge = source.world, _forge(source)
    issues = [world.create_issue(forge) for _ in range(6)]
    source.collect()
    hidden, told = {one.id for one in issues[:3]}, census._ids
    monkeypatch.setattr(census, "_ids", lambda project, jira: told(project, jira) - hidden)
    world.delete(issues[0])
    _census(source)
    assert len(stored()) == 5
    assert SyncRun.objects.filter(kind="census", outcome="succeeded").count() == 2


def test_an_issue_that_cannot_be_read_stops_no_census(source: Source) -> None:
    world, forge = source.world, _forge(source)
    gone = world.create_issue(forge)
    source.collect()
    world.create_issue(forge).created = None  # type: ignore[assignment] # what a fault leaves behind
    world.delete(gone)
    _census(source)
    assert stored() == {}
    run = SyncRun.objects.get(kind="census")
    assert run.outcome == "succeeded"
    assert "unexpected shape" in run.reason


def test_an_issue_dated_ahead_hides_no_later_change(source: Source) -> None:
    world, forge = source.world, _forge(source)
    ahead, other = world.create_issue(forge), world.create_issue(forge)
    source.collect()
    ahead.updated = world.now + 30 * 86_400
    source.ask()
    world.tick(7_200)
    world.set_status(other, "Done")
    source.ask()
    assert stored()[other.key] == "Done"


def test_a_signed_word_marks_at_once_and_an_unsigned_404_does_not(source: Source) -> None:
    world, forge = source.world, _forge(source)
    first, second = world.create_issue(forge), world.create_issue(forge)
    source.collect()
    second.hidden = True
    source.ask(Hint.Kind.ISSUE, key=str(second.id), action="updated")
    assert len(stored()) == 2
    world.delete(first)
    source.ask(Hint.Kind.ISSUE, key=str(first.id), action=hints.DELETED)
    assert list(stored()) == [second.key]


def test_projects_are_read_as_chosen(source: Source) -> None:
    world = source.world
    mill = world.create_project("MILL")
    world.create_issue(_forge(source))
    world.create_issue(mill)
    settings = JiraSettings.objects.get()
    set_jira(
        connection=source.connection, choice=JiraChoice(email=settings.email, projects=("M*",))
    )
    source.collect()
    assert list(stored()) == ["MILL-1"]
    assert Project.objects.get(key="FORGE").state == "excluded"
    set_jira(connection=source.connection, choice=JiraChoice(email=settings.email))
    source.ask(Hint.Kind.PROJECTS)
    assert list(stored()) == ["FORGE-1", "MILL-1"]


def test_a_project_that_loses_its_permission_keeps_what_it_has_and_stops_no_other(
    source: Source,
) -> None:
    world, forge = source.world, _forge(source)
    mill = world.create_project("MILL")
    world.create_issue(forge)
    lasting = world.create_issue(mill)
    source.collect()
    forge.hidden = True
    world.set_status(lasting, "In Progress")
    source.ask()
    assert Project.objects.get(key="FORGE").state == "lost_access"
    assert stored() == {"FORGE-1": "To Do", "MILL-1": "In Progress"}
    forge.hidden = False
    world.create_issue(forge)
    source.ask(Hint.Kind.PROJECTS)
    assert Project.objects.get(key="FORGE").state == "active"
    assert "FORGE-2" in stored()


def test_a_project_that_is_listed_no_more_is_looked_at_by_itself(source: Source) -> None:
    world, forge = source.world, _forge(source)
    world.create_issue(forge)
    source.collect()
    forge.hidden = True
    source.ask(Hint.Kind.PROJECTS)
    project = Project.objects.get()
    assert project.state == "lost_access"
    assert "hides it" in project.state_reason
    assert stored()


@pytest.mark.parametrize("listed", [True, False])
def test_a_renamed_project_finds_the_pull_requests_that_name_its_new_key(
    source: Source,
    *,
    listed: bool,
) -> None:
    forge = _forge(source)
    source.world.create_issue(forge)
    source.collect()
    pull = a_pull_request(title="ANVIL-1: mend")
    store_pull_requests(repository=a_repository(), pull_requests=[pull])
    forge.key = "ANVIL"
    if listed:
        source.ask(Hint.Kind.PROJECTS)
    else:
        source.ask(Hint.Kind.PROJECT, container_external_id=forge.id)
    assert Project.objects.get().former_keys == ["FORGE"]
    named = PullRequestIssueKey.objects.order_by("key").values_list("key", "found_in")
    assert list(named) == [("ANVIL-1", ["title"])]


def test_an_issue_of_a_project_that_is_not_read_is_not_stored(source: Source) -> None:
    world = source.world
    settings = JiraSettings.objects.get()
    set_jira(connection=source.connection, choice=JiraChoice(email=settings.email, projects=("X",)))
    issue = world.create_issue(_forge(source))
    source.collect()
    source.ask(Hint.Kind.ISSUE, key=str(issue.id))
    assert not Issue.objects.exists()


def test_a_status_that_is_no_more_is_known_from_histories(source: Source) -> None:
    world, forge = source.world, _forge(source)
    gone = world.create_status("Triage", "new")
    issue = world.create_issue(forge)
    world.set_status(issue, "Triage")
    world.set_status(issue, "Done")
    gone.deleted = True
    source.collect()
    assert IssueStatus.objects.get(name="Triage").category == "unknown"
    assert IssueTransition.objects.filter(kind="status").count() == 2


def test_through_the_gateway_issues_are_opened_at_the_site(world: World) -> None:
    world.site = "https://forge.atlassian.net"
    world.create_issue(next(iter(world.projects.values())))
    with running(world, cloud=True, path="/ex/jira/1f0c") as jira:
        connection = add_connection(
            kind="jira_cloud", url=jira.url, token=TOKEN, jira=JiraChoice(email=world.email)
        )
        Source(jira, connection).collect()
        issue = Issue.objects.get()
        pull = History(a_repository()).pull(None)
        PullRequestIssueKey.objects.create(pull_request=pull, key="FORGE-1", found_in=["title"])
        found = rows.detail(issue.pk, within=None, names=Names())
        assert found is not None
        (named,) = issues_of(pull.pk, within=None)
        assert found.url == named.url == "https://forge.atlassian.net/browse/FORGE-1"
        set_jira(connection=connection, choice=JiraChoice(email=world.email))
        assert JiraSettings.objects.get().site_url == world.site


def test_elsewhere_the_address_that_was_entered_is_the_one_to_open(source: Source) -> None:
    source.world.site = "https://elsewhere.example"
    source.world.create_issue(_forge(source))
    source.collect()
    found = rows.detail(Issue.objects.get().pk, within=None, names=Names())
    assert found is not None
    assert found.url == f"{source.connection.url}/browse/FORGE-1"


def test_an_account_of_an_app_is_a_bot_whose_issues_count_apart(source: Source) -> None:
    world = source.world
    person, app = world.create_user("dev0001"), world.create_user("automation")
    app.app = True
    for who in (person, app):
        issue = world.create_issue(_forge(source), by=app)
        world.assign(issue, who, by=app)
        world.set_status(issue, "In Progress", by=app)
        world.set_status(issue, "Done", by=app)
    source.collect()
    # Data Center knows no such accounts: there the organisation's own list of bots tells.
    expected = {"dev0001": False, "automation": source.jira.cloud}
    identities = Identity.objects.filter(login__in=expected)
    assert dict(identities.values_list("login", "is_bot")) == expected
    facts = IssueFact.objects.values_list("assignee__login", "is_bot")
    assert dict(facts) == expected
