"""What whoever signs in by a provider does, and is told."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e import identity
from tests.e2e.conftest import Site
from tests.e2e.visitor import Visitor

BUTTON = "Continue with Our directory"
ENROLMENT = "**/accounts/2fa/totp/activate/"
Arrange = Callable[..., None]


def reason(site: Site) -> str:
    """Of the last refusal."""
    return site.run(identity.refusals)[0]


def go_there(visitor: Visitor, path: str = "/pull-requests") -> Page:
    visitor.open(path)
    visitor.page.get_by_role("button", name=BUTTON).click()
    visitor.page.wait_for_url(lambda url: not url.startswith(visitor.address))
    return visitor.page


def sign_in_there(page: Page, account: str, *, code: bool = False) -> None:
    page.get_by_label("Account").fill(account)
    if code:
        page.get_by_label("Code").fill("123456")
    page.get_by_role("button", name=re.compile("Sign in|Authorize")).click()


def is_refused(visitor: Visitor, words: str, picture: str) -> None:
    heading = visitor.page.get_by_role("heading", name="You are not signed in")
    expect(heading).to_be_visible()
    expect(visitor.page.get_by_text(words)).to_be_visible()
    # The browser itself complains about a page that is a refusal.
    visitor.complaints.clear()
    visitor.look(picture)
    visitor.open("/pull-requests")
    expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()
