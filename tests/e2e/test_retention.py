"""The page of retention: as it looks, what a period would remove, taking it back, and what auditors see."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from backend.connections.models import Connection
from backend.governance.retention.engine import begin, due, go_on
from backend.sources.models import SyncRun
from tests.e2e.conftest import SignedIn, Site
from tests.e2e.visitor import WIDTHS, Scheme, Windows


def collected(*days_ago: int) -> None:
    connection = Connection.objects.earliest("pk")
    for days in days_ago:
        SyncRun.objects.create(
            connection=connection,
            kind="projects",
            started_at=timezone.now() - timedelta(days=days),
        )


def pass_a_night() -> None:
    collected(33, 35, 50)
    begin()
    while due().exists():
        go_on(seconds=5)
    collected(40, 41)


@pytest.fixture(scope="module", autouse=True)
def a_night(site: Site) -> None:
    site.run(pass_a_night)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page(windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Administrator"))
    visitor.open("/governance/retention")
    page = visitor.page
    row = page.get_by_role("row", name=re.compile("Notes of collecting"))
    expect(row).to_contain_text("30 days")
    expect(row).to_contain_text("2 rows")
    visitor.look(f"retention-{width}-{scheme}")
    page.get_by_role("button", name="Pull requests", exact=True).click()
    expect(page).to_have_url(re.compile("policy=pull_requests"))
    page.get_by_role("button", name="Change …").click()
    page.get_by_role("checkbox", name="Keep it until it is erased").uncheck()
    expect(page.get_by_text(re.compile("As of today this would remove"))).to_be_visible()
    visitor.look(f"retention-change-{width}-{scheme}")


def test_a_shorter_period_is_set_and_taken_back(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    visitor.open("/governance/retention?policy=issues")
    page = visitor.page
    page.get_by_role("button", name="Change …").click()
    page.get_by_role("checkbox", name="Keep it until it is erased").uncheck()
    page.get_by_role("button", name="Shorten").click()
    expect(page.get_by_role("status")).to_contain_text("400 days from")
    visitor.look("retention-waiting")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("button", name="Take back")).to_have_count(0)
