"""The page of what left the appliance: as it looks, and a destination by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignedIn
from tests.e2e.visitor import WIDTHS, Scheme, Windows

PAGE = "/governance/outbound"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page(windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Administrator"))
    visitor.open(PAGE)
    page = visitor.page
    expect(page.get_by_text("sign-in.plumbline.example:443")).to_be_visible()
    expect(page.get_by_text("Not configured").first).to_be_visible()
    visitor.look(f"outbound-{width}-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_destination(windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Administrator"))
    visitor.open(f"{PAGE}?span=7")
    page = visitor.page
    named = page.get_by_role("table").get_by_role("button", name="ghes.example:443", exact=True)
    named.first.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    drawer.locator("summary", has_text="PullRequests").click()
    expect(drawer.get_by_text("repository.pullRequests.nodes.title")).to_be_visible()
    visitor.look(f"outbound-destination-{width}-{scheme}")
