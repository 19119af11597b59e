"""Fields of passwords: looked at, pasted into, and told how good they are."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignedIn
from tests.e2e.visitor import PASSWORD, WIDTHS, Scheme, Visitor, Windows


def changing(windows: Windows, signed_in: SignedIn, **values: object) -> Visitor:
    visitor = windows.open(state=signed_in("Lead of team a"), **values)  # type: ignore[arg-type]
    visitor.open("/accounts/password/change/")
    return visitor


def test_what_is_typed_can_be_looked_at(windows: Windows, signed_in: SignedIn) -> None:
    page = changing(windows, signed_in).page
    field = page.get_by_label("Current Password")
    field.fill(PASSWORD)
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="Show what is typed").first.click()
    expect(field).to_have_attribute("type", "text")
    expect(field).to_have_value(PASSWORD)
    page.get_by_role("button", name="Hide what is typed").click()
    expect(field).to_have_attribute("type", "password")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_meter_tells_how_good_it_is(
    windows: Windows, signed_in: SignedIn, width: str, scheme: Scheme
) -> None:
    visitor = changing(windows, signed_in, width=WIDTHS[width], scheme=scheme)
    page = visitor.page
    field = page.get_by_label("New Password", exact=True)
    told = page.locator("output")
    expect(told).to_be_hidden()
    for typed, word in {
        "kettle": "6 more characters",
        "aaaaaaaaaaaaaa": "Easy to guess: few different characters",
        "nine kettles": "Fair: longer is better",
        "nine tin kettles": "Good",
        "nine bronze kettles sing": "Strong",
    }.items():
        field.fill(typed)
        expect(told).to_have_text(word)
    visitor.look(f"password-strength-{width}-{scheme}")


def test_managers_and_pasting_are_welcome(windows: Windows, signed_in: SignedIn) -> None:
    page = changing(windows, signed_in).page
    fields = page.locator("input[type=password]")
    kinds = fields.evaluate_all("all => all.map(one => one.autocomplete)")
    assert kinds == ["current-password", "new-password", "new-password"]
    field = page.get_by_label("New Password", exact=True)
    field.focus()
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            const event = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
            if (document.activeElement.dispatchEvent(event)) document.execCommand("insertText", false, text);
        }""",
        PASSWORD,
    )
    expect(field).to_have_value(PASSWORD)
