"""What `scripts/appliance egress-test` makes of what it finds, without a running stack."""

from typing import Any

import pytest
from host.egress_test import ASKS, UNLISTED, judged, table

PLACES = ["ghes.example:443", "logs.example:6514"]
FINE = {
    "through": dict.fromkeys(PLACES, "200") | dict.fromkeys(UNLISTED, "403"),
    "straight": False,
    "known": False,
}


def amiss(changes: dict[str, Any], *, known: bool = False) -> list[str]:
    """Lines that are not as they should be, where the worker is found like this."""
    through = FINE["through"] | changes.pop("through", {})
    found = dict.fromkeys(ASKS, FINE) | {"worker": FINE | changes | {"through": through}}
    rows = judged(PLACES, found, {"nginx": known})
    shown = table(rows).splitlines()[1:]
    assert [line.startswith("!") for line in shown] == [not row.is_fine for row in rows]
    return [row.what for row in rows if not row.is_fine]


def test_all_is_as_it_should_be() -> None:
    assert amiss({}) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"through": {"ghes.example:443": "503"}}, "ghes.example:443"),
        ({"through": {"ghes.example:443": "403"}}, "ghes.example:443"),
        ({"through": {"ghes.example:443": "no answer"}}, "ghes.example:443"),
        ({"through": {UNLISTED[0]: "503"}}, f"not listed: {UNLISTED[0]}"),
        ({"through": {UNLISTED[1]: "200"}}, f"not listed: {UNLISTED[1]}"),
        ({"straight": True}, "without the proxy, by address"),
        ({"known": True}, "names of outside"),
    ],
)
def test_what_is_amiss_has_its_line(changes: dict[str, Any], line: str) -> None:
    assert amiss(dict(changes)) == [line]


def test_a_name_that_another_knows_is_amiss() -> None:
    assert amiss({}, known=True) == ["names of outside"]
