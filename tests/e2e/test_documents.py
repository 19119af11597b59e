"""The documents that the appliance comes with: the shelf, a text with a picture, and one of wide tables."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignedIn
from tests.e2e.visitor import WIDTHS, Scheme, Windows


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_they_are_read_in_the_product(
    windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme
) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Administrator"))
    page = visitor.page
    visitor.open("/docs/")
    expect(page.get_by_role("heading", name="Security")).to_be_visible()
    visitor.look(f"documents-{width}-{scheme}")
    page.get_by_role("link", name="Security whitepaper").click()
    expect(
        page.get_by_role("heading", name="What it reads, and what it never stores")
    ).to_be_visible()
    visitor.look(f"documents-whitepaper-{width}-{scheme}")
    page.get_by_role("link", name="threat model").first.click()
    expect(page.get_by_role("img", name="Trust boundaries")).to_be_visible()
    visitor.look(f"documents-threat-model-{width}-{scheme}")
