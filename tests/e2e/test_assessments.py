"""Governance, Overview and Self-assessment: as they look, from a promise to its proofs, and the report taken along."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e import world
from tests.e2e.conftest import SignedIn, Site
from tests.e2e.visitor import WIDTHS, Scheme, Windows


@pytest.fixture(scope="module", autouse=True)
def _assessed(site: Site) -> None:
    site.run(world.assess)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages(windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Administrator"))
    page = visitor.page
    visitor.open("/governance")
    expect(page.get_by_role("heading", name="Promises")).to_be_visible()
    expect(page.get_by_role("button", name="Source code is never stored")).to_be_visible()
    visitor.look(f"overview-{width}-{scheme}")
    page.get_by_role("button", name="Encrypted in transit").click()
    expect(page.get_by_role("dialog").get_by_text("door.tls_versions", exact=True)).to_be_visible()
    visitor.look(f"overview-promise-{width}-{scheme}")
    visitor.open("/governance/assessments")
    expect(page.get_by_text("Self-assessed against OWASP ASVS 4.0.3")).to_be_visible()
    expect(page.get_by_role("region", name="Requirements", exact=True)).to_be_visible()
    visitor.look(f"assessments-{width}-{scheme}")
    page.get_by_role("button", name="V2.1.1", exact=True).click()
    expect(page.get_by_role("dialog").get_by_text("11 refused, 12 taken").first).to_be_visible()
    visitor.look(f"assessments-requirement-{width}-{scheme}")


def test_what_is_open_is_found_and_stands_in_the_address(
    windows: Windows, signed_in: SignedIn
) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    page = visitor.page
    visitor.open("/governance/assessments")
    page.get_by_role("button", name="Not shown").click()
    expect(page).to_have_url(re.compile("verdict=not"))
    page.get_by_role("button", name="V14.4.5", exact=True).click()
    expect(
        page.get_by_role("dialog").get_by_text("the host has not looked yet").first
    ).to_be_visible()
    expect(page.get_by_role("dialog").get_by_text("scripts/appliance asvs").first).to_be_visible()


def test_the_report_is_taken_along(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    page = visitor.page
    visitor.open("/governance/assessments")
    for form, begins in {
        "PDF": b"%PDF",
        "HTML": b"<!doctype html>",
        "CSV": b"\xef\xbb\xbfid,",
    }.items():
        with page.expect_download() as download:
            page.get_by_role("link", name=f"as {form}").first.click()
        assert download.value.path().read_bytes().startswith(begins)
    with page.expect_download() as download:
        page.get_by_role("link", name="as JSON").first.click()
    told = json.loads(json.loads(download.value.path().read_text())["content"])
    assert len(told["requirements"]) == 259


def test_one_is_asked_for(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    page = visitor.page
    visitor.open("/governance/assessments")
    page.get_by_role("button", name="Assess now").click()
    expect(page.get_by_text("Being made …")).to_be_visible()
