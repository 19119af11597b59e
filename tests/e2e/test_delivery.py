"""The page of delivery: as it looks, what its controls do to the address, and the way from a figure to a change."""

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
    visitor.open("/delivery?team=department&considered=all")
    page = visitor.page
    for key in ("Deployment frequency", "Lead time for changes", "Change failure rate"):
        expect(page.get_by_role("region", name=key, exact=True)).to_contain_text("DORA report of")
    expect(page.locator(".recharts-bar-rectangle").first).to_be_visible()
    expect(page.get_by_role("region", name="What may be a deployment")).to_contain_text("docs")
    visitor.look(f"delivery-{width}-{scheme}")

    rows = page.get_by_role("region", name="Deployments", exact=True).get_by_role("row")
    rows.filter(has_text="Failed in use").first.get_by_role("button").click()
    expect(page.get_by_role("dialog")).to_contain_text("Why it is a deployment")
    expect(page.get_by_role("dialog")).to_contain_text("Fixed by")
    visitor.look(f"deployment-{width}-{scheme}")


def test_filters_stand_in_the_address_and_survive_a_reload(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/delivery?team=department")
    page.get_by_role("combobox", name="Environment").click()
    page.get_by_role("option", name="Staging").click()
    page.get_by_role("combobox", name="Service").click()
    page.get_by_role("option", name=re.compile("repo")).first.click()
    page.get_by_role("button", name="Changes", exact=True).click()
    page.get_by_role("button", name="Show deployments, week by week as table").click()
    expect(page.get_by_role("region", name="The four keys of each week")).to_be_visible()
    shown = visitor.address_shown()
    for part in ("environment=staging", "service=", "repository=", "sort=-changes", "tables="):
        assert part in shown

    page.reload(wait_until="networkidle")
    assert visitor.address_shown() == shown
    expect(page.get_by_role("region", name="The four keys of each week")).to_be_visible()
    expect(page.get_by_role("combobox", name="Environment")).to_have_value("Staging")
    visitor.look("delivery-filtered")


def test_each_key_explains_itself(visitor: Visitor) -> None:
    visitor.open("/delivery?team=department")
    page = visitor.page
    page.get_by_role("button", name="Explain change failure rate").click()
    card = page.get_by_role("dialog", name="Explain change failure rate")
    expect(card).to_contain_text("Version")
    expect(card).to_contain_text("attempts that did not come up")
    visitor.look("delivery-explain")


def test_from_a_deployment_to_its_change_and_with_the_team_to_other_pages(
    visitor: Visitor,
) -> None:
    visitor.open("/delivery?team=department&days=30")
    page = visitor.page
    rows = page.get_by_role("region", name="Deployments", exact=True).get_by_role("row")
    rows.filter(has_text="Succeeded").first.get_by_role("button").click()
    page.get_by_role("dialog").get_by_role("link").nth(1).click()
    expect(page).to_have_url(re.compile(r"/pull-requests\?team=department&days=30&pr=\d+"))
    expect(page.get_by_role("dialog")).to_contain_text("Stages")


def test_the_palette_changes_the_range_of_the_page_that_is_open(visitor: Visitor) -> None:
    visitor.open("/delivery?team=department")
    page = visitor.page
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Go to")).to_be_visible()
    page.keyboard.type("365")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/delivery\?team=department&days=365"))


def test_nothing_in_the_range_offers_the_nearest(visitor: Visitor) -> None:
    visitor.open("/delivery?team=department&from=2020-01-01&to=2020-02-01")
    page = visitor.page
    expect(page.get_by_text("Nothing was deployed to production")).to_be_visible()
    visitor.look("delivery-nothing-in-range")
    page.get_by_role("button", name=re.compile("^Show .* \N{EN DASH} ")).click()
    expect(page.get_by_role("region", name="Lead time for changes")).to_be_visible()


def test_an_administrator_corrects_what_fixed_one_and_takes_it_back(
    windows: Windows, signed_in: SignedIn
) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    visitor.open("/delivery?outcome=failed_in_use")
    page = visitor.page
    table = page.get_by_role("region", name="Deployments", exact=True)
    table.get_by_role("row").nth(1).get_by_role("button").click()
    drawer = page.get_by_role("dialog", name="Deployment")
    drawer.get_by_role("button", name="Correct this").click()
    drawer.get_by_placeholder("Choose").click()
    page.get_by_role("option", name="is no fix of it").first.click()
    drawer.get_by_label("Reason").fill("It was a drill.")
    visitor.look("delivery-correcting")
    drawer.get_by_role("button", name="Record it").click()
    expect(drawer.get_by_role("list", name="Corrections")).to_contain_text("It was a drill.")
    visitor.look("delivery-corrected")
    drawer.get_by_role("button", name="Take back").click()
    expect(drawer.get_by_text("It was a drill.")).to_have_count(0)
