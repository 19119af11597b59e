"""A Jira is connected in the administration, by hand, and its issues come to the page of issues."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from backend.connections.models import Connection
from tests.e2e.conftest import SignedIn, Site
from tests.e2e.visitor import Windows
from tests.pipeline.state import collect
from tests.simulators.jira import Simulator, World, running

TOKEN = "the-token-of-the-jira-in-the-browser"


@pytest.fixture
def jira() -> Iterator[Simulator]:
    world = World(now=time.time() - 5 * 86_400)
    world.add_token(TOKEN)
    mill = world.create_project("MILL")
    for _ in range(4):
        issue = world.create_issue(mill)
        world.set_status(issue, "In Progress")
        world.set_status(issue, "Done")
    with running(world, cloud=False, path="/jira") as server:
        yield server


def work() -> None:
    """What the worker would do by now, for the connection that was added last."""
    collect(Connection.objects.latest("pk"))


def test_a_jira_is_added_and_its_issues_are_read(
    site: Site, windows: Windows, signed_in: SignedIn, jira: Simulator
) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    page = visitor.page
    visitor.open("/admin/connections/connection/add/")
    page.get_by_label("Kind").select_option(label="Jira Data Center")
    page.get_by_label("Address:", exact=True).fill(f"{jira.url}/browse/MILL-1")
    page.get_by_label("With a personal access token").check()
    page.get_by_label("Token:", exact=True).fill(TOKEN)
    page.get_by_label("Projects:", exact=True).fill("MILL")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Leave out “/browse/MILL-1”")).to_be_visible()
    visitor.look("admin-jira-refused")

    page.get_by_label("Address:", exact=True).fill(jira.url)
    page.get_by_label("Token:", exact=True).fill(TOKEN)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("the worker is testing it")).to_be_visible()
    assert TOKEN not in page.content()
    visitor.look("admin-jira-added")

    site.run(work)
    page.reload()
    expect(page.get_by_text("Working").first).to_be_visible()
    visitor.look("admin-jira-read")
    visitor.open("/issues?project=MILL&tables=%5B%22weeks%22%5D")
    table = page.get_by_role("region", name="Issues", exact=True)
    expect(table.get_by_role("row")).to_have_count(5)
    visitor.look("issues-of-a-new-jira")
