"""What .gitattributes say of a path is what git says: `git check-attr` is asked the same."""

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backend.delivery.attributes import GENERATED, VENDORED, Attributes, read
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
