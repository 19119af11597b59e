"""Which paths are generated files, by the built-in rules of docs/metrics.md. Pure.

Patterns are globs over the whole path: `name` matches a file of that name in any folder, `folder/` whatever is
below a folder of that name at any depth, `*` stays within one name.
"""

import re
from functools import lru_cache
from typing import Final

RULES_VERSION: Final = 1
"""Grows with every change of PATTERNS; stored sizes name the version they were marked with."""

PATTERNS: Final = (
    # Locks of package managers
    *(
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "bun.lock",
        "bun.lockb",
    ),
    *("Gemfile.lock", "poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "Cargo.lock", "go.sum"),
    *(
        "composer.lock",
        "Podfile.lock",
        "Package.resolved",
        "pubspec.lock",
        "mix.lock",
        "flake.lock",
    ),
    *("packages.lock.json", "gradle.lockfile", "deno.lock"),
    # What compilers and bundlers write
    *(
        "*.min.js",
        "*.min.css",
        "*.js.map",
        "*.css.map",
        "*.pb.go",
        "*_pb2.py",
        "*_pb2.pyi",
        "*_pb2_grpc.py",
    ),
    *("*.pb.cc", "*.pb.h", "*.generated.*", "*.snap", "__snapshots__/", "dist/"),
    # Other people's code
    *("vendor/", "node_modules/", "third_party/", "bower_components/"),
)


def _expression(pattern: str) -> str:
    folder = pattern.endswith("/")
    body = re.escape(pattern.removesuffix("/")).replace(r"\*", "[^/]*")
    return f"(?:^|/){body}{'/' if folder else '$'}"


_ANY: Final = re.compile("|".join(_expression(pattern) for pattern in PATTERNS))


@lru_cache(maxsize=50_000)
def is_generated(path: str) -> bool:
    """Whether a change of this path is left out of sizes."""
    return _ANY.search(path) is not None
