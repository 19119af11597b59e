"""What messages of git's and bodies of GitHub's name, and what looks like it and is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.delivery.references import (
    MOST_CHARACTERS,
    MOST_KEY,
    MOST_NAMES,
    MOST_REFERENCE,
    Body,
    Named,
    issue_keys,
    issue_keys_of_branch,
    of_body,
    of_message,
)

ONE, TWO = "1" * 40, "2" * 40
LONG = "3" * 64


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("", Named()),
        ("Fix the door", Named()),
        (f'Revert "Add a door"\n\nThis reverts commit {ONE}.\n', Named((ONE,))),
        (
            f"Revert a merge\n\nThis reverts commit {ONE}, reversing\nchanges made to {TWO}.\n",
            Named((ONE,)),
        ),
        (f"This reverts commit {ONE}.\r\nThis reverts commit {TWO}.\r\n", Named((ONE, TWO))),
        (f"This reverts commit {ONE}.\nThis reverts commit {ONE}.", Named((ONE,))),
        ("This reverts commit 1234567 (Add a door, 2026-03-02).", Named(("1234567",))),
        (f"This reverts commit {LONG}.", Named((LONG,))),
        (f"Add (#7)\n\n* Revert a\n\n* This reverts commit {ONE}.", Named((ONE,))),
        (f"Add a door\n\n(cherry picked from commit {ONE})\n", Named((), (ONE,))),
        (
            f"Add\n\n(cherry picked from commit {ONE})\n(cherry picked from commit {TWO})",
            Named((), (ONE, TWO)),
        ),
        (f"This reverts commit {ONE}.\n\n(cherry picked from commit {TWO})", Named((ONE,), (TWO,))),
        (f"> This reverts commit {ONE}.", Named()),
        (f"Whoever says This reverts commit {ONE}.", Named()),
        ("This reverts commit 123456.", Named()),
        ("This reverts commit of yesterday.", Named()),
        (f"This reverts commit {ONE}a.", Named()),
        ("This reverts commit deadbeefish.", Named()),
        (f"see (cherry picked from commit {ONE})", Named()),
        (f"(cherry picked from commit {ONE}) in part", Named()),
    ],
    ids=range(20),
)
def test_what_a_message_names(message: str, expected: Named) -> None:
    assert of_message(message) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", ()),
        ("Reverts forge/app#12", ("forge/app#12",)),
        ("It broke.\r\n\r\nReverts Forge/App.js#12\r\n", ("forge/app.js#12",)),
        ("Reverts forge/app#1\nReverts forge/app#2", ("forge/app#1", "forge/app#2")),
        ("Reverts forge/app#1\nReverts FORGE/app#1 ", ("forge/app#1", "forge/app#1")),
        ("> Reverts forge/app#12", ()),
        ("Reverts forge/app#12 in part", ()),
        ("Reverts #12", ()),
        ("Reverts forge/app#0", ()),
        ("This Reverts forge/app#12", ()),
    ],
    ids=range(10),
)
def test_what_a_body_names(body: str, expected: tuple[str, ...]) -> None:
    assert of_body(body).reverts == tuple(dict.fromkeys(expected))


def test_no_text_is_too_long() -> None:
    many = [f"{number:040x}" for number in range(MOST_NAMES + 5)]
    assert of_message("\n".join(f"This reverts commit {sha}." for sha in many)).reverts == tuple(
        many[:MOST_NAMES]
    )
    assert of_message("\n" * MOST_CHARACTERS + f"This reverts commit {ONE}.") == Named()
    assert of_body(f"Reverts {'a' * MOST_REFERENCE}/app#1").reverts == ()
    assert of_body("Reverts " * 200_000) == Body()


@given(st.text(), st.from_regex(r"[0-9a-f]{7,40}", fullmatch=True), st.text())
def test_any_text_may_stand_around(before: str, sha: str, after: str) -> None:
    found = of_message(f"{before}\nThis reverts commit {sha}.\n{after}")
    assert sha in found.reverts
    assert all(len(name) >= 7 for name in found.reverts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("FORGE-1: add a door", ("FORGE-1",)),
        ("[FORGE-1][MILL_2-30] add (FORGE-1)", ("FORGE-1", "MILL_2-30")),
        ("See https://jira.test/browse/FORGE-12?x=1, FORGE-13.", ("FORGE-12", "FORGE-13")),
        ("fix_FORGE-7_door", ("FORGE-7",)),
        ("WIP_FORGE-7 Fix-FORGE-8", ("WIP_FORGE-7", "FORGE-7", "FORGE-8")),
        ("FORGE-7-add-a-door", ("FORGE-7",)),
        ("forge-7 Forge-8 F-9", ()),
        ("FORGE-0 FORGE-07 FORGE- -7", ()),
        ("FORGE-7a xFORGE-7 1FORGE-7", ()),
        ("UTF-8.1 ISO-8859-1.2 A1-B2-3", ("ISO-8859", "B2-3")),
        (f"{'A' * MOST_KEY}-1", ()),
    ],
    ids=range(12),
)
def test_what_looks_like_keys_of_issues(text: str, expected: tuple[str, ...]) -> None:
    assert issue_keys(text) == expected


def test_branches_are_written_in_small_letters_too() -> None:
    assert issue_keys_of_branch("feature/forge-12-add-a-door") == ("FORGE-12",)
    assert issue_keys_of_branch("dev0001/FORGE-12_mill-3") == (
        "FORGE-12",
        "MILL-3",
    )
    assert issue_keys_of_branch("dev0001-forge-12-add") == ("FORGE-12",)
    assert "FORGE-2" in issue_keys_of_branch("fix_FORGE-2")


@given(st.text())
def test_whatever_is_taken_for_a_key_stands_in_the_text(text: str) -> None:
    found = issue_keys(text)
    assert all(key in text and key.isascii() for key in found)
    assert len(found) <= MOST_NAMES
