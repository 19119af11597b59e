"""What is taken of CODEOWNERS: patterns and who is named, by GitHub's rules, within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.delivery import code_owners
from backend.delivery.code_owners import Owned, OwnerLine, read
from backend.delivery.models import OwnerPattern
from backend.delivery.store.code_owners import keep_owner_patterns
from tests.factories import a_repository


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("*.py @ada", ("*.py", ("@ada",))),
        ("  docs/ \t @forge/docs  @ada # both\r", ("docs/", ("@forge/docs", "@ada"))),
        (r"a\ file.txt @ada", ("a file.txt", ("@ada",))),
        ("build/", ("build/", ())),
        ("*.py ada@forge.example @ada", ("*.py", ("@ada",))),
        ("*.py @ada,@bob", ("*.py", ())),
        ("", None),
        ("# *.py @ada", None),
        ("!*.py @ada", None),
        ("[Docs] @ada", None),
        (r"\#file @ada", None),
    ],
)
def test_a_line(line: str, told: tuple[str, tuple[str, ...]] | None) -> None:
    found = read({"CODEOWNERS": line.encode()})
    assert [(one.pattern, one.owners) for one in found.lines] == ([told] if told else [])
    assert not found.notes


def test_the_first_place_that_is_there_counts_and_lines_keep_their_order() -> None:
    files = {"docs/CODEOWNERS": b"* @c\n", "CODEOWNERS": b"\xef\xbb\xbf* @b\n\n/a/ @d\n"}
    assert read(files).lines == [OwnerLine(0, "*", ("@b",)), OwnerLine(2, "/a/", ("@d",))]
    assert read(files | {".github/CODEOWNERS": b""}).lines == []


def test_no_more_is_taken_than_is_sensible() -> None:
    """And what of lines and patterns is left out, is told."""
    many = read({"CODEOWNERS": b"* @a\n" * (code_owners.MOST_PATTERNS + 1)})
    assert [line.position for line in many.lines] == [*range(1, code_owners.MOST_PATTERNS + 1)]
    assert many.notes == [code_owners.LEFT_OUT]
    long = read({"CODEOWNERS": b"x" * (code_owners.LONGEST_PATTERN + 1) + b" @a\n* @b\n"})
    assert [line.pattern for line in long.lines] == ["*"]
    assert long.notes == [code_owners.LEFT_OUT]
    for large in (None, b"* @a\n" * code_owners.MOST_BYTES):
        assert read({"CODEOWNERS": large, "docs/CODEOWNERS": b"* @a\n"}) == Owned(
            [], is_exceeded=True
        )
    named = read({"CODEOWNERS": b"* " + b" ".join(b"@a%d" % n for n in range(99))})
    assert [len(line.owners) for line in named.lines] == [code_owners.MOST_OWNERS]


@given(st.binary())
def test_whatever_stands_there_is_read(content: bytes) -> None:
    for line in read({"CODEOWNERS": content}).lines:
        assert line.pattern
        assert "\0" not in line.pattern
        assert all(owner.startswith("@") for owner in line.owners)


@pytest.mark.django_db
def test_patterns_become_those_of_the_tip_and_are_written_only_where_they_differ() -> None:
    repository, other = a_repository(), a_repository()
    keep_owner_patterns(repository=other, lines=[OwnerLine(0, "*", ())])
    lines = [OwnerLine(0, "*", ("@a",)), OwnerLine(3, "docs/", ())]
    assert keep_owner_patterns(repository=repository, lines=lines)
    before = set(OwnerPattern.objects.values_list("pk", flat=True))
    assert not keep_owner_patterns(repository=repository, lines=lines)
    assert set(OwnerPattern.objects.values_list("pk", flat=True)) == before
    assert keep_owner_patterns(repository=repository, lines=lines[1:])
    assert list(repository.owner_patterns.values_list("position", "pattern", "owners")) == [
        (3, "docs/", [])
    ]
    assert other.owner_patterns.count() == 1
