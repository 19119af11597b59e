"""A browser page that fails the test for what no page may do: break the policy, log an error, shut somebody out."""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState

TOP = Path(__file__).resolve().parents[2]
AXE = (TOP / "frontend/node_modules/axe-core/axe.min.js").read_text()
PASSWORD = "nine bronze kettles"
WIDTHS = {"desk": 1440, "phone": 390}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

Scheme = Literal["light", "dark"]

_WATCH_POLICY = """
window.policyViolations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.policyViolations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`);
});
"""


# What stands behind an open dialog cannot be reached, and is judged without it.
_JUDGE = """
tags => axe.run(document.querySelector("[role=dialog][aria-modal=true]") ?? document, {
  runOnly: tags,
  resultTypes: ["violations"],
})
"""


@dataclass
class Visitor:
    """One window. `look` after every step: it raises AssertionError with all that is wrong."""

    page: Page
    address: str
    pictures: Path
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(_WATCH_POLICY)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        ours = not where or where.startswith(self.address)
        if ours and message.type in {"error", "warning"}:
            self.complaints.append(f"console {message.type}: {message.text}")

    def open(self, path: str) -> None:
        self.page.goto(self.address + path, wait_until="networkidle")

    def look(self, name: str) -> None:
        """Take a picture and judge the page as it stands."""
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=self.pictures / f"{name}.png", full_page=True)
        violations = self.page.evaluate("window.policyViolations")
        wrong = [*self.complaints, *(f"policy: {violation}" for violation in violations)]
        wrong += self._barriers()
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append("the page is wider than the window")
        assert not wrong, f"{name}: " + "\n".join(wrong)

    def _barriers(self) -> list[str]:
        # What is half below the header, because the page was scrolled, is no barrier.
        scrolled = self.page.evaluate("scrollY")
        self.page.evaluate("scrollTo(0, 0)")
        self.page.evaluate(AXE)
        found: dict[str, Any] = self.page.evaluate(_JUDGE, RULES)
        self.page.evaluate("y => scrollTo(0, y)", scrolled)
        # What the policy keeps the judge from is not the page's doing: the next look begins anew.
        self.page.evaluate("window.policyViolations.length = 0")
        self.complaints.clear()
        return [
            f"axe {violation['impact']}: {violation['id']}: {node['html'][:300]} {node['failureSummary']}"
            for violation in found["violations"]
            if violation["impact"] in {"serious", "critical"}
            for node in violation["nodes"]
        ]

    def address_shown(self) -> str:
        return self.page.url.removeprefix(self.address)

    def first_dot(self, region: str) -> tuple[float, float]:
        """Where in the window a scatter's first dot is."""
        dots = self.page.get_by_role("region", name=region).locator("path[class*=dots]").first
        dots.scroll_into_view_if_needed()
        found = re.match(r"M([\d.]+) ([\d.]+)", dots.get_attribute("d") or "")
        chart = dots.locator("xpath=ancestor::*[name()='svg'][1]").bounding_box()
        assert found
        assert chart
        return chart["x"] + float(found[1]), chart["y"] + float(found[2])

    def enrol(self, link: str, *, look: bool = False) -> None:
        """Choose a password, set up the second factor, keep the recovery codes: what everybody does once."""
        self.open(link)
        if look:
            self.look("enrolment-password")
        for box in self.page.locator("input[type=password]").all():
            box.fill(PASSWORD)
        self.page.get_by_role("button", name="Continue").click()
        self.page.wait_for_url("**/accounts/2fa/totp/activate/")
        if look:
            self.look("enrolment-second-factor")
        self.page.get_by_label(re.compile("code", re.IGNORECASE)).last.fill(self._code())
        self.page.get_by_role("button", name="Continue").click()
        self.page.wait_for_url("**/accounts/2fa/recovery-codes/")
        if look:
            self.look("enrolment-recovery-codes")
        self.page.get_by_role("link", name="I have kept them, go on").click()
        self.page.wait_for_url("**/pull-requests*")

    def _code(self) -> str:
        secret = self.page.locator("code.key").inner_text()
        return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


@dataclass
class Windows:
    """Opens windows of every size and colour, signed in or not."""

    browser: Browser
    address: str
    pictures: Path
    opened: list[BrowserContext] = field(default_factory=list)

    def open(
        self,
        *,
        width: int = WIDTHS["desk"],
        scheme: Scheme = "light",
        state: StorageState | None = None,
    ) -> Visitor:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            reduced_motion="reduce",
            storage_state=state,
        )
        context.set_default_timeout(20_000)
        self.opened.append(context)
        return Visitor(context.new_page(), self.address, self.pictures)

    def close(self) -> None:
        while self.opened:
            self.opened.pop().close()
