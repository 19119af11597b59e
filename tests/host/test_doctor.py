"""What doctor makes of what it is told; the rest is asked of a running appliance in tests/appliance."""

from argparse import Namespace
from pathlib import Path

import pytest
from host import doctor
from host.ending import Refused
from host.verdicts import BAD, WARNING, Finding


def test_a_place_that_is_not_known_to_be_encrypted_is_named() -> None:
    found = doctor.at_rest([("data", True), ("swap", False)])
    assert (found.is_good, found.found) == (False, "not known of: swap")


def test_the_text_says_what_is_needed_and_what_to_do_where_something_is_amiss() -> None:
    good = Finding("one", "here", "here", todo="nothing")
    bad = Finding("two", "gone", "here", BAD, "put it back")
    assert doctor.as_text([good]) == "well  one: here\nAll is well."
    assert doctor.as_text([good, bad]).splitlines()[1:] == [
        "AMISS two: gone",
        "      needed: here. put it back",
        "1 of 2 are amiss.",
    ]


def test_what_a_container_says_gives_no_orders_to_the_terminal() -> None:
    said = Finding("web", "\x1b[2J\x1b[Hwell\nAll is well.", "good", BAD, "\x9b1A look")
    text = doctor.as_text([said])
    assert text.splitlines()[0] == "AMISS web: ?[2J?[Hwell All is well."
    assert "\x9b" not in text


def test_for_programs_it_tells_as_web_does() -> None:
    (told,) = doctor.document([Finding("disk", "5 %", "10 %", WARNING, "make room")])
    wanted = {"name": "disk", "found": "5 %", "needed": "10 %", "todo": "make room"}
    assert told == wanted | {"is_good": False}


def test_where_nothing_is_installed_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Nothing is installed"):
        doctor.run(Namespace(env_file=tmp_path / "none", json=False))
