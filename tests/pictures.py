"""Takes the pictures of docs/pictures that are of Governance and Your data, from the running demo.

LINK is one of the sign-in links that the demo printed. Before, link its team lead to a person (Administration, Users),
so that something is held about them.
"""

import argparse
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium-headless-shell"
PERSON = "netbox-dev0001"
"""Who did much in the history that is shown."""
ROWS = 3
"""Of requests, with that of their names."""
SIZE: ViewportSize = {"width": 1440, "height": 900}


def inventory(page: Page) -> None:
    page.goto("/governance/inventory?area=people")
    page.get_by_text("people.identity", exact=True).click()
    page.get_by_role("region", name="Columns of people.identity").wait_for()


def audit(page: Page) -> None:
    # The log goes by the real time, whatever day the demo shows.
    today = datetime.now(UTC).date()
    page.goto(f"/governance/audit?from={today}&to={today + timedelta(days=1)}")
    page.get_by_role("table").wait_for()


def erasures(page: Page) -> None:
    page.goto("/governance/erasures?ask=true")
    page.get_by_text("Person", exact=True).first.click()
    page.get_by_role("combobox", name="Person").fill(PERSON)
    page.get_by_role("option").first.click()
    page.get_by_text("Take away that it was them").click()
    page.get_by_text("Repositories under their own account").wait_for()


def requests(page: Page) -> None:
    """After the team lead has asked, and somebody by letter."""
    page.goto("/governance/requests")
    if page.get_by_role("row").count() < ROWS:
        page.get_by_role("button", name="Enter a letter …").click()
        form = page.get_by_role("dialog")
        form.get_by_label("Who asks, and where the answer goes").fill("jo@demo.example")
        form.get_by_label("How you made sure who asks").fill(
            "Called back at the number that the directory has."
        )
        form.get_by_role("button", name="Enter", exact=True).click()
        form.get_by_text("Received").first.wait_for()
        page.goto("/governance/requests")
    page.get_by_role("button", name="Demo team lead").click()
    page.get_by_role("dialog").get_by_text("What is held about them").first.wait_for()


def retention(page: Page) -> None:
    page.goto("/governance/retention")
    page.get_by_role("table").wait_for()


def outbound(page: Page) -> None:
    page.goto("/governance/outbound")
    page.get_by_role("table").wait_for()


def your_data(page: Page) -> None:
    page.goto("/your-data?ask=access")
    page.get_by_role("table").wait_for()
    if page.get_by_text("You have asked for nothing yet.").is_visible():
        page.get_by_role("button", name="Ask for a copy", exact=True).click()
    page.goto("/your-data")
    page.get_by_text("to be answered by").first.wait_for()


PICTURES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "your-data": ("team-lead", your_data),
    "inventory": ("owner", inventory),
    "audit": ("owner", audit),
    "erasures": ("administrator", erasures),
    "requests": ("administrator", requests),
    "retention": ("administrator", retention),
    "outbound": ("owner", outbound),
}
"""By name: who looks, and how one comes there."""


@contextmanager
def signed_in(browser: Browser, link: str, who: str) -> Iterator[Page]:
    """`link` may be anybody's: it ends with who signs in."""
    address, _, rest = link.partition("/demo/sign-in/")
    token = rest.split("/")[0]
    context = browser.new_context(base_url=address, viewport=SIZE, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"/demo/sign-in/{token}/{who}?next={quote('/your-data')}")
    yield page
    context.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("link", metavar="LINK")
    parser.add_argument("--only", action="append", choices=PICTURES, help="may be given again")
    given = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name in given.only or PICTURES:
            who, come = PICTURES[name]
            with signed_in(browser, given.link, who) as page:
                come(page)
                page.wait_for_load_state("networkidle")
                taken = Image.open(io.BytesIO(page.screenshot()))
            taken.convert("RGB").save(FOLDER / f"{name}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
