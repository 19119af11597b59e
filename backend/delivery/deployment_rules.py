"""What counts as a deployment, of which service and environment, and which pull request is a hotfix. Pure.

The organisation's rules are asked in order. One candidate may be a deployment of several services; of one service the
first rule that matches decides. A rule that says "is no deployment" and names no service ends the asking. The built-in
names of environments are asked where no rule of the organisation's made a deployment of it.

Patterns are globs without regard to case, over the whole name; `*` crosses slashes. One over repositories that has no
slash is about the name alone, without the owner's.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from backend.delivery.generated_files import as_path_pattern
from backend.delivery.wildmatch import matcher

RULES_VERSION: Final = 1
"""Grows with every change of what is judged here or of the built-in names."""

# The words of `delivery.DeploymentSource`, `delivery.Environment` and `delivery.DeploymentRule`.
GITHUB_DEPLOYMENT: Final = "github_deployment"
WORKFLOW: Final = "workflow"
CHECK: Final = "check"
RELEASE: Final = "release"
TAG: Final = "tag"
MERGE: Final = "merge"
API: Final = "api"
IN_PROGRESS: Final = "in_progress"
SUCCEEDED: Final = "succeeded"
FAILED: Final = "failed"
NO_DEPLOYMENT: Final = "none"
BRANCH: Final = "branch"
LABEL: Final = "label"

SOURCES: Final = {
    GITHUB_DEPLOYMENT: "GitHub deployment",
    WORKFLOW: "workflow run",
    CHECK: "check run",
    RELEASE: "release",
    TAG: "tag",
    MERGE: "merge to a branch",
    API: "reported by API",
}
"""As a person reads them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """As `delivery.DeploymentRule` has it; `environment` may be NO_DEPLOYMENT."""

    repositories: str
    source: str
    pattern: str
    environment: str
    service: str = ""
    paths: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{SOURCES[self.source]} {self.pattern} of {self.repositories}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be a deployment. `name` is what patterns are matched with: the environment of a GitHub or reported
    deployment, the name of the workflow or check, the tag, the branch that was merged to.
    """

    repository: str
    """As owner/name."""
    source: str
    key: str
    """As `delivery.DeploymentSource` says."""
    name: str
    sha: str
    outcome: str
    """IN_PROGRESS, SUCCEEDED or FAILED."""
    started_at: datetime
    finished_at: datetime | None
    """Null while it goes on."""
    service: str = ""
    """As reported, else empty."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A deployment of one service. Where there are `paths`, only changes to files that they match are the service's."""

    service: str
    environment: str
    paths: tuple[str, ...]
    rule: Rule


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is a sentence or more for a person, always."""

    deployments: tuple[Judged, ...]
    reason: str
    is_unmapped: bool = False
    """It has an environment that no rule and no built-in name says anything of."""


_NAMES: Final = {
    "production": ("production", "prod", "prd", "live"),
    "staging": (
        *("staging", "stage", "stg", "uat", "acceptance"),
        *("preprod", "pre-prod", "preproduction", "pre-production"),
    ),
    "testing": ("test", "testing", "tst", "qa"),
    "development": ("development", "develop", "dev", "preview", "review", "sandbox"),
}
_FURTHER: Final = "[-_/.: ]*"
"""What may stand behind a usual name, as in prod-eu and production/eu."""

BUILT_IN: Final = tuple(
    Rule("*", source, name + further, environment)
    for source in (GITHUB_DEPLOYMENT, API)
    for environment, names in _NAMES.items()
    for name in names
    for further in ("", _FURTHER)
)
"""Usual names of the tiers. Nothing but what has an environment is a deployment without a rule."""


def judge(candidate: Candidate, rules: Iterable[Rule]) -> Verdict:
    """What the organisation's rules, in their order, and then the built-in names make of it."""
    return judge_name(
        candidate.repository, candidate.source, candidate.name, candidate.service, tuple(rules)
    )


@lru_cache(maxsize=2_000)
def judge_name(
    repository: str, source: str, name: str, service: str, rules: tuple[Rule, ...]
) -> Verdict:
    """All that the verdict on a candidate rests on."""
    own = service or repository.rpartition("/")[2]
    decided: dict[str, Rule] = {}
    for rule in _matching(repository, source, name, rules):
        decided.setdefault(rule.service or own, rule)
        if rule.environment == NO_DEPLOYMENT and not rule.service:
            break
    ended = any(one.environment == NO_DEPLOYMENT and not one.service for one in decided.values())
    usual = None
    if not ended and all(one.environment == NO_DEPLOYMENT for one in decided.values()):
        usual = next(_matching(repository, source, name, BUILT_IN), None)
        if usual:
            decided.setdefault(own, usual)
    if not decided:
        unmapped = source in {GITHUB_DEPLOYMENT, API}
        return Verdict((), _why_none(source, name), is_unmapped=unmapped)
    deployments = tuple(
        Judged(of, rule.environment, rule.paths, rule)
        for of, rule in decided.items()
        if rule.environment != NO_DEPLOYMENT
    )
    reasons = (_why(name, of, rule, built_in=rule is usual) for of, rule in decided.items())
    return Verdict(deployments, " ".join(reasons))


def _matching(repository: str, source: str, name: str, rules: Iterable[Rule]) -> Iterator[Rule]:
    return (
        rule
        for rule in rules
        if rule.source == source
        and fits_repository(repository, rule.repositories)
        and fits(name, rule.pattern)
    )


def fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name.lower(), pattern.lower())


def fits_repository(repository: str, pattern: str) -> bool:
    return fits(repository if "/" in pattern else repository.rpartition("/")[2], pattern)


def _why(name: str, service: str, rule: Rule, *, built_in: bool) -> str:
    if built_in:
        return f"“{name}” is mapped to {rule.environment} by the built-in names."
    if rule.environment != NO_DEPLOYMENT:
        alone = f" and for changes of {', '.join(rule.paths)} alone" if rule.paths else ""
        to = f"{rule.environment}, as {service}{alone}"
        return f"“{name}” is mapped to {to}, by the rule “{rule}”."
    of = f" of {rule.service}" if rule.service else ""
    return f"“{name}” is no deployment{of} by the rule “{rule}”."


def _why_none(source: str, name: str) -> str:
    if source in {GITHUB_DEPLOYMENT, API}:
        if not name:
            return "It names no environment."
        return f"No rule maps the environment “{name}”, and it is none of the built-in names."
    what = {
        WORKFLOW: f"runs of the workflow “{name}”",
        CHECK: f"check runs named “{name}”",
        RELEASE: f"the release “{name}”",
        TAG: f"the tag “{name}”",
        MERGE: f"merges to the branch “{name}”",
    }[source]
    return f"No rule counts {what} as deployments."


def path_filter(paths: Sequence[str]) -> Callable[[str], bool]:
    """Whether a file is among a service's: globs over the whole path, as those on generated files."""
    expressions = [found for path in paths if (found := matcher(as_path_pattern(path)))]

    def is_among(path: str) -> bool:
        raw = path.encode()
        return not paths or any(one.fullmatch(raw) for one in expressions)

    return is_among


@dataclass(frozen=True, slots=True)
class Hotfix:
    """As `delivery.HotfixRule` has it: `field` is BRANCH, the one a pull request comes from, or LABEL."""

    repositories: str
    field: str
    pattern: str

    def __str__(self) -> str:
        return f"{self.field} {self.pattern} of {self.repositories}"


def hotfix(
    repository: str, *, branch: str, labels: Iterable[str], rules: Iterable[Hotfix]
) -> Hotfix | None:
    """The first rule by which a pull request is a hotfix."""
    of_field = {BRANCH: (branch,), LABEL: tuple(labels)}
    return next(
        (
            rule
            for rule in rules
            if fits_repository(repository, rule.repositories)
            and any(fits(one, rule.pattern) for one in of_field[rule.field])
        ),
        None,
    )
