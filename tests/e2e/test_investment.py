"""The page of investment: as it looks, what its controls do to the address, and the way to the rules behind it."""

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
    visitor.open("/investment?team=department")
    page = visitor.page
    expect(page.get_by_role("button", name="New features")).to_be_visible()
    expect(page.locator(".recharts-bar-rectangle").first).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Racks can be")).first).to_have_attribute(
        "href", re.compile(r"^https://jira\.example/browse/FORGE-\d+$")
    )
    visitor.look(f"investment-{width}-{scheme}")


def test_a_category_narrows_the_list_and_stands_in_the_address(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/investment?team=department")
    page.get_by_text("Pull requests merged", exact=True).click()
    page.get_by_role("button", name="Productivity").click()
    table = page.get_by_role("region", name="Done and merged: Productivity")
    rows = table.get_by_role("region", name="Issues and pull requests").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("Productivity")
    expect(rows.nth(1)).to_contain_text(re.compile("a built-in rule|it is about FORGE"))
    page.get_by_role("button", name="Show month by month as table").click()
    shown = visitor.address_shown()
    for part in ("view=pull_requests", "category=productivity", "tables="):
        assert part in shown
    page.reload(wait_until="networkidle")
    assert visitor.address_shown() == shown
    expect(page.get_by_role("region", name="Shares of each month")).to_be_visible()
    page.get_by_role("button", name="Productivity").click()
    assert "category" not in visitor.address_shown()


def test_the_list_can_be_taken_along(visitor: Visitor) -> None:
    visitor.open("/investment?team=department&category=new_features")
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name="CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("kind,name,title,url,category,because,inherited_from,person")
    assert len(lines) > 1
    assert all(",new_features," in line for line in lines[1:])


def test_effort_explains_itself(visitor: Visitor) -> None:
    visitor.open("/investment?team=department")
    visitor.page.get_by_role("button", name="Explain effort").first.click()
    card = visitor.page.get_by_role("dialog", name="Explain effort")
    expect(card).to_contain_text("one unit")
    expect(card).to_contain_text("person-months")


def test_a_team_of_one_sees_what_it_finished_and_no_figures(visitor: Visitor) -> None:
    visitor.open("/investment?team=team-of-one")
    page = visitor.page
    expect(page.get_by_text("Figures of this team are hidden in this range")).to_be_visible()
    expect(page.get_by_role("region", name="Done and merged")).to_be_visible()
    visitor.look("investment-hidden")


def test_an_administrator_is_led_to_the_rules(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    page = visitor.page
    visitor.open("/investment?team=department&view=pull_requests")
    page.get_by_role("link", name="Add rules that sort it.").click()
    expect(page.get_by_role("heading", name="What work is an investment into")).to_be_visible()
    page.get_by_label("What is asked").first.select_option(label="repository of the pull request")
    page.get_by_label("Is", exact=True).first.fill("*")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="What these rules would change")).to_be_visible()
    visitor.look("investment-rules")
