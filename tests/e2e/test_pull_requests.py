"""The page of pull requests: as it looks, and what its controls do to the address and the figures."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignedIn
from tests.e2e.visitor import WIDTHS, Scheme, Visitor, Windows

LEAD = "Lead of team a"


@pytest.fixture
def visitor(windows: Windows, signed_in: SignedIn) -> Visitor:
    return windows.open(state=signed_in(LEAD))


def merged(page: Page) -> str:
    return page.get_by_role("region", name="Throughput").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page(windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in(LEAD))
    visitor.open("/pull-requests?team=department")
    page = visitor.page
    expect(page.get_by_role("region", name="Cycle time").first).to_contain_text("median")
    expect(page.locator(".recharts-bar-rectangle").first).to_be_visible()
    visitor.look(f"pull-requests-{width}-{scheme}")

    page.get_by_role("table").last.get_by_role("button").nth(8).click()
    expect(page.get_by_role("dialog")).to_contain_text("Stages")
    visitor.look(f"pull-request-{width}-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_opens_on_it(windows: Windows, signed_in: SignedIn, scheme: Scheme) -> None:
    visitor = windows.open(scheme=scheme, state=signed_in(LEAD))
    visitor.open("/pull-requests?team=department")
    page = visitor.page
    expect(page.locator(".recharts-bar-rectangle").first).to_be_visible()
    page.get_by_role("button", name="Explain cycle time").first.click()
    expect(page.get_by_role("dialog", name="Explain cycle time")).to_contain_text("Version")
    visitor.look(f"explain-{scheme}")
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("Data status")).click()
    expect(page.get_by_role("dialog", name=re.compile("Data status"))).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(1)
    visitor.look(f"data-status-{scheme}")
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile(" \N{EN DASH} ")).first.click()
    expect(page.get_by_role("button", name="Month before")).to_be_visible()
    visitor.look(f"calendar-{scheme}")
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Team").click()
    visitor.look(f"teams-{scheme}")


def test_filters_stand_in_the_address_and_survive_a_reload(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/pull-requests")
    expect(page.get_by_role("region", name="Throughput")).to_be_visible()
    page.get_by_role("combobox", name="Team").fill("team-b")
    page.get_by_role("option", name="Team-B").click()
    page.get_by_text("30 days", exact=True).click()
    page.get_by_role("switch", name="Include bots").click()
    page.get_by_role("button", name="Lines").click()
    page.get_by_role("button", name="Show how long they took as table").click()
    expect(page.get_by_role("region", name="Pull requests by cycle time")).to_be_visible()
    expect(page).to_have_url(re.compile("tables="))
    shown = visitor.address_shown()
    for part in ("team=team-b", "days=30", "bots=true", "sort=-size"):
        assert part in shown
    before = merged(page)

    page.reload(wait_until="networkidle")
    assert visitor.address_shown() == shown
    assert merged(page) == before
    expect(page.get_by_role("combobox", name="Team")).to_have_value(re.compile("Team-B"))
    expect(page.get_by_role("region", name="Pull requests by cycle time")).to_be_visible()
    visitor.look("filtered")

    page.go_back()
    expect(page.get_by_role("button", name="Lines")).to_be_visible()


def test_a_range_of_ones_own(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/pull-requests?team=department&days=30")
    page.get_by_role("button", name=re.compile(" \N{EN DASH} ")).first.click()
    page.get_by_role("button", name="Month before").click()
    days = page.locator("table button:not([disabled])")
    days.filter(has_text=re.compile("^5$")).first.click()
    days.filter(has_text=re.compile("^11$")).first.click()
    expect(page).to_have_url(re.compile(r"from=\d{4}-\d{2}-05&to=\d{4}-\d{2}-12"))
    expect(page.get_by_role("radio", checked=True)).to_have_count(1)
    visitor.look("own-range")


def test_a_team_of_one_is_kept_back_and_says_so(visitor: Visitor) -> None:
    visitor.open("/pull-requests?team=team-of-one")
    page = visitor.page
    expect(page.get_by_text("Figures of this team are hidden in this range")).to_be_visible()
    expect(page.get_by_role("region", name="Review rate")).to_have_count(0)
    expect(page.get_by_text("2 pull requests", exact=True)).to_be_visible()
    visitor.look("suppressed")


def test_nothing_in_the_range_offers_the_nearest(visitor: Visitor) -> None:
    visitor.open("/pull-requests?team=team-a&from=2020-01-01&to=2020-02-01")
    page = visitor.page
    visitor.look("nothing-in-range")
    page.get_by_role("button", name=re.compile("^Show .* \N{EN DASH} ")).click()
    expect(page.get_by_role("region", name="Throughput")).to_be_visible()


def test_a_dot_opens_its_pull_request(visitor: Visitor) -> None:
    visitor.open("/pull-requests?team=department")
    page = visitor.page
    x, y = visitor.first_dot("Every pull request")
    page.mouse.move(x, y)
    visitor.look("dot")
    page.mouse.click(x, y)
    expect(page.get_by_role("dialog")).to_contain_text("Events")
    expect(page).to_have_url(re.compile(r"pr=\d+"))


def test_the_palette_reaches_by_keyboard(visitor: Visitor) -> None:
    visitor.open("/pull-requests")
    page = visitor.page
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Go to")).to_be_visible()
    page.keyboard.type("365")
    visitor.look("palette")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("days=365"))
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Go to")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_colour_scheme_can_be_chosen_and_stays(visitor: Visitor) -> None:
    visitor.open("/pull-requests")
    page = visitor.page
    page.get_by_role("button", name="account of").click()
    visitor.look("account-menu")
    page.get_by_role("menuitemradio", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.reload(wait_until="networkidle")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


def test_an_unknown_address_says_so(visitor: Visitor) -> None:
    visitor.open("/no-such-page")
    expect(visitor.page.get_by_role("heading", name="There is no such page")).to_be_visible()
    visitor.look("unknown-address")


def test_the_page_prints(visitor: Visitor) -> None:
    visitor.open("/pull-requests?team=department")
    page = visitor.page
    expect(page.locator(".recharts-bar-rectangle").first).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Explain cycle time").first).to_be_hidden()
    visitor.look("print")


def test_the_first_load_stays_small(visitor: Visitor) -> None:
    """Scripts that come before the charts, as sent."""
    sizes: dict[str, int] = {}
    visitor.page.on(
        "response",
        lambda answer: sizes.update(
            {answer.url: int(answer.headers.get("content-length", "0"))}
            if answer.url.endswith(".js")
            else {}
        ),
    )
    visitor.open("/pull-requests")
    charts = [
        url
        for url in sizes
        if re.search(r"/(charts|[A-Z]\w*Chart|CartesianGrid|Distribution)", url)
    ]
    assert charts, "the charts have a chunk of their own"
    before = sum(size for url, size in sizes.items() if url not in charts)
    assert 0 < before <= 200_000
