"""Security keys and passkeys, with a virtual authenticator in the real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import CDPSession, expect

from tests.e2e.conftest import Site
from tests.e2e.visitor import PASSWORD, Visitor, Windows


class Authenticator:
    """One virtual authenticator of a window: its credentials can be read, copied, changed."""

    def __init__(self, visitor: Visitor, *, verifies: bool = True, resident: bool = True) -> None:
        self.session: CDPSession = visitor.page.context.new_cdp_session(visitor.page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal" if verifies else "usb",
            "hasResidentKey": resident,
            "hasUserVerification": verifies,
            "isUserVerified": verifies,
            "automaticPresenceSimulation": True,
        }
        added = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = {"authenticatorId": added["authenticatorId"]}

    def credentials(self) -> list[dict[str, Any]]:
        found = self.session.send("WebAuthn.getCredentials", self.id)
        return list(found["credentials"])

    def take(self, credential: dict[str, Any]) -> None:
        self.session.send("WebAuthn.addCredential", self.id | {"credential": credential})

    def forget(self) -> None:
        self.session.send("WebAuthn.clearCredentials", self.id)


def enrol_with_key(site: Site, visitor: Visitor, name: str, *, alone: bool, look: bool = False) -> None:
    page = visitor.page
    visitor.open(site.enrolment_links[name])
    for box in page.locator("input[type=password]").all():
        box.fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").first.click()
    page.get_by_role("link", name="Use a security key or passkey instead").click()
    if look:
        visitor.look("enrolment-key")
    page.get_by_label("Name").fill("My laptop")
    page.get_by_label("Sign in with it alone").set_checked(alone)
    page.get_by_role("button", name="Set it up").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    page.get_by_role("link", name="I have kept them, go on").click()
    page.wait_for_url("**/pull-requests*")


def sign_out(visitor: Visitor) -> None:
    visitor.open("/accounts/logout/")
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.wait_for_url("**/accounts/login/")


def give_password(visitor: Visitor, email: str) -> None:
    page = visitor.page
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/accounts/2fa/authenticate/**")


def test_a_passkey_is_set_up_first_and_signs_in_alone(site: Site, windows: Windows) -> None:
    visitor = windows.open()
    authenticator = Authenticator(visitor)
    enrol_with_key(site, visitor, "Holder of a passkey", alone=True, look=True)
    assert [one["isResidentCredential"] for one in authenticator.credentials()] == [True]

    sign_out(visitor)
    visitor.open("/delivery?days=30")
    visitor.look("sign-in-with-passkey")
    visitor.page.get_by_role("button", name="Use a passkey").click()
    visitor.page.wait_for_url("**/delivery?days=30")
    visitor.open("/accounts/2fa/")
    expect(visitor.page.get_by_text("My laptop")).to_be_visible()
    visitor.look("second-factors-with-key")
