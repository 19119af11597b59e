"""The page of tests: as it looks, and the way from a failure rate to the commits that prove a test flaky."""

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
    visitor.open("/tests?team=department")
    page = visitor.page
    for figure in ("Failure rate", "Duration", "Queue time", "Time to feedback", "Wasted time"):
        expect(page.get_by_role("region", name=figure, exact=True)).to_contain_text(
            re.compile(r"\d")
        )
    expect(page.locator("[class*=failed][data-step]").first).to_be_visible()
    expect(page.locator(".recharts-line-curve").first).to_be_visible()
    expect(page.locator(".recharts-bar-rectangle").first).to_be_visible()
    visitor.look(f"tests-{width}-{scheme}")

    page.get_by_role("button", name="retry is deleted").click()
    drawer = page.get_by_role("dialog", name="Test")
    expect(drawer).to_contain_text("Commits that prove it flaky")
    expect(drawer).to_contain_text("To the end of")
    visitor.look(f"test-{width}-{scheme}")


def test_filters_stand_in_the_address_and_survive_a_reload(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/tests?team=department")
    rate = page.get_by_role("region", name="Failure rate", exact=True)
    everything = rate.inner_text()
    page.get_by_role("combobox", name="Workflow").click()
    page.get_by_role("option", name=re.compile("^Docs")).click()
    expect(rate).not_to_have_text(everything)
    page.get_by_text("Job", exact=True).click()
    page.get_by_text("Slowest", exact=True).first.click()
    page.get_by_role("button", name="Show what failed, day by day as table").click()
    expect(page.get_by_role("region", name="Runs that failed, by workflow and day")).to_be_visible()
    shown = visitor.address_shown()
    for part in ("workflow=Docs", "source=workflow", "by=job", "list=slowest", "tables="):
        assert part in shown
    before = rate.inner_text()

    page.reload(wait_until="networkidle")
    assert visitor.address_shown() == shown
    assert rate.inner_text() == before
    expect(page.get_by_role("heading", name="Runs by job")).to_be_visible()
    expect(page.get_by_role("combobox", name="Workflow")).to_have_value(re.compile("Docs"))
    visitor.look("tests-filtered")


def test_each_figure_explains_itself(visitor: Visitor) -> None:
    visitor.open("/tests?team=department")
    page = visitor.page
    page.get_by_role("button", name="Explain wasted time").first.click()
    expect(page.get_by_role("dialog", name="Explain wasted time")).to_contain_text("Version")
    visitor.look("tests-explain")


def test_a_cell_of_the_heat_map_says_what_it_is(visitor: Visitor) -> None:
    visitor.open("/tests?team=department")
    page = visitor.page
    panel = page.get_by_role("region", name="What failed, day by day")
    panel.locator("[class*=failed][data-step]").first.hover()
    expect(panel).to_contain_text("that failed or succeeded")
    visitor.look("tests-cell")


def test_a_team_of_one_is_kept_back_and_says_so(visitor: Visitor) -> None:
    visitor.open("/tests?team=team-of-one")
    page = visitor.page
    expect(page.get_by_text("Figures of this team are hidden in this range")).to_be_visible()
    expect(page.get_by_role("region", name="Failure rate", exact=True)).to_have_count(0)
    visitor.look("tests-suppressed")


def test_nothing_in_the_range_offers_the_nearest(visitor: Visitor) -> None:
    visitor.open("/tests?team=team-a&from=2020-01-01&to=2020-02-01")
    page = visitor.page
    visitor.look("tests-nothing-in-range")
    page.get_by_role("button", name=re.compile("^Show .* \N{EN DASH} ")).click()
    expect(page.get_by_role("region", name="Failure rate", exact=True)).to_be_visible()


def test_an_administrator_mutes_a_test_and_takes_it_back(
    windows: Windows, signed_in: SignedIn
) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    visitor.open("/tests?list=failing")
    page = visitor.page
    page.get_by_role("button", name="feed is listed").click()
    page.get_by_role("button", name="Mute …").click()
    form = page.get_by_role("form", name="Mute this test")
    form.get_by_label("Reason").fill("Its clock is being looked into.")
    visitor.look("tests-mute")
    form.get_by_role("button", name="Mute", exact=True).click()
    drawer = page.get_by_role("dialog", name="Test")
    expect(drawer).to_contain_text("Its clock is being looked into.")
    page.get_by_role("button", name="Unmute").click()
    expect(drawer).to_contain_text("Not muted")
