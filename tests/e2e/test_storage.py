"""What a browser keeps of somebody who worked here: a choice of colours, and cookies that tell nothing."""

from tests.e2e.conftest import SignedIn
from tests.e2e.visitor import Windows

PAGES = ("/pull-requests", "/delivery", "/tests", "/people", "/governance/overview", "/your-data")
CHOICES = {"mantine-color-scheme-value"}
COOKIES = {"session", "csrftoken", "known", "messages"}


def test_nothing_of_anybody_stays_in_the_browser(windows: Windows, signed_in: SignedIn) -> None:
    visitor = windows.open(state=signed_in("Administrator"))
    page = visitor.page
    for address in PAGES:
        visitor.open(address)
        page.wait_for_load_state("networkidle")
        page.get_by_role("heading", level=1).wait_for()
    kept = page.evaluate(
        "async () => ({local: {...localStorage}, session: {...sessionStorage},"
        " databases: await indexedDB.databases(), caches: await caches.keys()})"
    )
    assert kept["local"].keys() <= CHOICES
    assert set(kept["local"].values()) <= {"light", "dark", "auto"}
    # The router notes there how far pages were scrolled, by addresses that hold no names.
    assert not [
        name
        for name, value in kept["session"].items()
        if "@" in value or "plumbline.example" in value
    ]
    assert (kept["databases"], kept["caches"]) == ([], [])
    cookies = {one["name"].removeprefix("__Host-"): one for one in page.context.cookies()}
    assert cookies.keys() <= COOKIES
    assert cookies["session"]["httpOnly"]
    assert not [one for one in cookies.values() if "@" in one["value"]]
