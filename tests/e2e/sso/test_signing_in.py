"""Signing in by real identity providers, in the browser: who gets in, who does not, and what they are told."""

import pytest
from playwright.sync_api import expect

from tests import servers
from tests.e2e.conftest import Site
from tests.e2e.identity import Directory
from tests.e2e.sso.steps import (
    BUTTON,
    ENROLMENT,
    Arrange,
    go_there,
    is_refused,
    reason,
    sign_in_there,
)
from tests.e2e.visitor import Windows


def test_a_known_address_opens_its_account_whose_second_factor_is_still_asked(
    windows: Windows, arrange: Arrange, directory: tuple[str, Directory]
) -> None:
    kind, there = directory
    arrange(there.row(kind))
    visitor = windows.open()
    page = go_there(visitor)
    sign_in_there(page, "lead")
    page.wait_for_url(ENROLMENT)
    visitor.look(f"sso-{kind}-second-factor")
    visitor.open("/pull-requests")
    page.wait_for_url(ENROLMENT)


def test_a_second_factor_that_was_shown_there_is_enough_where_it_is_trusted(
    windows: Windows, arrange: Arrange, openid: Directory, saml: Directory
) -> None:
    for kind, there in (("oidc", openid), ("saml", saml)):
        arrange(there.row(kind, trusts_second_factor=True))
        visitor = windows.open()
        page = go_there(visitor, "/pull-requests?days=30")
        sign_in_there(page, "lead", code=True)
        page.wait_for_url("**/pull-requests?days=30")
        expect(page.get_by_role("button", name="account of Known lead")).to_be_visible()

        without = windows.open()
        page = go_there(without)
        sign_in_there(page, "lead")
        page.wait_for_url(ENROLMENT)


def test_whoever_has_no_account_gets_one_only_where_that_is_wanted(
    site: Site, windows: Windows, arrange: Arrange, directory: tuple[str, Directory]
) -> None:
    kind, there = directory
    arrange(there.row(kind))
    visitor = windows.open()
    sign_in_there(go_there(visitor), "new")
    is_refused(visitor, "no account here is connected", f"sso-{kind}-no-account")
    assert reason(site) == "no account"

    arrange(there.row(kind, creates_accounts=True))
    welcome = windows.open()
    sign_in_there(go_there(welcome), "new")
    welcome.page.wait_for_url(ENROLMENT)


@pytest.mark.parametrize(
    ("kind", "account", "why"),
    [
        ("oidc", "liar", "e-mail address not verified"),
        ("github", "liar", "e-mail address not verified"),
        ("oidc", "foreign", "e-mail domain not allowed"),
        ("saml", "foreign", "e-mail domain not allowed"),
    ],
)
def test_an_address_that_is_not_proven_opens_nothing(
    site: Site,
    windows: Windows,
    arrange: Arrange,
    request: pytest.FixtureRequest,
    kind: str,
    account: str,
    why: str,
) -> None:
    there: Directory = request.getfixturevalue({"oidc": "openid"}.get(kind, kind))
    arrange(there.row(kind, creates_accounts=True))
    visitor = windows.open()
    sign_in_there(go_there(visitor), account)
    is_refused(visitor, "no account here is connected", f"sso-{kind}-{account}")
    assert reason(site) == why


def test_a_closed_account_stays_closed(
    site: Site, windows: Windows, arrange: Arrange, directory: tuple[str, Directory]
) -> None:
    kind, there = directory
    arrange(there.row(kind))
    visitor = windows.open()
    sign_in_there(go_there(visitor), "closed")
    is_refused(visitor, "Your account is closed", f"sso-{kind}-closed")
    assert reason(site) == "account closed"


def test_going_back_without_signing_in(
    windows: Windows, arrange: Arrange, openid: Directory
) -> None:
    arrange(openid.row("oidc"))
    visitor = windows.open()
    go_there(visitor).get_by_role("button", name="Cancel").click()
    is_refused(visitor, "You did not sign in at Our directory.", "sso-cancelled")


def test_a_provider_that_is_down_is_said_to_be(
    site: Site, windows: Windows, arrange: Arrange
) -> None:
    arrange(Directory(f"http://127.0.0.1:{servers.free_port()}").row("oidc"))
    visitor = windows.open()
    visitor.open("/pull-requests")
    visitor.page.get_by_role("button", name=BUTTON).click()
    is_refused(visitor, "Our directory does not answer as it should.", "sso-down")
    assert reason(site) == "provider unreachable"
