"""Signing in by real identity providers, in the browser: who gets in, who does not, and what they are told."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from backend.accounts.models import IdentityProvider
from tests import servers
from tests.accounts.sso.providers import Answer, request_id
from tests.e2e import identity
from tests.e2e.conftest import SignedIn, Site
from tests.e2e.identity import Directory
from tests.e2e.visitor import PASSWORD, WIDTHS, Scheme, Visitor, Windows
from tests.simulators.github import World, running
from tests.simulators.github.records import Account

BUTTON = "Continue with Our directory"
ENROLMENT = "**/accounts/2fa/totp/activate/"


@pytest.fixture(scope="module")
def openid(site: Site) -> Iterator[Directory]:
    with identity.openid(site.address) as started:
        yield started


@pytest.fixture(scope="module")
def saml(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with identity.saml(site.address, tmp_path_factory.mktemp("saml")) as started:
        yield started


@pytest.fixture(scope="module")
def github(site: Site) -> Iterator[Directory]:
    world = World()
    for number, (login, known) in enumerate(identity.ACCOUNTS.items(), start=501):
        world.accounts[login] = Account(
            database_id=number,
            login=login,
            email=str(known["email"]),
            email_verified=bool(known["email_verified"]),
        )
    with running(world) as server:
        server.oauth.register(
            client_id="plumbline",
            client_secret=identity.SECRET,
            callback=f"{site.address}/accounts/sso/our-github/callback/",
        )
        yield Directory(server.url)


Arrange = Callable[..., None]


@pytest.fixture
def arrange(site: Site) -> Iterator[Arrange]:
    def made(*rows: dict[str, Any], **policy: Any) -> None:
        site.run(identity.ARRANGE, json.dumps([rows, policy]))

    yield made
    made()


def reason(site: Site) -> str:
    """Of the last refusal."""
    return str(json.loads(site.run(identity.TELL))[0])


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


@pytest.fixture(params=["oidc", "saml", "github"])
def directory(request: pytest.FixtureRequest) -> tuple[str, Directory]:
    kind = request.param
    name = {"oidc": "openid"}.get(kind, kind)
    return kind, request.getfixturevalue(name)


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


def test_a_provider_that_is_down_is_said_to_be(
    site: Site, windows: Windows, arrange: Arrange
) -> None:
    arrange(Directory(f"http://127.0.0.1:{servers.free_port()}").row("oidc"))
    visitor = windows.open()
    visitor.open("/pull-requests")
    visitor.page.get_by_role("button", name=BUTTON).click()
    is_refused(visitor, "Our directory does not answer as it should.", "sso-down")
    assert reason(site) == "provider unreachable"


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
