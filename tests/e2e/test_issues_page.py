"""The page of issues: as it looks, what its controls do to the address, and the way from an issue to a pull request."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignedIn
from tests.e2e.visitor import WIDTHS, Scheme, Visitor, Windows

LEAD = "Lead of team a"


@pytest.fixture
def visitor(windows: Windows, signed_in: SignedIn) -> Visitor:
    return windows.open(state=signed_in(LEAD))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page(windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in(LEAD))
    visitor.open("/issues?team=department")
    page = visitor.page
    for name in ("Cycle time", "Flow efficiency", "Throughput", "Work in progress"):
        expect(page.get_by_role("region", name=name, exact=True)).to_be_visible()
    expect(page.locator(".recharts-bar-rectangle").first).to_be_visible()
    visitor.look(f"issues-{width}-{scheme}")

    rows = page.get_by_role("region", name="Issues", exact=True).get_by_role("row")
    rows.nth(1).get_by_role("button").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading", name="Time in each status")).to_be_visible()
    expect(drawer.get_by_role("link", name="Open in Jira")).to_have_attribute(
        "href", re.compile(r"^https://jira\.example/browse/FORGE-\d+$")
    )
    visitor.look(f"issue-{width}-{scheme}")


def test_filters_stand_in_the_address_and_survive_a_reload(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/issues?team=department")
    page.get_by_role("combobox", name="Type").click()
    page.get_by_role("option", name="Bug").click()
    page.get_by_role("combobox", name="Which issues").click()
    page.get_by_role("option", name="Direct to done").click()
    page.get_by_role("button", name="Show done and in progress, week by week as table").click()
    expect(page.get_by_role("region", name="Issues of each week")).to_be_visible()
    shown = visitor.address_shown()
    for part in ("type=Bug", "state=direct_to_done", "tables="):
        assert part in shown
    page.reload(wait_until="networkidle")
    assert visitor.address_shown() == shown
    expect(page.get_by_role("heading", name="Direct to done")).to_be_visible()


def test_a_dot_opens_its_issue(visitor: Visitor) -> None:
    visitor.open("/issues?team=department")
    page = visitor.page
    scatter = page.get_by_role("region", name="Every issue")
    expect(scatter.get_by_text(re.compile(r"^p85 \d"))).to_be_visible()
    x, y = visitor.first_dot("Every issue")
    page.mouse.move(x, y)
    expect(scatter.get_by_text(re.compile("^Done "))).to_be_visible()
    visitor.look("issue-dot")
    page.mouse.click(x, y)
    expect(page.get_by_role("dialog")).to_contain_text("Time in each status")
    assert "issue=" in visitor.address_shown()


def test_a_sprint_opens_into_its_burn_up(visitor: Visitor) -> None:
    visitor.open("/issues?team=department")
    page = visitor.page
    table = page.get_by_role("region", name="Sprints of this range")
    expect(
        table.get_by_role("row", name=re.compile("Sprint 2")).get_by_role("cell").nth(2)
    ).to_have_text(re.compile(r"^[1-9]\d* \(\d+ points\)$"))
    table.get_by_role("button", name="Sprint 2").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading", name="Burn-up")).to_be_visible()
    expect(drawer.locator(".recharts-line").first).to_be_visible()
    expect(drawer).to_contain_text("Carried over")
    assert "sprint=" in visitor.address_shown()
    visitor.look("sprint")


def test_each_figure_explains_itself(visitor: Visitor) -> None:
    visitor.open("/issues?team=department")
    page = visitor.page
    page.get_by_role("button", name="Explain cycle time").first.click()
    card = page.get_by_role("dialog", name="Explain cycle time")
    expect(card).to_contain_text("in progress")
    expect(card).to_contain_text("Version")


def test_a_range_without_issues_offers_the_nearest_one(visitor: Visitor) -> None:
    visitor.open("/issues?team=team-of-one&from=2020-01-06&to=2020-01-13")
    expect(visitor.page.get_by_text(re.compile("No issue was done"))).to_be_visible()
    visitor.look("issues-empty")


def test_a_team_of_enough_people_sees_its_figures(visitor: Visitor) -> None:
    visitor.open("/issues?team=team-a&project=FORGE")
    expect(visitor.page.get_by_role("region", name="Cycle time", exact=True)).to_be_visible()


def test_a_team_of_one_sees_its_issues_and_no_figures(visitor: Visitor) -> None:
    visitor.open("/issues?team=team-of-one")
    page = visitor.page
    expect(page.get_by_text("Figures of this team are hidden in this range")).to_be_visible()
    for name in ("Cycle time", "Throughput", "Done and in progress, week by week"):
        expect(page.get_by_role("region", name=name, exact=True)).to_have_count(0)
    for name in ("Every issue", "In progress now, by age"):
        region = page.get_by_role("region", name=name, exact=True)
        expect(region.locator("path[class*=dots]").first).to_be_attached()
        expect(region.get_by_text(re.compile("^p(50|85)"))).to_have_count(0)
    sprints = page.get_by_role("region", name="Sprints of this range")
    expect(sprints.get_by_text("hidden").first).to_be_visible()
    expect(
        page.get_by_role("region", name="Issues", exact=True).get_by_role("row").nth(1)
    ).to_be_visible()
    visitor.look("issues-suppressed")
    sprints.get_by_role("button").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Worked on by fewer than")
