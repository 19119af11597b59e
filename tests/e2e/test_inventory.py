"""Governance, Data inventory: as it looks, its search in the address, and the documents that are downloaded."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignedIn
from tests.e2e.visitor import WIDTHS, Scheme, Windows


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page(windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Administrator"))
    visitor.open("/governance/inventory")
    page = visitor.page
    expect(page.get_by_role("heading", name="What is stored")).to_be_visible()
    page.get_by_text("delivery.repository", exact=True).click()
    columns = page.get_by_role("region", name="Columns of delivery.repository")
    expect(columns).to_contain_text("name_with_owner")
    page.evaluate("scrollTo(0, 0)")
    visitor.look(f"inventory-{width}-{scheme}")
    page.get_by_text("May enter", exact=True).click()
    expect(page.get_by_role("heading", name="What we read and do not keep")).to_be_visible()
    visitor.look(f"inventory-entering-{width}-{scheme}")
    page.get_by_text("Documents", exact=True).click()
    expect(page.get_by_role("heading", name="Privacy notice")).to_be_visible()
    visitor.look(f"inventory-documents-{width}-{scheme}")
    page.get_by_text("At rest", exact=True).click()
    expect(page.get_by_text("Nobody judges the disks of this machine")).to_be_visible()
    visitor.look(f"inventory-at-rest-{width}-{scheme}")


def test_what_is_looked_for_is_in_the_address(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    visitor.open("/governance/inventory?class=secret")
    page = visitor.page
    expect(page.get_by_role("region", name="Columns of accounts.user")).to_contain_text("password")
    expect(page.get_by_role("region", name="Columns of people.person")).to_have_count(0)
    page.get_by_label("Search by name, purpose or note").fill("webhook")
    expect(page).to_have_url(re.compile("q=webhook"))
    expect(page.get_by_role("region", name="Columns of accounts.user")).to_have_count(0)
    expect(page.get_by_role("region", name="Columns of connections.webhooksecret")).to_be_visible()
    visitor.look("inventory-secrets")


def test_a_document_is_downloaded(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    visitor.open("/governance/inventory?view=documents")
    page = visitor.page
    with page.expect_download() as download:
        page.get_by_role("link", name="Privacy notice as PDF").click()
    assert download.value.suggested_filename == "privacy-notice.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF-")
