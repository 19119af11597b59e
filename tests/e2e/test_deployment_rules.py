"""Rules on deployments: typed in, looked at, and stored by an administrator, at a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignedIn
from tests.e2e.visitor import WIDTHS, Scheme, Windows

PAGE = "/admin/delivery/deploymentrule/"
HOTFIXES = "/admin/delivery/hotfixrule/"


@pytest.mark.parametrize(
    ("size", "scheme"), [("desk", "light"), ("desk", "dark"), ("phone", "light")]
)
def test_a_rule_is_looked_at_before_it_is_stored(
    windows: Windows, signed_in: SignedIn, size: str, scheme: Scheme
) -> None:
    visitor = windows.open(width=WIDTHS[size], scheme=scheme, state=signed_in("Administrator"))
    visitor.open(PAGE)
    row = visitor.page.locator(".rules tbody tr").last
    row.get_by_label("Source").select_option("tag")
    row.get_by_label("Named").fill("v*")
    row.get_by_label("Counts as").select_option("staging")
    row.get_by_label("Only changes of").fill("services/api/")
    visitor.page.get_by_role("button", name="Preview").click()
    expect(
        visitor.page.get_by_role("heading", name="What these rules would change")
    ).to_be_visible()
    expect(visitor.page.get_by_label("Named").first).to_have_value("v*")
    visitor.look(f"deployment-rules-preview-{size}-{scheme}")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_what_fixes_a_deployment(windows: Windows, signed_in: SignedIn, size: str) -> None:
    visitor = windows.open(width=WIDTHS[size], state=signed_in("Administrator"))
    visitor.open(HOTFIXES)
    visitor.look(f"hotfix-rules-{size}")
