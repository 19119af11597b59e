"""The page of the audit log: as it looks, an event with before and after, what narrows it, and who may not see it."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignedIn
from tests.e2e.visitor import WIDTHS, Scheme, Windows

PAGE = "/governance/audit?last=90"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page(windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Auditor"))
    visitor.open(PAGE)
    page = visitor.page
    expect(page.get_by_role("button", name="Signed in").first).to_be_visible()
    visitor.look(f"audit-{width}-{scheme}")
    visitor.open(f"{PAGE}&act=created")
    page.get_by_role("button", name=re.compile("^Created ")).first.click()
    expect(page.get_by_role("dialog").get_by_text("Before and after")).to_be_visible()
    visitor.look(f"audit-event-{width}-{scheme}")
    visitor.open(f"{PAGE}&q=nothing-is-called-so")
    expect(page.get_by_text("Nothing like that is in the log.")).to_be_visible()
    visitor.look(f"audit-none-{width}-{scheme}")


def test_the_log_is_narrowed_and_taken_along(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Auditor"))
    visitor.open(PAGE)
    page = visitor.page
    page.get_by_role("combobox", name="What was done").fill("Signed in")
    page.get_by_role("option", name="Signed in", exact=True).click()
    expect(page.get_by_role("button", name="Created user")).to_have_count(0)
    assert "act=signed_in" in page.url
    with page.expect_download() as taken:
        page.get_by_role("link", name="JSON lines").click()
    lines = taken.value.path().read_text().splitlines()
    assert {json.loads(line)["act"] for line in lines} == {"signed_in"}
    page.get_by_role("button", name="Signed in").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Only theirs").click()
    expect(page.get_by_role("button", name=": show all")).to_be_visible()
    visitor.look("audit-narrowed")


def test_nobody_else_sees_it(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Lead of team a"))
    visitor.open(PAGE)
    expect(visitor.page.get_by_text("This is for owners, administrators")).to_be_visible()
