"""Whose a file is: GitHub's rules, and no more effort than is allowed, whatever patterns and paths are compared."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.delivery.models import OwnerPattern, Repository
from backend.delivery.wildmatch import matcher
from backend.metrics.test_runs import owners
from backend.metrics.test_runs.owners import Owners, owners_of
from tests.factories import a_repository

DEAR = "**/" + "*aaaa/" * 5 + "b*"
"""Tried on LONG, it is long in finding out that it does not match."""
LONG = "b/" + "a" * 80 + "/" + "aaaa/" * 10 + "c"


def owned(pattern: str, path: str) -> bool:
    return bool(Owners([(pattern, ["@ada"])]).of(path))


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*", "a/b.py", True),
        ("*.js", "a/b.js", True),
        ("*.js", "a/b.py", False),
        ("/build/logs/", "build/logs/a/b.txt", True),
        ("/build/logs/", "x/build/logs/a.txt", False),
        ("docs/*", "docs/a.md", True),
        ("docs/*", "docs/more/a.md", False),
        ("apps/", "x/apps/y/a.py", True),
        ("apps/", "apps", False),
        ("/docs/", "docs/a.md", True),
        ("/apps/github", "apps/github/a.py", True),
        ("/apps/github", "apps/github", True),
        ("**/logs", "a/logs/b.txt", True),
        ("**/logs", "logs/b.txt", True),
        ("/scripts/**", "scripts/a/b.sh", True),
        ("name.py", "deep/down/name.py", True),
        ("", "a.py", False),
        ("/", "a.py", False),
    ],
)
def test_patterns_of_owners_are_githubs(pattern: str, path: str, *, expected: bool) -> None:
    assert owned(pattern, path) is expected


_NAMES = st.text("ab*?\\", min_size=1, max_size=3) | st.sampled_from(["*", "**", "***", "a**"])
_PATTERNS = st.builds(
    lambda before, names, after: before + "/".join(names) + after,
    st.sampled_from(["", "/"]),
    st.lists(_NAMES, min_size=1, max_size=4),
    st.sampled_from(["", "/", "//"]),
)
_PATHS = st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=5).map("/".join)


def matches(pattern: str, path: str) -> bool:
    """The rule itself, folder by folder."""
    text = pattern.rstrip("/")
    compiled = matcher(text)
    parts = path.split("/")
    candidates = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    name = text.rpartition("/")[2]
    if pattern.endswith("/"):
        candidates.pop()
    elif re.search(r"[*?]", name) and name != "**":
        candidates = [path]
    return compiled is not None and any(compiled.fullmatch(one.encode()) for one in candidates)


@given(st.lists(_PATTERNS, max_size=5), _PATHS)
def test_the_last_line_that_matches_decides(patterns: list[str], path: str) -> None:
    lines = [(pattern, [f"@{number}"]) for number, pattern in enumerate(patterns)]
    expected = [told for pattern, told in lines if matches(pattern, path)]
    assert Owners(lines).of(path) == (expected[-1] if expected else [])


def test_whose_a_file_far_down_is_is_not_told() -> None:
    deep = "a/" * owners.MOST_FOLDERS
    for pattern in ("*", "/a/"):
        assert owned(pattern, f"{deep}x.py")
        assert not owned(pattern, f"{deep}a/x.py")


def test_a_pattern_is_tried_only_where_its_words_occur() -> None:
    lines = [(f"/src/{number}/**/*.py", ["@ada"]) for number in range(1_000)]
    told = Owners(lines, effort=2_000_000)
    assert [told.of(f"src/{number}/a/b.py") for number in range(40)] == [["@ada"]] * 40


def test_where_the_effort_is_used_up_nobody_is_told_rather_than_somebody_else() -> None:
    lines = [("*", ["@all"]), ("/b/", ["@b"]), *((DEAR, ["@dear"]) for _ in range(1_000))]
    told = Owners(lines, effort=1_000_000)
    assert told.of(LONG) == []
    assert told.of("b/x") == ["@b"]
    assert Owners(lines).of(LONG) == ["@b"]


def test_plain_patterns_take_no_effort() -> None:
    lines = [(f"/src/{number}/", [f"@{number}"]) for number in range(1_000)]
    told = Owners([*lines, ("name.py", ["@name"])], effort=0)
    assert told.of("src/7/a.py") == ["@7"]
    assert told.of("src/7/name.py") == ["@name"]


@pytest.mark.django_db
def test_no_repository_uses_up_the_effort_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owners, "MOST_EFFORT", 1_000_000)

    def patterns(repository: Repository, pattern: str, count: int) -> None:
        OwnerPattern.objects.bulk_create(
            OwnerPattern(repository=repository, position=one, pattern=pattern, owners=["@ada"])
            for one in range(count)
        )

    hostile, other, without = (a_repository() for _ in range(3))
    patterns(hostile, DEAR, 1_000)
    patterns(other, "*.py", 1)
    files = [(hostile.pk, LONG), (other.pk, "a.py"), (without.pk, "a.py"), (other.pk, "")]
    assert owners_of(files) == {(hostile.pk, LONG): [], (other.pk, "a.py"): ["@ada"]}
