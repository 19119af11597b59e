"""Which paths count as generated."""

import pytest

from backend.delivery.attributes import read
from backend.delivery.generated_files import Judge, OrganisationRule, fingerprint, is_generated


@pytest.mark.parametrize(
    "path",
    [
        "package-lock.json",
        "frontend/package-lock.json",
        "go.sum",
        "a/b/uv.lock",
        "static/app.min.js",
        "api/v1/service.pb.go",
        "service_pb2.py",
        "vendor/github.com/x/y.go",
        "deep/node_modules/x/index.js",
        "web/dist/app.js",
        "src/__snapshots__/page.test.tsx.snap",
    ],
)
def test_generated(path: str) -> None:
    assert is_generated(path)


@pytest.mark.parametrize(
    "path",
    [
        "package.json",
        "my-package-lock.json",
        "package-lock.json/readme.md",
        "src/vendors/list.py",
        "distribution/setup.py",
        "dist",
        "app.minjs",
        "src/app.min.js/handler.py",
        "service_pb2_test.py",
        "migrations/0001_initial.py",
        "go.sum.md",
        "",
    ],
)
def test_written_by_people(path: str) -> None:
    assert not is_generated(path)


@pytest.mark.parametrize(
    ("pattern", "matches", "others"),
    [
        (
            "*.designer.cs",
            ["a.designer.cs", "x/y/a.designer.cs"],
            ["a.designer.cs/b", "designer.cs"],
        ),
        ("gen/", ["gen/a", "x/gen/a/b"], ["gen", "regen/a"]),
        ("/gen/", ["gen/a"], ["x/gen/a"]),
        ("api/*.json", ["api/a.json", "x/api/a.json"], ["api/v1/a.json"]),
        ("api/**/*.json", ["api/a.json", "api/v1/v2/a.json"], ["a.json"]),
        ("/Makefile", ["Makefile"], ["x/Makefile"]),
        ("naïve?", ["naïvex"], ["naïve"]),
    ],
)
def test_the_organisations_globs(pattern: str, matches: list[str], others: list[str]) -> None:
    found = Judge([OrganisationRule(pattern, is_generated=True)], [])
    assert [path for path in [*matches, *others] if found.is_generated(path)] == matches


def test_the_organisation_comes_first_then_the_repository_then_the_list() -> None:
    attributes = read(
        {"": b"*.sql linguist-generated\nvendor/** -linguist-vendored\ngo.sum text\n"}
    )
    rules = [
        OrganisationRule("schema.sql", is_generated=False),
        OrganisationRule("reports/", is_generated=True),
        OrganisationRule("by-hand.txt", is_generated=False),
    ]
    alone, both = Judge([], attributes), Judge(rules, attributes)
    assert [
        alone.is_generated(path) for path in ("schema.sql", "vendor/a.c", "go.sum", "a.py")
    ] == [*(True, False, True, False)]
    assert [
        both.is_generated(path) for path in ("schema.sql", "a.sql", "vendor/a.c", "go.sum")
    ] == [*(False, True, False, True)]
    assert both.is_generated("reports/2026.txt")
    assert not both.is_generated("reports/by-hand.txt")


def test_other_rules_have_another_fingerprint() -> None:
    on, off = (OrganisationRule("gen/", is_generated=value) for value in (True, False))
    assert len({fingerprint(rules) for rules in ([], [on], [off], [on, off], [off, on])}) == 5
