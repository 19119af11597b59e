"""The pages about providers: signing in, connecting one, setting one up."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import identity
from tests.e2e.conftest import SignedIn, Site
from tests.e2e.identity import Directory
from tests.e2e.sso.steps import BUTTON, Arrange, go_there, sign_in_there
from tests.e2e.visitor import PASSWORD, WIDTHS, Scheme, Windows


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("number", [1, 6])
def test_the_sign_in_page_with_providers(
    windows: Windows, arrange: Arrange, number: int, width: str, scheme: Scheme
) -> None:
    names = (
        "Our directory",
        "Contractors",
        "GitHub",
        "Acquired company with a long name",
        "Lab",
        "Test",
    )
    there = Directory("https://login.plumbline.example")
    arrange(
        *(there.row("oidc", name=name, slug=f"d-{at}") for at, name in enumerate(names[:number]))
    )
    visitor = windows.open(width=WIDTHS[width], scheme=scheme)
    visitor.open("/pull-requests")
    expect(visitor.page.get_by_role("button", name="Continue with")).to_have_count(number)
    expect(visitor.page.get_by_label("Password")).to_be_visible()
    visitor.look(f"sso-page-{number}-{width}-{scheme}")


def test_single_sign_on_alone_leaves_break_glass_accounts_their_password(
    windows: Windows, arrange: Arrange, openid: Directory, signed_in: SignedIn
) -> None:
    signed_in("Owner")
    signed_in("Lead of team a")
    arrange(openid.row("oidc", trusts_second_factor=True), sso_only=True)
    visitor = windows.open()
    visitor.open("/pull-requests")
    page = visitor.page
    expect(page.get_by_role("button", name=BUTTON)).to_be_visible()
    expect(page.get_by_label("Password")).to_be_hidden()
    visitor.look("sso-only")
    said = [
        _by_password(page, email, password)
        for email, password in (
            ("lead-a@plumbline.example", PASSWORD),
            ("lead-a@plumbline.example", "another password"),
            ("nobody@plumbline.example", PASSWORD),
        )
    ]
    assert len(set(said)) == 1, (
        "who asks does not find out who has an account, nor a right password"
    )
    visitor.look("sso-only-refused")
    _by_password(page, "owner@plumbline.example", PASSWORD, wait="**/accounts/2fa/authenticate/**")

    other = windows.open()
    sign_in_there(go_there(other), "lead", code=True)
    expect(other.page.get_by_role("button", name="account of Known lead")).to_be_visible()


def _by_password(page: Page, email: str, password: str, wait: str = "") -> str:
    if not page.get_by_label("Password").is_visible():
        page.get_by_text("Account for emergencies").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    if wait:
        page.wait_for_url(wait)
        return ""
    error = page.locator(".message.error:visible")
    expect(error).to_be_visible()
    return error.inner_text()


def test_an_account_is_connected_and_disconnected_by_its_owner(
    windows: Windows, arrange: Arrange, openid: Directory, signed_in: SignedIn
) -> None:
    arrange(openid.row("oidc", links_by_email=False))
    visitor = windows.open(state=signed_in("Lead of team a"))
    page = visitor.page
    visitor.open("/accounts/connections/")
    visitor.look("sso-connections-none")
    page.get_by_role("button", name="Connect Our directory").click()
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        page.get_by_role("button", name="Connect Our directory").click()
    page.wait_for_url(f"{openid.url}/**")
    sign_in_there(page, "new")
    page.wait_for_url("**/accounts/connections/")
    expect(page.get_by_text("sso-new@plumbline.example")).to_be_visible()
    visitor.look("sso-connections")

    there = windows.open()
    sign_in_there(go_there(there), "new")
    there.page.wait_for_url("**/accounts/2fa/authenticate/**")

    page.get_by_role("button", name="Disconnect Our directory").click()
    expect(page.get_by_text("Disconnected.")).to_be_visible()


def test_an_owner_sets_a_provider_up_and_tests_it(
    site: Site, windows: Windows, arrange: Arrange, openid: Directory, signed_in: SignedIn
) -> None:
    arrange()
    visitor = windows.open(state=signed_in("Owner"))
    page = visitor.page
    visitor.open("/admin/accounts/identityprovider/add/")
    page.get_by_label("Kind").select_option(label="OpenID Connect")
    page.get_by_label("Name:").press_sequentially("Our OIDC")
    expect(page.get_by_label("Slug:")).to_have_value("our-oidc")
    page.get_by_label("Enabled").check()
    page.get_by_label("Address:").fill("http://login.plumbline.example")
    page.get_by_label("Client ID:").fill("plumbline")
    page.get_by_label("Client secret:").fill(identity.SECRET)
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("It must begin with https://.")).to_be_visible()
    visitor.look("admin-provider-refused")

    page.get_by_label("Address:").fill(f"{openid.url}/.well-known/openid-configuration")
    page.get_by_label("Client secret:").fill(identity.SECRET)
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text(f"{site.address}/accounts/sso/our-oidc/callback/")).to_be_visible()
    expect(page.get_by_label("Address:")).to_have_value(openid.url)
    assert identity.SECRET not in page.content()
    visitor.look("admin-provider")

    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("It supports PKCE.")).to_be_visible()
    expect(page.get_by_text("A client secret is stored.")).to_be_visible()
    expect(page.get_by_text("To be mended")).to_have_count(0)
    visitor.look("admin-provider-tested")

    visitor.open("/admin/accounts/signinpolicy/1/change/")
    page.get_by_label("Single sign-on only").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("No enabled identity provider was used by an owner")).to_be_visible()
    visitor.look("admin-sign-in-policy-refused")

    visitor.open("/admin/accounts/identityprovider/")
    page.get_by_role("link", name="Our OIDC").click()
    page.get_by_role("link", name="Delete").click()
    visitor.look("admin-provider-remove")
    page.get_by_role("button", name="Yes, remove it").click()
    expect(page.get_by_text("was deleted successfully")).to_be_visible()
