"""The page of data quality: as it looks, its filters, another try, and the badge that leads to it."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignedIn
from tests.e2e.visitor import WIDTHS, Scheme, Windows


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page(windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Administrator"))
    visitor.open("/data-quality")
    page = visitor.page
    expect(page.get_by_role("heading", name="Data quality", level=1)).to_be_visible()
    page.get_by_role("button", name="org/with-a-gap", exact=True).click()
    kinds = page.get_by_role("region", name="Kinds of org/with-a-gap")
    expect(kinds).to_contain_text("2 parked")
    expect(page).to_have_url(re.compile(r"open=\d+"))
    page.evaluate("scrollTo(0, 0)")  # what the sticky header covers cannot be judged
    visitor.look(f"data-quality-{width}-{scheme}")


def test_filters_are_in_the_address(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    visitor.open("/data-quality?show=incomplete")
    page = visitor.page
    table = page.get_by_role("region", name="Repositories and kinds")
    expect(table).to_contain_text("org/lost")
    expect(table).not_to_contain_text("org/left-out")
    page.get_by_label("Search by the repository's name").fill("gap")
    expect(page).to_have_url(re.compile("q=gap"))
    expect(table).not_to_contain_text("org/lost")
    page.get_by_label("Search by the repository's name").fill("no such")
    page.get_by_role("button", name="Show all").click()
    expect(table).to_contain_text("org/left-out")
    visitor.look("data-quality-filtered")


def test_a_lead_sees_the_sums(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Lead of team a"))
    visitor.open("/data-quality")
    expect(visitor.page.get_by_text("These are the sums over all repositories")).to_be_visible()
    expect(visitor.page.get_by_text("org/with-a-gap")).to_have_count(0)
    visitor.look("data-quality-sums")


def test_a_badge_leads_from_a_figure_to_the_page(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Lead of team a"))
    visitor.open("/pull-requests?team=department")
    page = visitor.page
    page.get_by_role("button", name="Cycle time rests on incomplete data").click()
    expect(page.get_by_text("not read to the end yet")).to_be_visible()
    visitor.look("incomplete-badge")
    page.get_by_role("link", name="See the data quality").click()
    expect(page.get_by_role("heading", name="Data quality", level=1)).to_be_visible()


def test_what_was_given_up_is_tried_again(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    visitor.open("/data-quality")
    page = visitor.page
    page.get_by_role("button", name="Try again: org/with-a-gap, one pull request: 7").click()
    expect(page.get_by_text("1 will be tried again.")).to_be_visible()
    expect(page.get_by_text("one pull request: 7")).to_have_count(0)
    expect(page.get_by_text("one pull request: 12")).to_be_visible()
    visitor.look("data-quality-retried")
