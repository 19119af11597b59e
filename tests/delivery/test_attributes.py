"""What .gitattributes say of a path is what git says: `git check-attr` is asked the same."""

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backend.delivery import attributes
from backend.delivery.attributes import GENERATED, VENDORED, Attributes, Budget, read
from backend.delivery.wildmatch import matcher

Said = dict[tuple[str, str], bool | None]
MEANING = {"set": True, "unset": False, "unspecified": None, "false": False}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


def told_by_git(tree: Path, files: Mapping[str, bytes], paths: list[str]) -> Said:
    for old in tree.rglob(".gitattributes"):
        old.unlink()
    for folder, content in files.items():
        (tree / folder).mkdir(parents=True, exist_ok=True)
        (tree / folder / ".gitattributes").write_bytes(content)
    done = subprocess.run(
        ["git", "-C", str(tree), "check-attr", "-z", "--stdin", GENERATED, VENDORED],
        input="".join(f"{path}\0" for path in paths).encode(),
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": os.devnull},
    )
    parts = done.stdout.decode().split("\0")[:-1]
    triples = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return {(path, name): MEANING.get(value, True) for path, name, value in triples}


def told_here(files: Mapping[str, bytes], paths: list[str]) -> Said:
    found = Attributes.of(read(files))
    return {
        (path, name): found.value(path, name) for path in paths for name in (GENERATED, VENDORED)
    }


def agree(tree: Path, files: Mapping[str, bytes], paths: list[str]) -> None:
    assert told_here(files, paths) == told_by_git(tree, files, paths)


WORDS = ("a", "b", "ab", "a.b", "é", "-", "]", "a b")
PATTERN = st.lists(
    st.sampled_from(
        [
            *WORDS,
            "*",
            "**",
            "?",
            "/",
            "/**/",
            "**/",
            "[ab]",
            "[!a]",
            "[^]b]",
            "[a-c]",
            "[[:alpha:]]",
            "[",
            "[[:nope:]]",
            "\\*",
            "\\a",
            "[b-a]",
            "[\\]a]",
            "[a-",
            "***",
            "x/",
            "[--a]",
        ]
    ),
    min_size=1,
    max_size=6,
).map("".join)
WORD = st.sampled_from(
    [f"{sign}{name}" for sign in ("", "-", "!") for name in (GENERATED, VENDORED)]
    + [f"{GENERATED}=true", f"{VENDORED}=false", f"{GENERATED}=", "text", "mine", "eol=lf", "-text"]
    + ["not%a%name", "both=no"]
)


def quoted(pattern: str) -> str:
    return '"' + pattern.replace("\\", "\\\\") + '"'


LINE = st.builds(
    lambda lead, pattern, states, end: f"{lead}{pattern} {' '.join(states)}{end}",
    st.sampled_from(["", "", " ", "\t"]),
    st.one_of(PATTERN.map(lambda text: text.replace(" ", "")), PATTERN.map(quoted)),
    st.lists(WORD, max_size=3),
    st.sampled_from(["", "", "\r", " "]),
)
MACRO = st.sampled_from(
    [
        "[attr]mine linguist-generated",
        "[attr]mine -linguist-vendored other",
        "# none",
        "",
        "[attr]other linguist-vendored\n[attr]mine other",
        "[attr]mine mine linguist-generated",
    ]
)
FILE = st.builds(
    lambda macro, lines: "\n".join([macro, *lines]).encode(), MACRO, st.lists(LINE, max_size=4)
)
FILES = st.dictionaries(st.sampled_from(["", "a/", "a/b/", "b/"]), FILE, max_size=3)
PATHS = st.lists(
    st.lists(st.sampled_from([*WORDS, "abc", "x", "*", "cab"]), min_size=1, max_size=4).map(
        "/".join
    ),
    min_size=1,
    max_size=8,
    unique=True,
).map(lambda paths: [path for path in paths if ".gitattributes" not in path])


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(files=FILES, paths=PATHS)
@example(files={"": b"a**/b linguist-generated"}, paths=["ab", "a/b", "ax/b", "a/x/b"])
@example(files={"": b"a/** linguist-generated\n"}, paths=["a", "a/b", "a/b/c", "b/a/b"])
@example(files={"": b"/a linguist-vendored", "a/": b"a !linguist-vendored"}, paths=["a", "a/a"])
def test_as_git_says(tree: Path, files: dict[str, bytes], paths: list[str]) -> None:
    agree(tree, files, paths)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(patterns=st.lists(PATTERN, min_size=1, max_size=1), paths=PATHS)
def test_patterns_match_as_in_git(tree: Path, patterns: list[str], paths: list[str]) -> None:
    lines = "".join(f"{quoted(pattern)} {GENERATED}\n" for pattern in patterns)
    agree(tree, {"": lines.encode()}, paths)


def test_a_file_as_people_write_it(tree: Path) -> None:
    top = (
        b"\xef\xbb\xbf# what machines write\n"
        b"[attr]generated linguist-generated=true -text\n"
        b"*.pb.go generated\r\n"
        b"api/**/schema.json linguist-generated\n"
        b'"docs/two words.md" linguist-generated\n'
        b"!negative.txt linguist-generated\n"
        b"vendor/ linguist-vendored\n"
        b"vendor/** linguist-vendored\n"
        b"/go.sum -linguist-generated\n"
        b"x.pb.go linguist-generated=false\n" + b"y" * 2100 + b" linguist-generated\n"
    )
    nested = b"ours.c -linguist-vendored\n[attr]late linguist-generated\n*.late late\n"
    paths = ["a.pb.go", "x.pb.go", "api/schema.json", "api/v1/x/schema.json", "docs/two words.md"]
    paths += ["negative.txt", "!negative.txt", "vendor/x.c", "vendor/ours.c", "vendor/a.late"]
    paths += ["go.sum", "deep/go.sum", "y" * 2100, "a/vendor/x.c", "[attr]generated"]
    files = {"": top, "vendor/": nested}
    agree(tree, files, paths)
    found = Attributes.of(read(files))
    assert {
        path: found.is_generated(path) for path in paths if found.is_generated(path) is not None
    } == {
        "a.pb.go": True,
        "x.pb.go": False,
        "api/schema.json": True,
        "api/v1/x/schema.json": True,
        "docs/two words.md": True,
        "vendor/x.c": True,
        "vendor/ours.c": False,
        "vendor/a.late": True,
        "go.sum": False,
    }


def test_only_the_patterns_are_taken() -> None:
    (record,) = read({"docs/": b"secret.txt filter=secret\n*.md linguist-generated text\n"})
    assert (record.folder, record.position, record.pattern) == ("docs/", 1, "*.md")
    odd = b"\xff\xfe linguist-generated=\xff\n" + b'"a\\000b" linguist-generated\n'
    assert [one.pattern for one in read({"": odd})] == ["\ufffd\ufffd"]


class Counted(dict[str, list[attributes._Word]]):
    """Macros that count how often one is looked into."""

    looked = 0

    def __getitem__(self, name: str) -> list[attributes._Word]:
        self.looked += 1
        return super().__getitem__(name)


def word(name: str) -> attributes._Word:
    return attributes._Word(name, value=True, may_be_macro=True)


def test_macros_that_double_are_looked_into_once() -> None:
    last = 40
    doubling = [f"[attr]m{number} m{number + 1} m{number + 1}" for number in range(last)]
    text = "\n".join([*doubling, f"[attr]m{last} {GENERATED}", "*.x m0"]).encode()
    budget = Budget()
    (record,) = read({"": text}, budget)
    assert (record.pattern, record.attribute, record.value) == ("*.x", GENERATED, True)
    assert budget.notes == []

    macros = Counted({f"m{n}": [word(f"m{n + 1}"), word(f"m{n + 2}")] for n in range(last)})
    assert len(attributes._expanded([word("m0"), word("m1")], macros)) == last + 2
    assert macros.looked == last


def test_macros_beyond_the_bound_are_ignored() -> None:
    chain = [f"[attr]m{number} m{number + 1}" for number in range(3_000)]
    text = "\n".join([*chain, f"[attr]m3000 {GENERATED}", "*.x m0", f"*.y {GENERATED}"]).encode()
    budget = Budget()
    assert [record.pattern for record in read({"": text}, budget)] == ["*.y"]
    assert budget.notes == [attributes.LEFT_OUT]


def test_a_macro_that_calls_itself_in_a_circle(tree: Path) -> None:
    text = (
        b"[attr]one two linguist-generated\n[attr]two one -linguist-vendored\n"
        b"[attr]undone one -two\n*.x one\n*.y two -one\n*.z undone linguist-vendored\n"
    )
    agree(tree, {"": text}, ["a.x", "a.y", "a.z"])


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attributes, "MOST_PATTERNS", 3)
    lines = [f"{'x' * 501} {GENERATED}", *(f"{number} {GENERATED}" for number in range(9))]
    budget = Budget()
    found = read({"": b"*.png binary\n" * 9 + "\n".join(lines).encode()}, budget)
    assert [record.pattern for record in found] == ["0", "1"]
    assert budget.is_exceeded
    budget = Budget()
    assert read({"x" * 1_000 + "/": f"* {GENERATED}".encode()}, budget) == []
    assert budget.is_exceeded


def test_a_budget_takes_what_fits() -> None:
    budget = Budget(bytes_left=10)
    assert budget.takes(b"12345678")
    assert budget.notes == []
    assert not budget.takes(b"123")
    assert budget.takes(b"12")
    assert budget.notes == [attributes.LEFT_OUT]
    assert not budget.takes(None)


def test_a_hostile_pattern_costs_little() -> None:
    path = "/".join(["a" * 200] * 10)
    hostile = [
        "*a" * 30 + "b",
        "a/" + "**/a*" * 20 + "b",
        "*" + "[a-z]*" * 30 + "!",
        "**/" * 40 + "z",
    ]
    began = time.monotonic()
    for pattern in hostile:
        found = matcher(pattern)
        assert found is not None
        assert not found.fullmatch(path.encode())
    assert time.monotonic() - began < 2
