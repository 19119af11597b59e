"""What a JUnit report says, element by element. Of attributes those enter that the inventory lists, and no others.

Totals are counted from the elements: what is declared is often wrong, and only compared. Sources: the schemas of
Jenkins' xUnit plugin and of Maven Surefire (`flakyFailure`, `rerunFailure` and the like), and what pytest, Vitest,
Jest, node and gotestsum write.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from backend.delivery.result_records import Execution, Outcome, TestRecord
from backend.inventory.entering import attributes as listed_attributes
from backend.inventory.entering.reports import JUNIT
from backend.sources.junit.refusals import Refused, malformed, too_large

MAXIMUM_CASES: Final = 200_000
MAXIMUM_RETRIES: Final = 100
MAXIMUM_EXECUTIONS: Final = 400_000
MOST_OF_A_TEST: Final = 1_000
"""Executions of one test, by retries and repeated names."""
MAXIMUM_TEXT: Final = 36 * 1024 * 1024
"""Bytes of memory for names and files, each kept once where tests have it in common."""
_ENTRY: Final = 100
"""Bytes of memory that a suite or file takes beside itself, to be found again."""
KEPT: Final = 500
"""Characters of a name that are kept; what tells tests apart is made of all of them."""
SEPARATOR: Final = " > "
_SAY_NOTHING: Final = frozenset(
    {"", "test", "tests", "pytest", "undefined", "Root Suite", "Mocha Tests"}
)
"""Names of suites and classes that runners write where they have none."""
_FAILED: Final = frozenset({"failure", "error"})
_SKIPPED: Final = frozenset({"skipped", "disabled"})
_EARLIER: Final = frozenset({"flakyFailure", "flakyError", "rerunFailure", "rerunError"})
_LISTED: Final = listed_attributes(JUNIT)
_NOT_RUN: Final = frozenset({"notrun", "suppressed", "disabled", "skipped"})
_SECONDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d*\.?\d+(?:[eE][-+]?\d+)?|\d+\.")
_LONGEST_SECONDS: Final = 2_000_000
_LONGEST_NUMBER: Final = 40
_SCRIPT: Final = re.compile(
    r"[^\s:]+/[^\s/:]+\.(?:[cm]?[jt]sx?|py|rb|php|exs)|[^\s/:]+\.(?:test|spec)\.[cm]?[jt]sx?"
)
"""A suite or class that is called by its file."""
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Controls, ends of lines, and signs that turn the direction of what is read."""
_CHECKOUT: Final = re.compile(r"(?:/|[A-Za-z]:/)(?:[^/]{1,100}/){0,8}?(?:_?work|a)/([^/]+)/\1/")
"""Where GitHub's runners check a repository out: /home/runner/work/name/name/, D:/a/name/name/."""


@dataclass(frozen=True, slots=True)
class _Name:
    """Nested names: what is shown of them, and a digest of all of each. Costs what the last one is long."""

    shown: str = ""
    last: str = ""
    """Empty also where it is longer than what is kept: each of many that are nested may be as long as a tag."""
    digest: bytes = b""

    def within(self, name: str) -> "_Name":
        """This and another one below it, where that says something, and something else."""
        if name in _SAY_NOTHING or name == self.last:
            return self
        shown = f"{self.shown}{SEPARATOR}{name}" if self.shown else name
        if self.last and name.startswith(f"{self.last}.") and self.shown.endswith(self.last):
            # a.b and a.b.C within it: the second says both
            shown = f"{self.shown[: -len(self.last)]}{name}"
        last = name if len(name) <= KEPT else ""
        return _Name(_cut(shown), last, _digest(self.digest, name))


@dataclass(slots=True)
class _Suite:
    name: _Name
    file: str
    declared: tuple[int | None, int | None, int | None]
    own: list[int] = field(default_factory=lambda: [0, 0, 0])
    """Cases, those that failed, those skipped: directly in it."""
    below: list[int] = field(default_factory=lambda: [0, 0, 0])


@dataclass(slots=True)
class _Case:
    suite: _Name
    name: str
    file: str
    milliseconds: int | None
    is_failed: bool = False
    is_skipped: bool = False
    earlier: int = 0


class Report:
    """`tests` by digest, in order, once it is `complete`. What was wanting is counted: the caller hears of all of it.

    Repeated names are counted alone, and nothing is kept of them, unless they are to be `merged`.
    """

    def __init__(self, *, merged: bool = False) -> None:
        self.tests: dict[bytes, TestRecord] = {}
        self.totals_differ = False
        self.seconds: float | None = None
        self.untimed = self.repeated = 0
        self.first_untimed = self.first_repeated = ""
        self._merged = merged
        self._again: dict[bytes, list[Execution]] = {}
        """What tests have beside the executions of their first case."""
        self._cases = self._text = self._count_of_executions = 0
        self._kept: dict[str, str] = {}
        """Suites and files: one string for all tests of each."""
        self._suites: list[_Suite] = []
        self._class = ("", _Name(), _Name())
        """The last case's class, the suite it was in, and both together: mostly they are the next one's too."""
        self._case: _Case | None = None
        self._inside = 0
        """Elements open within the case."""
        self._executions: dict[Execution, Execution] = {}
        """Few differ: one object for all that are equal."""

    def opened(self, name: str, given: Mapping[str, str]) -> None:
        attributes = {one: given[one] for one in _LISTED.get(name, ()) if one in given}
        if self._case is not None:
            self._inside += 1
            if self._inside == 1:
                self._of_case(name, self._case)
        elif name == "testcase" and self._suites:
            self._case = self._begun(attributes)
        elif name in {"testsuite", "testsuites"}:
            self._enter(attributes, is_root=name == "testsuites")
        elif not self._suites:
            raise malformed(
                "The report is XML, and not JUnit's: its first element is neither testsuites nor testsuite.",
                "Have the runner write JUnit XML.",
            )

    def closed(self, name: str) -> None:
        if self._inside:
            self._inside -= 1
        elif self._case is not None:
            case, self._case = self._case, None
            self._take(case)
        elif name in {"testsuite", "testsuites"}:
            self._leave()

    def complete(self) -> None:
        """To be called after the last element."""
        for digest, executions in self._again.items():
            self.tests[digest].executions += tuple(executions)
        self._again.clear()

    def _enter(self, attributes: Mapping[str, str], *, is_root: bool) -> None:
        name = "" if is_root else attributes.get("name", "").strip()
        above = self._suites[-1].name if self._suites else _Name()
        self._suites.append(
            _Suite(
                name=above.within(name),
                file=_file(attributes) or _script(name),
                declared=(
                    _total(attributes, "tests"),
                    _total(attributes, "failures", "errors"),
                    _total(attributes, "skipped", "disabled"),
                ),
            )
        )

    def _leave(self) -> None:
        suite = self._suites.pop()
        counted = [own + below for own, below in zip(suite.own, suite.below, strict=True)]
        # Some runners declare what is directly in a suite, others all that is below it.
        meant = [counted, suite.own] if suite.own[0] else [counted]
        self.totals_differ |= any(
            told is not None and told not in {one[at] for one in meant}
            for at, told in enumerate(suite.declared)
        )
        if self._suites:
            above = self._suites[-1].below
            above[:] = [old + new for old, new in zip(above, counted, strict=True)]

    def _begun(self, attributes: Mapping[str, str]) -> _Case:
        self._cases += 1
        if self._cases > MAXIMUM_CASES:
            raise too_large(f"The report has more than {MAXIMUM_CASES:,} test cases.")
        name = attributes.get("name", "").strip()
        if not name:
            raise Refused(
                "unnamed_test",
                f"Test case {self._cases} of the report has no name.",
                "Have the runner write names: results of a test are known by it.",
            )
        class_name = attributes.get("classname", "").strip()
        seconds = _seconds(attributes.get("time", ""))
        if seconds is not None:
            self.seconds = (self.seconds or 0.0) + seconds
        file = _file(attributes) or self._suites[-1].file or _script(class_name)
        suite = self._suite("" if class_name == name else class_name)
        return _Case(
            # Of tests in no suite, each file may have some of the same name.
            suite=suite if suite.shown else suite.within(file),
            name=name,
            file=file,
            milliseconds=None if seconds is None else int(seconds * 1000 + 0.5),
            is_skipped=bool(
                {attributes.get("status", ""), attributes.get("result", "")} & _NOT_RUN
            ),
        )

    def _suite(self, class_name: str) -> _Name:
        known, within, both = self._class
        suite = self._suites[-1].name
        if class_name != known or suite is not within:
            both = suite.within(class_name)
            self._class = (class_name, suite, both)
        return both

    @staticmethod
    def _of_case(name: str, case: _Case) -> None:
        if name in _FAILED:
            case.is_failed = True
        elif name in _SKIPPED:
            case.is_skipped = True
        elif name in _EARLIER:
            case.earlier += 1
            if case.earlier > MAXIMUM_RETRIES:
                raise too_large(f"A test was retried more than {MAXIMUM_RETRIES} times.")

    def _take(self, case: _Case) -> None:
        outcome: Outcome = (
            "failed" if case.is_failed else "skipped" if case.is_skipped else "passed"
        )
        if case.milliseconds is None and outcome != "skipped":
            self.untimed += 1
            self.first_untimed = self.first_untimed or _called(case)
        own = self._suites[-1].own
        own[0] += 1
        own[1] += outcome == "failed"
        own[2] += outcome == "skipped"
        # A time is that of the last execution: earlier ones have none of their own that all runners write.
        self._add(
            case,
            (
                *(self._one("failed", None) for _ in range(case.earlier)),
                self._one(outcome, case.milliseconds),
            ),
        )

    def _one(self, outcome: Outcome, milliseconds: int | None) -> Execution:
        made = Execution(outcome, milliseconds)
        return self._executions.setdefault(made, made)

    def _add(self, case: _Case, executions: tuple[Execution, ...]) -> None:
        self._count_of_executions += len(executions)
        if self._count_of_executions > MAXIMUM_EXECUTIONS:
            raise too_large(f"Tests were retried: more than {MAXIMUM_EXECUTIONS:,} executions.")
        digest = _digest(case.suite.digest, case.name)
        if digest in self.tests:
            self._repeat(digest, case, executions)
            return
        name = _cut(case.name)
        self._make_room(sys.getsizeof(name))
        suite, file = self._once(case.suite.shown), self._once(case.file)
        self.tests[digest] = TestRecord(suite, name, file, executions)

    def _repeat(self, digest: bytes, case: _Case, executions: tuple[Execution, ...]) -> None:
        self.repeated += 1
        self.first_repeated = self.first_repeated or _called(case)
        if self._merged:
            further = self._again.setdefault(digest, [])
            further += executions
            if len(further) + len(self.tests[digest].executions) > MOST_OF_A_TEST:
                raise too_large(f"A test has more than {MOST_OF_A_TEST:,} executions.")

    def _once(self, text: str) -> str:
        known = self._kept.get(text)
        if known is None:
            self._make_room(sys.getsizeof(text) + _ENTRY)
            known = self._kept[text] = text
        return known

    def _make_room(self, size: int) -> None:
        self._text += size
        if self._text > MAXIMUM_TEXT:
            raise too_large("The names in the report take too much room.")


def _digest(above: bytes, name: str) -> bytes:
    return sha256(above + b"\0" + name.encode()).digest()[:16]


def _cut(text: str) -> str:
    """As much as is kept, in one line and in the order that it is written in."""
    kept = text if len(text) <= KEPT else f"{text[: KEPT - 1]}…"
    return _UNSEEN.sub(lambda found: " " if found[0].isspace() else "\ufffd", kept)


def _called(case: _Case) -> str:
    return _cut(f"{case.suite.shown}{SEPARATOR}{case.name}" if case.suite.shown else case.name)


def _total(attributes: Mapping[str, str], *names: str) -> int | None:
    """What is declared, where it is a number."""
    told = [attributes[name] for name in names if attributes.get(name, "").isdecimal()]
    return sum(int(one[:12]) for one in told) if told else None


def _seconds(told: str) -> float | None:
    """Also as in 1,234.5, which some runners write. None for what is no duration."""
    text = told.strip()
    if len(text) > _LONGEST_NUMBER or not _SECONDS.fullmatch(text):
        return None
    seconds = float(text.replace(",", ""))
    return seconds if seconds <= _LONGEST_SECONDS else None


def _script(name: str) -> str:
    """The name where it is a file's."""
    is_one = len(name) <= KEPT and _SCRIPT.fullmatch(name) and _is_path(name)
    return name if is_one else ""


def _is_path(path: str) -> bool:
    """Whether it leads nowhere but down, and can be read as it stands."""
    return ".." not in path.split("/") and not _UNSEEN.search(path)


def _file(attributes: Mapping[str, str]) -> str:
    """The path within the repository. Empty where it is not told, or stands on some machine's disk."""
    told = attributes.get("file", "") or attributes.get("filepath", "")
    path = told.strip().replace("\\", "/").removeprefix("./")
    if checkout := _CHECKOUT.match(path):
        path = path[checkout.end() :]
    if path.startswith("/") or path[1:3] == ":/" or len(path) > KEPT:
        return ""
    return path if _is_path(path) else ""
