"""Django's admin keeps the policy and shuts nobody out either."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignedIn
from tests.e2e.visitor import WIDTHS, Scheme, Windows

PAGES = {
    "index": "/admin/",
    "connections": "/admin/connections/connection/",
    "add-connection": "/admin/connections/connection/add/",
    "connection": "/admin/connections/connection/1/change/",
    "github-app": "/admin/connections/connection/1/github-app/?organisation=forge",
    "chosen-repositories": "/admin/connections/connection/1/repositories/",
    "webhook-secret": "/admin/connections/connection/1/webhook-secret/",
    "teams": "/admin/people/team/",
    "teams-import": "/admin/people/team/import/",
    "people": "/admin/people/person/",
    "merges": "/admin/people/merge/",
    "offers": "/admin/people/offer/",
    "users": "/admin/accounts/user/",
    "identity-providers": "/admin/accounts/identityprovider/",
    "organisation": "/admin/people/organisation/",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page(windows: Windows, signed_in: SignedIn, name: str, scheme: Scheme) -> None:
    visitor = windows.open(scheme=scheme, state=signed_in("Administrator"))
    visitor.open(PAGES[name])
    visitor.look(f"admin-{name}-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_file_of_teams_is_looked_at_before_it_is_stored(
    windows: Windows, signed_in: SignedIn, scheme: Scheme
) -> None:
    visitor = windows.open(scheme=scheme, state=signed_in("Administrator"))
    visitor.open(PAGES["teams-import"])
    lines = b"team,name,parent,person,from,to\nweb,Web,department,dev0003,2026-03-02,\n"
    visitor.page.get_by_label("CSV file").set_input_files(
        {"name": "teams.csv", "mimeType": "text/csv", "buffer": lines}
    )
    visitor.page.get_by_role("button", name="Look at what it changes").click()
    expect(visitor.page.get_by_role("button", name="Store this")).to_be_visible()
    visitor.look(f"admin-teams-preview-{scheme}")


@pytest.mark.parametrize("name", ["index", "connection", "github-app", "chosen-repositories"])
def test_on_a_phone(windows: Windows, signed_in: SignedIn, name: str) -> None:
    visitor = windows.open(width=WIDTHS["phone"], state=signed_in("Administrator"))
    visitor.open(PAGES[name])
    visitor.look(f"admin-{name}-phone")


def test_it_is_found_from_the_pages(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    visitor.open("/pull-requests")
    visitor.page.get_by_role("button", name="account of Administrator").click()
    visitor.page.get_by_role("menuitem", name="Administration").click()
    visitor.page.wait_for_url("**/admin/")
    expect(visitor.page.get_by_role("heading", name="Administration")).to_be_visible()
