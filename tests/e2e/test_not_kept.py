"""What retention has removed is told as such on every page of figures, and never as 0."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from backend.delivery.store.horizons import Kind, keep_since
from tests.e2e.conftest import SignedIn, Site
from tests.e2e.visitor import WIDTHS, Scheme, Windows

LEAD = "Lead of team a"
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
HORIZON = TODAY - timedelta(days=50)
GONE = f"from={TODAY - timedelta(days=110):%Y-%m-%d}&to={TODAY - timedelta(days=60):%Y-%m-%d}"
PAGES = ("delivery", "tests", "issues", "investment", "pull-requests")


def keep_what_is_since(horizon: datetime | None) -> None:
    for kind in (Kind.PULL_REQUESTS, Kind.TEST_RUNS, Kind.DEPLOYMENTS, Kind.ISSUES):
        keep_since(kind=kind, since=horizon)


@pytest.fixture(scope="module", autouse=True)
def horizons(site: Site) -> Iterator[None]:
    """As after a night: what is older is on its way out, and part of it here still."""
    site.run(keep_what_is_since, HORIZON)
    yield
    site.run(keep_what_is_since, None)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_range_across_the_horizon_has_a_gap_and_says_why(
    windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme
) -> None:
    visitor = windows.open(width=WIDTHS[width], scheme=scheme, state=signed_in(LEAD))
    for name in ("delivery", "tests", "issues"):
        visitor.open(f"/{name}?team=department")
        expect(visitor.page.locator("main")).to_contain_text(
            re.compile(r"\d weeks older than what is kept")
        )
        visitor.look(f"not-kept-{name}-{width}-{scheme}")


@pytest.mark.parametrize("name", PAGES)
def test_a_range_before_it_has_no_figures(windows: Windows, signed_in: SignedIn, name: str) -> None:
    visitor = windows.open(state=signed_in(LEAD))
    visitor.open(f"/{name}?team=department&{GONE}")
    main = visitor.page.locator("main")
    expect(main).to_contain_text("This range is older than what is kept")
    expect(main).to_contain_text(f"What ended before {HORIZON.day} {HORIZON:%B %Y}")
    visitor.look(f"not-kept-{name}")
