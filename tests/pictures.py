"""Takes the pictures of docs/pictures that are of Governance and Your data, from the running demo.

LINK is one of the sign-in links that the demo printed.
"""

import argparse
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.e2e.visitor import WIDTHS

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
HEIGHT = 900
COLOURS = 128
"""As many as a page of ours has, with the edges of its letters."""


def inventory(page: Page) -> None:
    page.goto("/governance/inventory?area=people")
    page.get_by_text("people.identity", exact=True).click()
    page.get_by_role("region", name="Columns of people.identity").wait_for()


def audit(page: Page) -> None:
    page.goto("/governance/audit")
    page.get_by_role("table").wait_for()


def erasures(page: Page) -> None:
    page.goto("/governance/erasures?ask=true")
    page.get_by_text("Person", exact=True).first.click()
    page.get_by_role("combobox", name="Person").fill("a")
    page.get_by_role("option").first.click()
    page.get_by_text("What would go, as of now").wait_for()


def requests(page: Page) -> None:
    page.goto("/governance/requests?show=all")
    page.get_by_role("table").wait_for()


def retention(page: Page) -> None:
    page.goto("/governance/retention")
    page.get_by_role("table").wait_for()


def outbound(page: Page) -> None:
    page.goto("/governance/outbound")
    page.get_by_role("table").wait_for()


def your_data(page: Page) -> None:
    page.goto("/your-data")
    page.get_by_role("table").wait_for()


PICTURES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "inventory": ("owner", inventory),
    "audit": ("owner", audit),
    "erasures": ("administrator", erasures),
    "requests": ("administrator", requests),
    "retention": ("administrator", retention),
    "outbound": ("owner", outbound),
    "your-data": ("team-lead", your_data),
}
"""By name: who looks, and how one comes there."""


@contextmanager
def signed_in(browser: Browser, link: str, who: str) -> Iterator[Page]:
    """`link` may be anybody's: it ends with who signs in."""
    address, _, rest = link.partition("/demo/sign-in/")
    token = rest.split("/")[0]
    context = browser.new_context(
        base_url=address, viewport={"width": WIDTHS["desk"], "height": HEIGHT}
    )
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
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for name in given.only or PICTURES:
            who, come = PICTURES[name]
            with signed_in(browser, given.link, who) as page:
                come(page)
                page.wait_for_load_state("networkidle")
                taken = Image.open(io.BytesIO(page.screenshot()))
            small = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            small.save(FOLDER / f"{name}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
