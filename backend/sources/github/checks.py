"""Check suites with their runs, and statuses, of head commits: 25 commits a request.

Neither moves a pull request's time of change, so they are asked for by commit: once, and again until all that was
checked has finished.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from backend.delivery import head_commits, store
from backend.delivery.models import Repository
from backend.delivery.records import ChecksRecord, CheckSuiteRecord, CommitStatusRecord
from backend.sources import ledger
from backend.sources.collected import Collected
from backend.sources.errors import Forbidden, NotFound, Overloaded
from backend.sources.github import asking, normalise, payloads
from backend.sources.github.client import GitHub
from backend.sources.github.queries import ACTOR
from backend.sources.models import Cursor, Hint
from backend.sources.shapes import read

COMMITS_A_REQUEST: Final = 25
REQUESTS_A_SLICE: Final = 8
QUIET: Final = timedelta(hours=1)
"""For so long after a commit's last news more may follow: another service's status, a suite's first run."""
AGAIN_WITHIN: Final = timedelta(days=7)
"""For so long after a commit became a head a full pass looks for checks that were run anew."""
PATIENCE: Final = timedelta(days=35)
"""What has not finished by then never will: GitHub ends a workflow's run after 35 days."""

_SHA: Final = re.compile("[0-9a-f]{40,64}")
_RUNS: Final = """{
  pageInfo { hasNextPage endCursor }
  nodes { databaseId name status conclusion startedAt completedAt }
}"""
_STATUSES: Final = "status { contexts { context state createdAt creator { ...Actor } } }"
PARTS: Final = ("checks", "statuses", "workflow runs of checks")
"""What is read of a commit, by the permissions that it takes: checks, statuses, and actions besides checks."""
MORE_RUNS: Final = f"""query MoreRuns($id: ID!, $after: String) {{
  RATE_LIMIT
  node(id: $id) {{
    ... on CheckSuite {{ checkRuns(first: 100, after: $after, filterBy: {{checkType: ALL}}) {_RUNS} }}
  }}
}}"""


def query(commits: int, parts: Sequence[str] = PARTS) -> str:
    """The checks of so many commits of one repository, whose ids are the variables c0, c1 …"""
    declared = "".join(f" $c{number}: GitObjectID!" for number in range(commits))
    asked = "\n".join(f"c{n}: object(oid: $c{n}) {{ ...Checked }}" for n in range(commits))
    suites = f"checkSuites(first: 20) {_suites(parts)}" if "checks" in parts else ""
    statuses = _STATUSES if "statuses" in parts else ""
    return f"""query Checks($owner: String!, $name: String!{declared}) {{
  RATE_LIMIT
  repository(owner: $owner, name: $name) {{ {asked} }}
}}
fragment Checked on Commit {{ id {suites} {statuses} }} {ACTOR if statuses else ""}"""


def more_suites(parts: Sequence[str] = PARTS) -> str:
    """A further page of a commit's suites."""
    return f"""query MoreSuites($id: ID!, $after: String) {{
  RATE_LIMIT
  node(id: $id) {{ ... on Commit {{ checkSuites(first: 50, after: $after) {_suites(parts)} }} }}
}}"""


def _suites(parts: Sequence[str]) -> str:
    workflow_run = "workflowRun { databaseId }" if "workflow runs of checks" in parts else ""
    return f"""{{
  pageInfo {{ hasNextPage endCursor }}
  nodes {{
    id databaseId status conclusion createdAt updatedAt app {{ slug }} branch {{ name }} {workflow_run}
    checkRuns(first: 100, filterBy: {{checkType: ALL}}) {_RUNS}
  }}
}}"""


def collect_checks(
    repository: Repository,
    github: GitHub,
    shas: Sequence[str] | None = None,
    *,
    full: bool = False,
) -> Collected:
    """The checks of these commits, or a slice of a pass over the heads not read yet or not settled, newest first.

    A `full` pass reads the settled ones of the last days again, since nothing but a webhook tells of a check run anew.
    Where only checks or only statuses may be read, the others are stored and the ledger names what is missing.
    """
    cursor = ledger.cursor_of(repository, Hint.Kind.CHECKS)
    try:
        if shas is None:
            return _pass(cursor, github, full=full)
        return _of_commits(cursor, github, shas)
    except (Forbidden, NotFound) as error:
        return asking.note_unavailable(cursor, github, error)


def _of_commits(cursor: Cursor, github: GitHub, shas: Sequence[str]) -> Collected:
    """A pass may run meanwhile, and the ledger's row is its own: nothing but a permission is noted."""
    known = head_commits.among(ledger.whose(cursor), shas)
    reader, result = _Reader(ledger.whose(cursor), github), Collected()
    for asked_at, records in reader.read({sha: known.get(sha) for sha in shas}):
        store.store_checks(repository=ledger.whose(cursor), checks=records, read_at=asked_at)
        result.stored += len(records)
    result.notes += reader.reasons().values()
    return result


def _pass(cursor: Cursor, github: GitHub, *, full: bool) -> Collected:
    if cursor.pass_top is None:
        cursor.pass_top, cursor.stored = timezone.now(), 0
    limit = COMMITS_A_REQUEST * REQUESTS_A_SLICE
    tip = _tip(ledger.whose(cursor))
    heads = head_commits.to_read(
        ledger.whose(cursor),
        tip=tip,
        before=cursor.pass_top,
        limit=limit,
        again_since=cursor.pass_top - AGAIN_WITHIN if full else None,
    )
    reader, result = _Reader(ledger.whose(cursor), github), Collected()
    for asked_at, records in reader.read(heads):
        with transaction.atomic():
            store.store_checks(repository=ledger.whose(cursor), checks=records, read_at=asked_at)
            cursor.stored += len(records)
            ledger.save(cursor)
        result.stored += len(records)
    result.more = _note_permissions(cursor, reader, result) or len(heads) == limit
    if not result.more:
        _finish(cursor)
    known, read_already = head_commits.counts(ledger.whose(cursor), tip=tip)
    ledger.count(cursor, expected=known, held=read_already, what="head commits")
    ledger.save(cursor)
    return result


def _tip(repository: Repository) -> str:
    """The default branch's head: as the survey saw it, else as its commits were read; empty: nobody knows it."""
    commits = Cursor.objects.filter(repository=repository, kind=Hint.Kind.COMMITS).first()
    told = (commits.mark, commits.head_sha) if commits else ()
    return next((sha for sha in told if _SHA.fullmatch(sha)), "")


def _note_permissions(cursor: Cursor, reader: "_Reader", result: Collected) -> bool:
    """Say what may not be read. True: it may be since, and is to be asked for of all commits anew."""
    reasons = reader.reasons()
    result.notes += reasons.values()
    # Where runs of workflows may not be read, the ledger says so of these themselves.
    if "checks" in reasons or "statuses" in reasons:
        cursor.unavailable = " ".join(reasons.values())
    elif result.stored and cursor.unavailable:
        cursor.unavailable = ""
        store.unsettle(repository=ledger.whose(cursor))
        return True
    return False


def _finish(cursor: Cursor) -> None:
    """The heads are those of stored pull requests, so nothing is whole before these are."""
    pull_requests = Cursor.objects.filter(
        repository=ledger.whose(cursor), kind=Hint.Kind.PULL_REQUESTS
    )
    if pull_requests.exclude(complete_to=None).exists():
        cursor.complete_to = cursor.pass_top
    ledger.close(cursor)


@dataclass
class _Reader:
    """Reads commits in batches as large as the server takes them, and no more of each than it may."""

    repository: Repository
    github: GitHub
    size: int = COMMITS_A_REQUEST
    refused: dict[str, Forbidden] = field(default_factory=dict)

    def read(
        self, heads: Mapping[str, datetime | None]
    ) -> Iterator[tuple[datetime, list[ChecksRecord]]]:
        """Batches of what was checked, each with the time of asking. Raises Forbidden where nothing may be read."""
        waiting = list(heads)
        while waiting:
            batch, asked_at = waiting[: self.size], timezone.now()
            try:
                found = self._ask(batch)
            except Overloaded:
                if self.size == 1:
                    raise
                self.size = max(1, self.size // 2)
                continue
            except Forbidden as error:
                self._find_out(batch, error)
                continue
            yield (
                asked_at,
                [
                    self._record(sha, payload, heads[sha], asked_at)
                    for sha, payload in zip(batch, found, strict=True)
                ],
            )
            waiting = waiting[len(batch) :]

    def reasons(self) -> dict[str, str]:
        """What may not be read, for people."""
        return {
            part: f"No {part}: {error.reason} {error.action}"
            for part, error in self.refused.items()
        }

    def _allowed(self) -> list[str]:
        return [part for part in PARTS if part not in self.refused]

    def _find_out(self, shas: Sequence[str], error: Forbidden) -> None:
        """Which part may not be read. Raises Forbidden where nothing else is left, and where it is none of them."""
        before = set(self.refused)
        for part in self._allowed():
            needed = ["checks", part] if part == PARTS[2] else [part]
            if self.refused.keys() & set(needed):
                continue
            try:
                self._ask(shas, needed)
            except Forbidden as refusal:
                self.refused[part] = refusal
        if self.refused.keys() == before or {"checks", "statuses"} <= self.refused.keys():
            raise error

    def _ask(
        self, shas: Sequence[str], parts: Sequence[str] | None = None
    ) -> list[payloads.CheckedCommit | None]:
        """Whole lists; None for a commit that the source no longer has."""
        text = self.github.queries.fit(query(len(shas), parts or self._allowed()))
        commits = {f"c{number}": sha for number, sha in enumerate(shas)}
        data = self.github.ask(text, asking.variables(self.repository) | commits, tries=2)
        found = asking.repository_of(data, self.repository)
        return [self._whole(found[name]) for name in commits]

    def _whole(self, value: dict[str, Any] | None) -> payloads.CheckedCommit | None:
        """Follow every nested cursor to its end. An object that is no commit has no checks."""
        if not value:
            return None
        commit = read(payloads.CheckedCommit, value)
        page = commit.check_suites
        if page is None:
            return commit
        suites, info = list(page.nodes), page.page_info
        while info.has_next_page:
            further = self._further(more_suites(self._allowed()), commit.id, info, "checkSuites")
            more = read(payloads.Page[payloads.CheckSuite], further)
            suites += more.nodes
            info = more.page_info
        whole = page.model_copy(update={"nodes": [self._with_all_runs(suite) for suite in suites]})
        return commit.model_copy(update={"check_suites": whole})

    def _with_all_runs(self, suite: payloads.CheckSuite) -> payloads.CheckSuite:
        page = suite.check_runs
        if page is None or not page.page_info.has_next_page:
            return suite
        runs, info = list(page.nodes), page.page_info
        while info.has_next_page:
            further = self._further(MORE_RUNS, suite.id, info, "checkRuns")
            more = read(payloads.Page[payloads.CheckRun], further)
            runs += more.nodes
            info = more.page_info
        return suite.model_copy(update={"check_runs": page.model_copy(update={"nodes": runs})})

    def _further(self, text: str, node_id: str, info: payloads.PageInfo, name: str) -> object:
        fitted = self.github.queries.fit(text)
        data = self.github.ask(fitted, {"id": node_id, "after": info.end_cursor})
        return data["node"][name]

    def _record(
        self,
        sha: str,
        payload: payloads.CheckedCommit | None,
        since: datetime | None,
        asked_at: datetime,
    ) -> ChecksRecord:
        if payload is None:
            return ChecksRecord(sha, suites=None, statuses=None)
        page, status = payload.check_suites, payload.status
        suites = tuple(map(normalise.check_suite, page.nodes)) if page else ()
        statuses = tuple(map(normalise.commit_status, status.contexts)) if status else ()
        return ChecksRecord(
            sha=sha,
            suites=None if "checks" in self.refused else suites,
            statuses=None if "statuses" in self.refused else statuses,
            is_settled=is_settled(suites, statuses, since=since, asked_at=asked_at),
        )


def is_settled(
    suites: Sequence[CheckSuiteRecord],
    statuses: Sequence[CommitStatusRecord],
    *,
    since: datetime | None,
    asked_at: datetime,
) -> bool:
    """Whether nothing more is to be expected of a commit that became a head no later than `since`, if it is one.

    A suite that is queued and has no run is the placeholder of an app that may never report anything.
    """
    unfinished = [
        suite.created_at
        for suite in suites
        if suite.status != "completed" and (suite.runs or suite.created_at > asked_at - QUIET)
    ]
    unfinished += [status.created_at for status in statuses if status.state in _OPEN_STATES]
    if any(began > asked_at - PATIENCE for began in unfinished):
        return False
    news = [suite.updated_at for suite in suites] + [status.created_at for status in statuses]
    if since is not None:
        news.append(since)
    return all(moment <= asked_at - QUIET for moment in news)


_OPEN_STATES: Final = frozenset({"pending", "expected"})
