"""API tokens in one's account, and who has access in the administration, at a desk and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignedIn
from tests.e2e.visitor import WIDTHS, Scheme, Windows

REVIEW = {"access": "accountaccess", "reviews": "accessreview", "checklists": "checklist"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_token_is_made_shown_once_and_revoked(
    windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme
) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Lead of team a"))
    page, name = visitor.page, f"Sheet of the {width} in {scheme}"
    visitor.open("/accounts/tokens/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("read figures").check()
    page.get_by_role("button", name="Make the token").click()
    expect(page.locator("code").first).to_have_text(re.compile(r"^plb_[-\w]{43}$"))
    visitor.look(f"token-made-{width}-{scheme}")
    page.get_by_role("link", name="I have kept it, go on").click()
    expect(page.get_by_role("link", name=f"Revoke {name}")).to_be_visible()
    visitor.look(f"tokens-{width}-{scheme}")
    page.get_by_role("link", name=f"Revoke {name}").click()
    visitor.look(f"token-revoke-{width}-{scheme}")
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_role("link", name=f"Revoke {name}")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", sorted(REVIEW))
def test_who_has_access(windows: Windows, signed_in: SignedIn, name: str, scheme: Scheme) -> None:
    visitor = windows.open(scheme=scheme, state=signed_in("Administrator"))
    visitor.open(f"/admin/accounts/{REVIEW[name]}/")
    visitor.look(f"administration-{name}-{scheme}")
