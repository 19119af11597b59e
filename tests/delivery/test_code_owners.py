"""What is taken of CODEOWNERS: patterns and who is named, by GitHub's rules, within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.delivery import code_owners
from backend.delivery.code_owners import OwnerLine, read
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
        ("x" * 501 + " @ada", None),
    ],
)
def test_a_line(line: str, told: tuple[str, tuple[str, ...]] | None) -> None:
    found = [(one.pattern, one.owners) for one in read({"CODEOWNERS": line.encode()})]
    assert found == ([told] if told else [])


def test_the_first_place_that_is_there_counts_and_lines_keep_their_order() -> None:
    files = {"docs/CODEOWNERS": b"* @c\n", "CODEOWNERS": b"\xef\xbb\xbf* @b\n\n/a/ @d\n"}
    assert read(files) == [OwnerLine(0, "*", ("@b",)), OwnerLine(2, "/a/", ("@d",))]
    assert read(files | {".github/CODEOWNERS": b""}) == []


def test_no_more_is_taken_than_is_sensible() -> None:
    lines = read({"CODEOWNERS": b"* @a\n" * (code_owners.MOST_PATTERNS + 1)})
    assert len(lines) == code_owners.MOST_PATTERNS
    (line,) = read({"CODEOWNERS": b"* " + b" ".join(b"@a%d" % n for n in range(99))})
    assert len(line.owners) == code_owners.MOST_OWNERS


@given(st.binary())
def test_whatever_stands_there_is_read(content: bytes) -> None:
    for line in read({"CODEOWNERS": content}):
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
