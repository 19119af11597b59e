"""Answers that were changed, kept, crafted or meant for somebody else open nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from backend.accounts.models import IdentityProvider
from tests.accounts.sso.providers import Answer, request_id
from tests.e2e import identity
from tests.e2e.conftest import Site
from tests.e2e.identity import Directory
from tests.e2e.sso.steps import ENROLMENT, Arrange, go_there, is_refused, reason, sign_in_there
from tests.e2e.visitor import Visitor, Windows


def rewritten(pattern: str, before: str, after: str) -> Callable[[Page], None]:
    """What passes by address is changed on the way."""

    def on(page: Page) -> None:
        def change(route: Route) -> None:
            changed = re.sub(before, after, route.request.url)
            route.fulfill(status=302, headers={"Location": changed})

        page.route(re.compile(pattern), change, times=1)

    return on


@pytest.mark.parametrize(
    "change",
    [
        rewritten(r"/auth\?", r"state=\w+", "state=of-somebody-else"),
        rewritten(r"/auth\?", r"nonce=[\w-]+", "nonce=of-another-sign-in"),
    ],
    ids=["state", "nonce"],
)
def test_an_answer_to_another_sign_in_is_refused(
    site: Site,
    windows: Windows,
    arrange: Arrange,
    openid: Directory,
    change: Callable[[Page], None],
) -> None:
    arrange(openid.row("oidc"))
    visitor = windows.open()
    change(visitor.page)
    sign_in_there(go_there(visitor), "lead")
    is_refused(visitor, "belongs to no sign-in that began in this window", "sso-not-asked-for")
    assert reason(site) == "answer not asked for"


def test_a_callback_works_once(
    site: Site, windows: Windows, arrange: Arrange, openid: Directory
) -> None:
    arrange(openid.row("oidc", trusts_second_factor=True))
    visitor = windows.open()
    seen: list[str] = []
    visitor.page.on("request", lambda request: seen.append(request.url))
    sign_in_there(go_there(visitor), "lead", code=True)
    visitor.page.wait_for_url("**/pull-requests*")
    (callback,) = [url for url in seen if "/callback/?" in url]
    other = windows.open()
    other.page.goto(callback)
    is_refused(other, "belongs to no sign-in that began in this window", "sso-again")
    assert reason(site) == "answer not asked for"


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_next_leads_to_own_pages_alone(
    windows: Windows, arrange: Arrange, openid: Directory, where: str
) -> None:
    arrange(openid.row("oidc", trusts_second_factor=True))
    visitor = windows.open()
    page = go_there(visitor, f"/accounts/login/?next={where}")
    sign_in_there(page, "lead", code=True)
    page.wait_for_url(f"{visitor.address}/**")
    expect(page.get_by_role("button", name="account of Known lead")).to_be_visible()


def test_another_site_cannot_begin_a_sign_in(
    windows: Windows, arrange: Arrange, openid: Directory
) -> None:
    arrange(openid.row("oidc"))
    visitor = windows.open()
    start = f"{visitor.address}/accounts/sso/our-oidc/start/"
    assert visitor.page.request.get(start).status == 405
    visitor.page.goto(f"{openid.url}/.well-known/openid-configuration")
    with visitor.page.expect_navigation() as posted:
        submit(visitor.page, start, {})
    assert posted.value.status == 403


def submit(page: Page, action: str, fields: dict[str, str]) -> None:
    """A form of the page's own site."""
    page.evaluate(
        """([action, fields]) => {
          const form = Object.assign(document.createElement("form"), { method: "post", action });
          for (const [name, value] of Object.entries(fields))
            form.append(Object.assign(document.createElement("input"), { name, value }));
          document.documentElement.append(form);
          form.submit();
        }""",
        [action, fields],
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"audience": "https://other.example"}, "The answer of Our directory cannot be used."),
        ({"ends_in": -1}, "The answer of Our directory cannot be used."),
        ({"in_response_to": "_another"}, "belongs to no sign-in that began in this window"),
    ],
    ids=["wrong audience", "over", "another request"],
)
def test_an_answer_with_the_provider_s_own_key_must_be_meant_for_us_now(
    windows: Windows, arrange: Arrange, saml: Directory, values: dict[str, Any], words: str
) -> None:
    arrange(saml.row("saml"))
    visitor = windows.open()
    page = go_there(visitor)
    acs, forged = crafted(visitor, saml, page, **values)
    submit(page, acs, {"SAMLResponse": forged.signed()})
    is_refused(visitor, words, "sso-saml-refused")


def test_the_same_craft_opens_the_account_where_nothing_is_wrong(
    windows: Windows, arrange: Arrange, saml: Directory
) -> None:
    arrange(saml.row("saml"))
    visitor = windows.open()
    page = go_there(visitor)
    acs, genuine = crafted(visitor, saml, page)
    answer = genuine.signed()
    submit(page, acs, {"SAMLResponse": answer, "RelayState": "https://evil.example/"})
    page.wait_for_url(ENROLMENT)

    again = windows.open()
    page = go_there(again)
    submit(page, acs, {"SAMLResponse": answer})
    is_refused(again, "was used already", "sso-saml-again")


def crafted(visitor: Visitor, there: Directory, page: Page, **values: Any) -> tuple[str, Answer]:
    acs = f"{visitor.address}/accounts/sso/our-saml/acs/"
    known = {
        "in_response_to": request_id(page.url),
        "email": str(identity.ACCOUNTS["lead"]["email"]),
        "issuer": f"{there.url}/metadata",
        "audience": f"{visitor.address}/accounts/sso/our-saml/metadata/",
        "recipient": acs,
        "destination": acs,
    }
    return acs, Answer(IdentityProvider(kind="saml", slug="our-saml"), **known | values)
