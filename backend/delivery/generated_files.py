"""Which paths are generated files, by the rules of docs/metrics.md. Pure.

Three words are asked, in this order, and the first that says anything holds: the organisation's own rules, the
repository's .gitattributes, the built-in list.

The organisation's patterns and the built-in ones are globs over the whole path: `name` matches a file of that name in
any folder, `folder/` whatever is below a folder of that name at any depth, `*` stays within one name, `**/` is any
number of folders. A pattern that begins with a slash is about the top of the repository alone.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from backend.delivery.attributes import Attributes
from backend.delivery.records import AttributePatternRecord
from backend.delivery.wildmatch import matcher

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


PATHS_KEPT: Final = 20_000


@lru_cache(maxsize=PATHS_KEPT)
def is_generated(path: str) -> bool:
    """Whether the built-in list leaves a change of this path out of sizes."""
    return _ANY.search(path) is not None


@dataclass(frozen=True, slots=True)
class OrganisationRule:
    """A file of this pattern is generated, or is none whatever the other words say. A later rule wins."""

    pattern: str
    is_generated: bool


class Judge:
    """The rules that hold for one repository."""

    def __init__(
        self, organisation: Sequence[OrganisationRule], attributes: Sequence[AttributePatternRecord]
    ) -> None:
        self._organisation = [
            (expression, rule.is_generated)
            for rule in reversed(organisation)
            if (expression := matcher(as_path_pattern(rule.pattern)))
        ]
        self._attributes = Attributes.of(attributes)
        self._own = bool(organisation or attributes)
        self._known = lru_cache(maxsize=PATHS_KEPT)(self._judge)

    def is_generated(self, path: str) -> bool:
        """Whether a change of this path is left out of sizes."""
        return self._known(path) if self._own else is_generated(path)

    def _judge(self, path: str) -> bool:
        raw = path.encode()
        for expression, generated in self._organisation:
            if expression.fullmatch(raw):
                return generated
        said = self._attributes.is_generated(path)
        return is_generated(path) if said is None else said


@lru_cache(maxsize=4)
def judge(
    organisation: tuple[OrganisationRule, ...], attributes: tuple[AttributePatternRecord, ...]
) -> Judge:
    """The judge for these rules, kept with what it knows while it is asked again and again."""
    return Judge(organisation, attributes)


def as_path_pattern(pattern: str) -> str:
    """A glob over the whole path as the pattern that git would take for it."""
    anchored = pattern.startswith("/")
    body = pattern.removeprefix("/")
    if body.endswith("/"):
        body = f"{body}**"
    return f"/{body}" if anchored else f"**/{body}"


def fingerprint(organisation: Sequence[OrganisationRule]) -> str:
    """Names the built-in and the organisation's rules: what is marked by others is marked anew."""
    rules = [RULES_VERSION, *([rule.pattern, rule.is_generated] for rule in organisation)]
    return hashlib.sha256(json.dumps(rules).encode()).hexdigest()
