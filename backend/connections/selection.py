"""Which repositories are read: the one judgement, over plain values, for collecting and for the preview alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Protocol

INCLUDE: Final = "include"
NAME: Final = "name"
TOPIC: Final = "topic"
ARCHIVED: Final = "archived"
FORK: Final = "fork"
_WORDS: Final = {NAME: "name matches", TOPIC: "topic matches", ARCHIVED: "archived", FORK: "fork"}


class RepositoryLike(Protocol):
    """What the rules look at; `name_with_owner` is owner/name."""

    @property
    def name_with_owner(self) -> str: ...
    @property
    def topics(self) -> Sequence[str]: ...
    @property
    def is_archived(self) -> bool: ...
    @property
    def is_fork(self) -> bool: ...


class RuleLike(Protocol):
    """As `connections.RepositoryRule` has it."""

    @property
    def effect(self) -> str: ...
    @property
    def test(self) -> str: ...
    @property
    def pattern(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` is a sentence for a person; empty where no rule had a say."""

    chosen: bool
    reason: str


def judge(repository: RepositoryLike, rules: Iterable[RuleLike]) -> Decision:
    """Without an including rule all are read, else those that one takes in. An excluding rule beats every other."""
    including = []
    for rule in rules:
        if rule.effect == INCLUDE:
            including.append(rule)
        elif fits(repository, rule):
            return Decision(chosen=False, reason=f"Excluded by the rule “{wording(rule)}”.")
    if not including:
        return Decision(chosen=True, reason="")
    for rule in including:
        if fits(repository, rule):
            return Decision(chosen=True, reason=f"Included by the rule “{wording(rule)}”.")
    return Decision(chosen=False, reason="No including rule takes it in.")


def fits(repository: RepositoryLike, rule: RuleLike) -> bool:
    """Globs without regard to case, as GitHub treats names. One without a slash is about the name alone."""
    pattern = rule.pattern.lower()
    if rule.test == NAME:
        name = repository.name_with_owner.lower()
        return fnmatchcase(name if "/" in pattern else name.rpartition("/")[2], pattern)
    if rule.test == TOPIC:
        return any(fnmatchcase(topic.lower(), pattern) for topic in repository.topics)
    if rule.test == ARCHIVED:
        return repository.is_archived
    if rule.test == FORK:
        return repository.is_fork
    raise ValueError(f"There is no test {rule.test!r}.")


def takes_pattern(test: str) -> bool:
    """Whether the test is about a name or topic, and not about yes or no."""
    return test in {NAME, TOPIC}


def wording(rule: RuleLike) -> str:
    """The rule as a person reads it, like "exclude name matches old-*"."""
    return f"{rule.effect} {_WORDS[rule.test]} {rule.pattern}".rstrip()
