"""Asking for an erasure, the second person's word, its progress and its certificate."""

import time

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from backend.accounts import sessions
from backend.audit.models import SignedDocument
from backend.governance.erasing import engine
from tests.e2e.conftest import SignedIn, Site
from tests.e2e.visitor import WIDTHS, Scheme, Windows
from tests.factories import History, a_connection, a_repository, an_identity


def make() -> None:
    source = a_connection(
        slug="to-erase", name="Old server", url="https://old.example", state="paused"
    )
    for name in ("old/billing", "old/archive"):
        history = History(a_repository(source, name_with_owner=name))
        for _ in range(12):
            history.pull(an_identity(source), merged=5)


def work() -> None:
    while engine.work(deadline=time.monotonic() + 5):
        pass


def sign() -> None:
    """As the process that seals the audit log does."""
    SignedDocument.objects.update(signature=bytes(64), key_id="seal-1", signed_at=timezone.now())


def be_fresh() -> None:
    """As if everybody had just signed in: who asks and who approves must have."""
    for key in Session.objects.values_list("session_key", flat=True):
        session = SessionStore(key)
        session[sessions._STARTED] = time.time()
        session.save()


@pytest.fixture(scope="module", autouse=True)
def subjects(site: Site) -> None:
    site.run(make)


def test_one_asks_another_approves_and_a_certificate_tells_what_went(
    windows: Windows, signed_in: SignedIn, site: Site
) -> None:
    both = signed_in("Administrator"), signed_in("Owner")
    site.run(be_fresh)
    visitor = windows.open(state=both[0])
    page = visitor.page
    visitor.open("/governance/erasures")
    expect(page.get_by_text("Nothing was asked to be erased so far.")).to_be_visible()
    visitor.look("erasures-none")
    page.get_by_role("button", name="Ask for an erasure").click()
    page.get_by_role("combobox", name="Repository").fill("billing")
    page.get_by_role("option", name="old/billing").click()
    expect(page.get_by_text("What would go, as of now")).to_be_visible()
    expect(page.get_by_role("cell", name="12", exact=True).first).to_be_visible()
    ask = page.get_by_role("button", name="Ask for this erasure")
    page.get_by_label("Reason").fill("Moved to another appliance.")
    expect(ask).to_be_disabled()
    page.get_by_label("to say that it is meant").fill("old/billing")
    visitor.look("erasures-ask")
    ask.click()
    expect(page.get_by_text("another owner or administrator approves. 1 could.")).to_be_visible()
    visitor.look("erasures-asked")

    second = windows.open(state=both[1])
    page = second.page
    second.open("/governance/erasures")
    page.get_by_role("button", name="old/billing").click()
    page.get_by_role("button", name="Approve …").click()
    expect(page.get_by_text("It begins at once and cannot be undone.")).to_be_visible()
    second.look("erasures-approve")
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("Approved, begins").first).to_be_visible()
    site.run(work)
    page.get_by_role("button", name="Certificate").click(timeout=40_000)
    expect(page.get_by_text("It is being signed")).to_be_visible()
    site.run(sign)
    expect(page.get_by_text("(key seal-1)")).to_be_visible()
    second.look("erasures-certificate")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.startswith("certificate-of-erasure-")
    assert "billing" not in download.value.path().read_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page(windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Administrator"))
    visitor.open("/governance/erasures")
    expect(visitor.page.get_by_text("Erased", exact=True)).to_be_visible()
    visitor.look(f"erasures-{width}-{scheme}")
    visitor.page.get_by_role("button", name="Repository").first.click()
    expect(visitor.page.get_by_text("Moved to another appliance.")).to_be_visible()
    visitor.look(f"erasures-one-{width}-{scheme}")
    visitor.open("/governance/erasures?ask=true")
    visitor.page.get_by_text("Connection", exact=True).first.click()
    visitor.page.get_by_role("combobox", name="Connection").fill("Old")
    visitor.page.get_by_role("option", name="Old server").click()
    expect(visitor.page.get_by_text("What stays")).to_be_visible()
    visitor.look(f"erasures-ask-{width}-{scheme}")
