"""The page of delivery: as it looks, what its controls do to the address, and the way from a figure to a change."""

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
    visitor.open("/delivery?team=department")
    page = visitor.page
    for key in ("Deployment frequency", "Lead time for changes", "Change failure rate"):
        expect(page.get_by_role("region", name=key, exact=True)).to_contain_text("DORA report of")
    expect(page.locator(".recharts-bar-rectangle").first).to_be_visible()
    visitor.look(f"delivery-{width}-{scheme}")

    page.get_by_role("region", name="Deployments", exact=True).get_by_role("button").nth(8).click()
    expect(page.get_by_role("dialog")).to_contain_text("Why it is a deployment")
    visitor.look(f"deployment-{width}-{scheme}")
