"""From the enrolment link to the page, and back out."""

import pytest
from playwright.sync_api import expect

from tests.e2e import world
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
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_about_the_own_account(
    windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme
) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Lead of team a"))
    visitor.open("/pull-requests")
    visitor.page.get_by_role("button", name="account of Lead of team a").click()
    visitor.page.get_by_role("menuitem", name="Account settings").click()
    pages = visitor.page.get_by_role("navigation", name="Your account")
    for name in ("Account", "Second factors", "Sessions", "Password"):
        pages.get_by_role("link", name=name, exact=True).click()
        expect(pages.locator("[aria-current=page]")).to_have_text(name)
        visitor.look(f"account-{name.lower().replace(' ', '-')}-{width}-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_owner_sets_the_policy_and_is_told_what_is_not_possible(
    windows: Windows, signed_in: SignedIn, scheme: Scheme
) -> None:
    visitor = windows.open(scheme=scheme, state=signed_in("Owner"))
    page = visitor.page
    visitor.open("/admin/accounts/signinpolicy/")
    page.get_by_label("Networks that may open the administration").fill("10.0.0.0/8")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("you would lock yourself out")).to_be_visible()
    visitor.look(f"sign-in-policy-{scheme}")


@pytest.mark.parametrize("width", WIDTHS)
def test_administrators_are_told_of_an_emergency_sign_in(
    site: Site, windows: Windows, signed_in: SignedIn, width: str
) -> None:
    site.run(world.use_emergency_account)
    visitor = windows.open(width=WIDTHS[width], state=signed_in("Administrator"))
    page = visitor.page
    visitor.open("/pull-requests")
    expect(page.get_by_text("emergency@plumbline.example signed in on")).to_be_visible()
    visitor.look(f"emergency-told-{width}")
    page.get_by_role("link", name="Look into it and acknowledge it").click()
    visitor.look(f"emergency-list-{width}")
    page.locator("#action-toggle").check()
    page.get_by_label("Action:").select_option("acknowledge")
    page.get_by_role("button", name="Go").click()
    visitor.look(f"emergency-asked-{width}")
    page.get_by_role("button", name="Yes").click()
    visitor.open("/pull-requests")
    expect(page.get_by_role("heading", name="Pull requests", level=1)).to_be_visible()
    expect(page.get_by_text("emergency@plumbline.example signed in on")).to_be_hidden()
