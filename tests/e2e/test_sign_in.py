"""From the enrolment link to the page, and back out."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignedIn, Site
from tests.e2e.visitor import PASSWORD, WIDTHS, Scheme, Windows


def test_a_newcomer_enrols_and_signs_in_again(site: Site, windows: Windows) -> None:
    visitor = windows.open()
    visitor.enrol(site.enrolment_links["Newcomer"], look=True)
    page = visitor.page
    expect(page.get_by_role("heading", name="Pull requests", level=1)).to_be_visible()

    page.get_by_role("button", name="account of Newcomer").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")
    visitor.open("/pull-requests?days=30")
    page.get_by_label("Email").fill("newcomer@plumbline.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/accounts/2fa/authenticate/**")
    visitor.look("second-factor-asked")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_sign_in_page(windows: Windows, width: str, scheme: Scheme) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme)
    visitor.open("/pull-requests")
    expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()
    visitor.look(f"sign-in-{width}-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["2fa", "sessions"])
def test_pages_about_the_own_account(
    windows: Windows, signed_in: SignedIn, path: str, scheme: Scheme
) -> None:
    visitor = windows.open(scheme=scheme, state=signed_in("Lead of team a"))
    visitor.open(f"/accounts/{path}/")
    visitor.look(f"account-{path}-{scheme}")
