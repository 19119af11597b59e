"""The page of people and teams: as it looks, matches by keyboard, bots, and who may not see it."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignedIn
from tests.e2e.visitor import WIDTHS, Scheme, Windows

TABS = {
    "people": "Max Roe",
    "matches": "same name",
    "bots": "dependency-updates",
    "teams": "team-a",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page(windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Administrator"))
    for tab, shown in TABS.items():
        visitor.open(f"/people?tab={tab}")
        expect(visitor.page.get_by_text(shown).first).to_be_visible()
        visitor.look(f"people-{tab}-{width}-{scheme}")


def test_matches_are_judged_by_keyboard_and_a_merge_is_undone(
    windows: Windows, signed_in: SignedIn
) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    visitor.open("/people?tab=matches")
    page = visitor.page
    accept = page.get_by_role("button", name="Accept:")
    expect(accept).to_have_count(2)
    accept.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("are one person now")).to_be_visible()
    expect(accept).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing is left to be judged.")).to_be_visible()
    page.get_by_role("button", name="Undo the merge of Sam Brook").click()
    expect(page.get_by_text("undone").first).to_be_visible()
    visitor.look("people-matches-judged")


def test_a_bot_is_marked_by_hand(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    visitor.open("/people?tab=bots&show=all&q=dependency")
    page = visitor.page
    page.get_by_role("button", name="No bot: dependency-updates").click()
    expect(page.get_by_text("no bot, by hand")).to_be_visible()
    page.get_by_role("button", name="As the rules say: dependency-updates").click()
    expect(page.get_by_text("bot, by rule")).to_be_visible()
    visitor.look("people-bots-by-rule")


def test_a_lead_is_told_whom_to_ask(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Lead of team a"))
    visitor.open("/people")
    expect(visitor.page.get_by_text("are shown to administrators")).to_be_visible()
    expect(visitor.page.get_by_role("link", name="People & teams")).to_have_count(0)
    visitor.look("people-denied")
