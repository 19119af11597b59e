"""Security keys and passkeys, with a virtual authenticator in the real browser."""

from typing import Any

import pytest
from playwright.sync_api import CDPSession, expect

from tests.e2e.conftest import Site
from tests.e2e.visitor import PASSWORD, WIDTHS, Scheme, Visitor, Windows

REFUSED = "This key was not accepted"
# Signs the challenge for a second factor, which the page holds, gives up that sign-in, which keeps the challenge, and
# sends the answer to where passkeys sign in.
SIGN_IN_WITH = """
async ([id, userHandle]) => {
  const plain = (text) => text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const asked = JSON.parse(document.getElementById("key-options").textContent).request_options.publicKey;
  asked.allowCredentials = [{ type: "public-key", id: plain(id) }];
  const credential = await navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked),
  });
  const answer = credential.toJSON();
  answer.response.userHandle = plain(userHandle);
  const form = document.querySelector("form[data-key]");
  await fetch("/accounts/logout/", { method: "POST", body: new FormData(form) });
  form.action = "/accounts/2fa/webauthn/login/";
  form.elements.credential.value = JSON.stringify(answer);
  form.submit();
}
"""


class Authenticator:
    """One virtual authenticator of a window. `verifies`: it asks for PIN or finger, and gets it."""

    def __init__(self, visitor: Visitor, *, verifies: bool = True) -> None:
        self.session: CDPSession = visitor.page.context.new_cdp_session(visitor.page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal" if verifies else "usb",
            "hasResidentKey": True,
            "hasUserVerification": verifies,
            "isUserVerified": verifies,
            "automaticPresenceSimulation": True,
        }
        added = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = {"authenticatorId": added["authenticatorId"]}

    def credentials(self) -> list[dict[str, Any]]:
        return list(self.session.send("WebAuthn.getCredentials", self.id)["credentials"])

    def hold(self, credential: dict[str, Any]) -> None:
        """This credential and no other."""
        self.session.send("WebAuthn.clearCredentials", self.id)
        self.session.send("WebAuthn.addCredential", self.id | {"credential": credential})


def enrol(site: Site, visitor: Visitor, name: str, *, alone: bool, look: str = "") -> None:
    """By the enrolment link, with a key as the only second factor."""
    page = visitor.page
    visitor.open(site.enrolment_links[name])
    for box in page.locator("input[type=password]").all():
        box.fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Use a security key or passkey instead").click()
    page.get_by_label("Name").fill("My laptop")
    if look:
        visitor.look(look)
    page.get_by_label("Sign in with it alone").set_checked(alone)
    page.get_by_role("button", name="Set it up").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    visitor.open("/pull-requests")
    page.wait_for_url("**/pull-requests*")


def sign_out(visitor: Visitor) -> None:
    visitor.open("/accounts/logout/")
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.wait_for_url("**/accounts/login/")


def give_password(visitor: Visitor, name: str) -> None:
    page = visitor.page
    visitor.open("/accounts/login/")
    page.get_by_label("Email").fill(f"{name}@plumbline.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/accounts/2fa/authenticate/**")


def use_passkey(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Use a passkey").click()


def test_a_passkey_is_all_it_takes(site: Site, windows: Windows) -> None:
    visitor = windows.open()
    page = visitor.page
    authenticator = Authenticator(visitor)
    enrol(site, visitor, "passkey", alone=True, look="enrolment-key")
    assert [one["isResidentCredential"] for one in authenticator.credentials()] == [True]

    sign_out(visitor)
    visitor.open("/delivery?days=30")
    visitor.look("sign-in-with-passkey")
    use_passkey(visitor)
    page.wait_for_url("**/delivery?days=30")

    visitor.open("/accounts/2fa/")
    page.get_by_role("link", name="Rename My laptop").click()
    page.get_by_label("Name").fill("My desk")
    visitor.look("key-rename")
    page.get_by_role("button", name="Rename it").click()
    visitor.open("/accounts/2fa/")
    visitor.look("second-factors-with-key")
    page.get_by_role("link", name="Remove My desk").click()
    visitor.look("key-remove")
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("This is your only second factor")).to_be_visible()

    Authenticator(visitor, verifies=False)
    visitor.open("/accounts/2fa/webauthn/add/")
    page.get_by_label("Sign in with it alone").uncheck()
    page.get_by_role("button", name="Set it up").click()
    page.wait_for_url("**/accounts/2fa/")
    page.get_by_role("link", name="Remove My desk").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("The key is removed.")).to_be_visible()

    stranger = windows.open()
    Authenticator(stranger).hold(authenticator.credentials()[0])
    stranger.open("/accounts/login/")
    use_passkey(stranger)
    expect(stranger.page.get_by_text(REFUSED)).to_be_visible()


def test_a_key_comes_after_the_password(site: Site, windows: Windows) -> None:
    visitor = windows.open()
    page = visitor.page
    authenticator = Authenticator(visitor)
    enrol(site, visitor, "key", alone=False)
    assert [one["isResidentCredential"] for one in authenticator.credentials()] == [False]
    sign_out(visitor)
    give_password(visitor, "key")
    visitor.look("second-factor-key")
    page.get_by_role("button", name="Use my key").click()
    page.wait_for_url("**/pull-requests*")


def test_the_key_of_another_is_refused(site: Site, windows: Windows) -> None:
    visitor = windows.open()
    authenticator = Authenticator(visitor)
    enrol(site, visitor, "other", alone=True)
    (mine,) = authenticator.credentials()
    sign_out(visitor)
    give_password(visitor, "key")
    page = visitor.page
    # What the server allows is widened by hand: a key that is not on its list would not even be asked.
    page.evaluate(
        """id => {
          const told = document.getElementById("key-options");
          const options = JSON.parse(told.textContent);
          options.request_options.publicKey.allowCredentials = [{type: "public-key", id}];
          told.textContent = JSON.stringify(options);
        }""",
        mine["credentialId"].replace("+", "-").replace("/", "_").rstrip("="),
    )
    page.get_by_role("button", name="Use my key").click()
    expect(page.get_by_text(REFUSED)).to_be_visible()
    visitor.open("/pull-requests")
    assert visitor.address_shown().startswith("/accounts/")


def test_without_pin_or_finger_a_key_alone_is_not_enough(site: Site, windows: Windows) -> None:
    visitor = windows.open()
    page = visitor.page
    authenticator = Authenticator(visitor, verifies=False)
    enrol(site, visitor, "touch", alone=False)
    (touched,) = authenticator.credentials()
    sign_out(visitor)

    # A challenge that somebody else's password opened asks for no PIN: it must not serve to sign in with the key alone.
    give_password(visitor, "key")
    page.evaluate(SIGN_IN_WITH, [touched["credentialId"], touched["userHandle"]])
    expect(page.get_by_text(REFUSED)).to_be_visible()
    visitor.open("/pull-requests")
    assert visitor.address_shown().startswith("/accounts/login/")

    give_password(visitor, "touch")
    page.get_by_role("button", name="Use my key").click()
    page.wait_for_url("**/pull-requests*")


def test_a_copied_key_is_noticed(site: Site, windows: Windows) -> None:
    visitor = windows.open()
    page = visitor.page
    authenticator = Authenticator(visitor)
    enrol(site, visitor, "copied", alone=True)
    (copy,) = authenticator.credentials()
    sign_out(visitor)
    # Nor does a passkey lead elsewhere.
    visitor.open("/accounts/login/?next=https://evil.example/")
    use_passkey(visitor)
    page.wait_for_url("**/pull-requests*")
    sign_out(visitor)
    authenticator.hold(copy)
    use_passkey(visitor)
    expect(page.get_by_text(REFUSED)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_where_keys_do_not_work_nothing_is_said_of_them(
    windows: Windows, width: str, scheme: Scheme
) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme)
    visitor.page.add_init_script("delete window.PublicKeyCredential")
    visitor.open("/accounts/login/")
    expect(visitor.page.get_by_role("button", name="Use a passkey")).to_be_hidden()
    visitor.look(f"sign-in-without-keys-{width}-{scheme}")
