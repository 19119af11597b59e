"""Maintenance as a visitor meets it: a banner, then a closed door that opens again, at a desk and on a phone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from backend.appliance import maintenance
from tests.e2e.conftest import SignedIn, Site
from tests.e2e.visitor import WIDTHS, Scheme, Windows

MESSAGE = "We put in new disks, which takes an hour."


def _begin(closes_at: datetime, allowed: list[str]) -> None:
    maintenance.begin(message=MESSAGE, closes_at=closes_at, allowed=allowed)


@pytest.fixture(autouse=True)
def _open_afterwards(site: Site) -> Iterator[None]:
    yield
    site.run(maintenance.end)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_is_told_then_closed_then_open(
    site: Site, windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme
) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Lead of team a"))
    page = visitor.page
    site.run(_begin, datetime.now(UTC) + timedelta(hours=1), [])
    page.wait_for_timeout(2_500)  # for as long, a process goes by what it knows
    visitor.open("/pull-requests")
    notice = page.get_by_role("complementary", name="Maintenance")
    expect(notice).to_contain_text("Plumbline closes for maintenance on")
    expect(notice).to_contain_text(MESSAGE)
    visitor.look(f"maintenance-announced-{width}-{scheme}")
    visitor.open("/accounts/")
    expect(page.get_by_text(MESSAGE)).to_be_visible()
    visitor.look(f"maintenance-announced-account-{width}-{scheme}")
    visitor.open("/pull-requests")
    site.run(_begin, datetime.now(UTC), [])
    page.wait_for_timeout(2_500)
    # An open page leaves for the closed door when it next asks for something.
    page.get_by_role("link", name="Data quality", exact=True).first.click()
    expect(page.get_by_role("heading", name="Closed for maintenance")).to_be_visible()
    expect(page.get_by_text(MESSAGE)).to_be_visible()
    visitor.complaints.clear()  # browsers note every 503
    visitor.look(f"maintenance-closed-{width}-{scheme}")
    site.run(_begin, datetime.now(UTC), ["127.0.0.1", "::1"])
    page.wait_for_timeout(2_500)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("complementary", name="Maintenance")).to_contain_text(
        "Closed for maintenance since"
    )
    visitor.look(f"maintenance-let-in-{width}-{scheme}")
