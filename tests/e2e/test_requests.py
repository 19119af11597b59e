"""One's own data and what is asked about it: asked, handled and downloaded in the browser, by whom each is for."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from backend.accounts.models import User
from backend.governance.models import Erasure, SubjectRequest
from tests.e2e.conftest import SignedIn, Site
from tests.e2e.requests import known
from tests.e2e.visitor import WIDTHS, Scheme, Visitor, Windows


def clear() -> None:
    SubjectRequest.objects.all().delete()
    Erasure.objects.all().delete()
    User.objects.filter(email="asker@plumbline.example").delete()


@pytest.fixture
def asked(site: Site) -> Iterator[None]:
    """Gone afterwards: what is due stands on every page of an administrator."""
    site.run(known)
    yield
    site.run(clear)


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_administrators_part(
    windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme
) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Administrator"))
    visitor.open("/governance/requests")
    page = visitor.page
    expect(page.get_by_text("overdue by")).to_be_visible()
    expect(page.get_by_role("complementary", name="Requests of people are due")).to_be_visible()
    visitor.look(f"requests-{width}-{scheme}")
    page.get_by_role("button", name="Jane Doe").click()
    expect(page.get_by_text("The archive has to be searched.")).to_be_visible()
    visitor.look(f"requests-one-{width}-{scheme}")
    page.get_by_role("button", name="Hand over the copy …").click()
    visitor.look(f"requests-hand-over-{width}-{scheme}")
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Alex Mere").click()
    expect(page.get_by_text("You entered it yourself: another owner")).to_be_visible()
    expect(page.get_by_role("button", name="Hand over the copy …")).to_have_count(0)
    visitor.look(f"requests-own-letter-{width}-{scheme}")
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Enter a letter …").click()
    visitor.look(f"requests-letter-{width}-{scheme}")
    visitor.open("/governance/requests?show=closed")
    expect(page.get_by_text("refused")).to_be_visible()
    visitor.look(f"requests-closed-{width}-{scheme}")
    visitor.open("/governance/requests?kind=rectification&show=closed")
    expect(page.get_by_text("There is no such request.")).to_be_visible()
    visitor.look(f"requests-none-{width}-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_of_ones_own(
    windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme
) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in("Lead of team a"))
    visitor.open("/pull-requests")
    page = visitor.page
    page.get_by_role("button", name="account of Lead of team a").click()
    page.get_by_role("menuitem", name="Your data").click()
    expect(page.get_by_text("So that you can sign in")).to_be_visible()
    visitor.look(f"your-data-{width}-{scheme}")
    page.get_by_role("button", name="Ask for erasure …").click()
    expect(page.get_by_role("radio", name="Keep the figures without me")).to_be_visible()
    visitor.look(f"your-data-erasure-{width}-{scheme}")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Ask for erasure …")).to_be_focused()


@pytest.fixture
def cleared(site: Site) -> Iterator[None]:
    yield
    site.run(clear)


@pytest.mark.usefixtures("cleared")
def test_a_copy_is_asked_for_by_keyboard_handed_over_and_downloaded(
    windows: Windows, signed_in: SignedIn, tmp_path: Path
) -> None:
    lead = windows.open(state=signed_in("Lead of team a"))
    lead.open("/your-data")
    lead.page.get_by_role("button", name="Ask for a copy …").focus()
    lead.page.keyboard.press("Enter")
    expect(lead.page.get_by_label("Anything to add")).to_be_focused()
    lead.page.keyboard.type("For my records.")
    lead.page.keyboard.press("Tab")
    lead.page.keyboard.press("Enter")
    expect(lead.page.get_by_text("You asked: a copy")).to_be_focused()
    lead.look("your-data-asked")
    lead.page.get_by_role("button", name="Ask for a copy …").click()
    lead.page.get_by_role("button", name="Ask for a copy", exact=True).click()
    expect(lead.page.get_by_role("alert")).to_contain_text("already")
    # The refusal is a line of the browser's own.
    lead.complaints.clear()
    administrator = windows.open(state=signed_in("Administrator"))
    administrator.open("/governance/requests")
    page = administrator.page
    page.get_by_role("button", name="Lead of team a").click()
    page.get_by_role("button", name="Hand over the copy …").click()
    page.get_by_role("button", name="Hand over", exact=True).click()
    expect(page.get_by_text("They find it under Your data.")).to_be_focused()
    administrator.look("requests-handed-over")
    _download(lead, tmp_path)


def _download(lead: Visitor, folder: Path) -> None:
    lead.open("/your-data")
    link = lead.page.get_by_role("link", name="Download the copy")
    expect(link).to_be_visible()
    lead.look("your-data-handed-over")
    with lead.page.expect_download() as loading:
        link.click()
    with zipfile.ZipFile(loading.value.path()) as archive:
        document = json.loads(archive.read("your-data.json"))
        page = Path(archive.extract("your-data.html", folder))
    assert document["about"] == "lead-a@plumbline.example"
    reader = Visitor(lead.page.context.new_page(), page.parent.as_uri(), lead.pictures)
    reader.open("/your-data.html")
    expect(reader.page.get_by_role("heading", name="What Plumbline holds about")).to_be_visible()
    reader.look("your-data-copy")


@pytest.mark.usefixtures("cleared")
def test_an_erasure_is_asked_for_begun_and_withdrawn(windows: Windows, signed_in: SignedIn) -> None:
    lead = windows.open(state=signed_in("Lead of team a"))
    lead.open("/your-data?ask=erasure")
    lead.page.get_by_role("radio", name="Take away that it was me").check()
    lead.page.get_by_role("button", name="Ask: erasure").click()
    expect(lead.page.get_by_text("You asked: erasure")).to_be_visible()
    administrator = windows.open(state=signed_in("Administrator"))
    administrator.open("/governance/requests")
    page = administrator.page
    page.get_by_role("button", name="Lead of team a").click()
    page.get_by_role("button", name="Start the erasure …").click()
    page.get_by_label("Reason, for whoever approves").fill("They leave.")
    administrator.look("requests-erase")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("waits for a second person's approval").first).to_be_visible()
    administrator.look("requests-erasing")
    lead.open("/your-data")
    expect(lead.page.get_by_text("waits for a second person's approval")).to_be_visible()
    lead.look("your-data-erasing")
    lead.page.get_by_role("button", name="Withdraw: erasure").click()
    expect(lead.page.get_by_text("Withdrawn: erasure.")).to_be_focused()
    lead.look("your-data-withdrawn")


REFUSED = json.dumps({"code": "busy", "message": "The database is busy.", "action": None})


@pytest.mark.parametrize(
    ("path", "answer", "shown"),
    [
        ("/your-data", "**/api/v1/your-data", "Your requests"),
        ("/governance/requests", "**/api/v1/subject-requests*", "Requests of people"),
    ],
)
def test_what_cannot_be_read_says_so_and_is_asked_for_again(
    windows: Windows, signed_in: SignedIn, path: str, answer: str, shown: str
) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    visitor.page.route(answer, lambda route: route.fulfill(status=503, body=REFUSED))
    visitor.open(path)
    again = visitor.page.get_by_role("button", name="Try again").first
    expect(again).to_be_visible(timeout=30_000)
    # The refusals are lines of the browser's own.
    visitor.complaints.clear()
    visitor.look(f"refused{path.replace('/', '-')}")
    visitor.page.unroute(answer)
    again.click()
    expect(again).to_have_count(0)
    expect(visitor.page.get_by_role("region", name=shown).first).to_be_visible()
