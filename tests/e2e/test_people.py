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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_team_and_its_forms(
    windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme
) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Administrator"))
    visitor.open("/people?tab=teams&team=team-a")
    page = visitor.page
    expect(page.get_by_role("region", name="Members of")).to_be_visible()
    for act in ("Add a person …", "Rename or move …"):
        page.get_by_role("button", name=act).click()
        visitor.look(f"people-team-{act.split()[0].lower()}-{width}-{scheme}")
        page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="End the membership").first.click()
    visitor.look(f"people-team-end-{width}-{scheme}")


def test_a_team_is_made_and_somebody_comes_and_goes_by_keyboard(
    windows: Windows, signed_in: SignedIn
) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    visitor.open("/people?tab=teams")
    page = visitor.page
    press = page.keyboard.press
    page.get_by_role("button", name="Add a team").focus()
    press("Enter")
    page.keyboard.type("Mobile")
    visitor.look("people-team-new")
    press("Enter")
    expect(page.get_by_role("heading", name="Mobile")).to_be_visible()
    page.get_by_role("button", name="Add a person").focus()
    press("Enter")
    page.keyboard.type("Max")
    # All people stand there until the search has answered.
    expect(page.get_by_role("option")).to_have_text(["Max Roe"])
    visitor.look("people-team-somebody")
    # Who comes by a slow answer is not chosen beforehand.
    press("ArrowDown")
    press("Enter")
    press("Enter")
    expect(page.get_by_text("Max Roe is in Mobile from")).to_be_visible()
    visitor.look("people-team-came")
    page.get_by_role("button", name="End the membership of Max Roe").focus()
    press("Enter")
    press("Enter")
    expect(page.get_by_text("Max Roe is in Mobile up to")).to_be_visible()
    press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    visitor.look("people-team-tree")


def test_a_lead_sees_the_teams_alone_and_changes_none(
    windows: Windows, signed_in: SignedIn
) -> None:
    visitor = windows.open(state=signed_in("Lead of team a"))
    visitor.open("/pull-requests")
    page = visitor.page
    page.get_by_role("link", name="People & teams").click()
    page.get_by_role("button", name="Team-A").click()
    expect(page.get_by_role("region", name="Members of Team-A")).to_be_visible()
    visitor.look("people-team-as-lead")
    expect(page.get_by_role("dialog").get_by_role("button")).to_have_count(1)
    expect(page.get_by_role("tab")).to_have_count(0)
