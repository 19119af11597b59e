"""Histories told as text: stored as real rows, measured, and told again.

A case is a name, a drawn graph, what is told, and what is found:

    == a squash commit stands for the whole pull request
    a--b--c
    told
        #1 c started 0 merged 2
        deploy D1 a 1
        deploy D2 c 5
    found
        D1 baseline
        D2 forward 2 1 #1:5/3
        rate 0/2

Times are hours. Told may be:

    #1 c started 0 merged 2 [commits x y] [rebased x=b y=c] [reverts 3] [branch hotfix/x] [label urgent] [files a b]
    commit c [reverts a] [picked b] [files a b] [aside]     aside: not on the default branch, its files are not known
    lost b                                                  the commit is not stored
    deploy D1 a 5 [started 4] [to staging] [of web] [failed] [running]
    rule PATTERN ENVIRONMENT SERVICE [paths …]              of reported deployments
    hotfix branch hotfix/*
    incident I1 5 8 [names D1] [of web]                     8 may be -: it goes on
    incidents issue_type Incident [component web*] [of web] issues of Jira that are incidents
    issue X1 Incident 5 8 [label urgent] [component web] [reopened 9] [gone] [unread]
    about X1 2                                              pull request #2 names the issue
    by time                                                 incidents are linked by time
    person D1 fixed_by D2

Found is each deployment in order: its role (`-`: it did not succeed), the commits and the direct ones (`?`: not known),
and its pull requests with lead and waiting time after the merge; `~` marks a copy. Then each fix, as `D1 < D2 revert 4`
(`-`: not yet; `D3 for X1`: it brought a change for the issue), and the failure rate of the successful ones. A service
or environment that is not the usual one is named behind the key, as D1@web@staging.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha1
from pathlib import Path
from typing import Any, Final

from backend.delivery.models import (
    Commit,
    CommitFile,
    DeliverySettings,
    DeploymentRule,
    FixCorrection,
    HotfixRule,
    Incident,
    IncidentRule,
    Issue,
    Project,
    PullRequest,
    PullRequestCommit,
    PullRequestFile,
    PullRequestIssueKey,
    ReportedDeployment,
    Repository,
)
from backend.delivery.store.issues import mark_issues_deleted
from backend.delivery.store.noting import note_issues_of
from backend.metrics import compute as pull_requests
from backend.metrics.deployments.compute import measure_deployments
from backend.metrics.issues import compute as issues
from backend.metrics.models import DeployedChange, DeploymentFix, ServiceDeployment
from tests.factories import MONDAY, History, a_repository
from tests.metrics.deployments.drawing import read
from tests.worked import Tracker

HOUR: Final = 3600


def sha_of(name: str) -> str:
    """The commit that is drawn so. Short where the name ends in a tilde."""
    whole = sha1(name.removesuffix("~").encode(), usedforsecurity=False).hexdigest()
    return whole[:9] if name.endswith("~") else whole


@dataclass(frozen=True)
class Case:
    name: str
    drawing: str
    told: Sequence[str]
    found: Sequence[str]


def cases(path: Path) -> Iterator[Case]:
    for text in path.read_text().split("\n== ")[1:]:
        head, found = text.split("\nfound\n")
        name, _, rest = head.partition("\n")
        drawing, told = rest.split("told\n")
        yield Case(name, drawing, _lines(told), _lines(found))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def hour(number: float | str) -> datetime:
    return MONDAY + timedelta(hours=float(number))


class Telling:
    """One repository's history."""

    def __init__(self, repository: Repository | None = None) -> None:
        self.repository = repository or a_repository()
        self.history = History(self.repository)
        self.issues: dict[str, Issue] = {}

    def draw(self, drawing: str) -> None:
        """Authored and committed at moments of their own, so that none is taken for another."""
        generations: dict[str, int] = {}
        for at, (name, parents) in enumerate(read(drawing).items()):
            generations[name] = 1 + max((generations[parent] for parent in parents), default=0)
            moment = MONDAY + timedelta(days=400, seconds=at)
            Commit.objects.create(
                repository=self.repository,
                sha=sha_of(name),
                parents=[sha_of(parent) for parent in parents],
                authored_at=moment,
                committed_at=moment,
                generation=generations[name],
                reverts=[],
                picked_from=[],
            )

    def tell(self, line: str) -> None:
        word, *words = line.split()
        if word.startswith("#"):
            self.pull(int(word[1:]), *_named(words, 1))
        else:
            getattr(self, word)(words)

    def commit(self, words: list[str]) -> None:
        (name,), told = _named(words, 1)
        stored = self.commit_of(name)
        stored.reverts = [sha_of(one) for one in told.get("reverts", [])]
        stored.picked_from = [sha_of(one) for one in told.get("picked", [])]
        stored.is_on_default_branch = "aside" not in told
        stored.save()
        for path in told.get("files", []):
            CommitFile.objects.create(commit=stored, path=path, is_generated=False)

    def commit_of(self, name: str) -> Commit:
        return Commit.objects.get(repository=self.repository, sha=sha_of(name))

    def lost(self, words: list[str]) -> None:
        for name in words:
            self.commit_of(name).delete()

    def pull(self, number: int, plain: list[str], told: dict[str, list[str]]) -> PullRequest:
        (merge,) = plain
        started, merged = (float(told[word][0]) for word in ("started", "merged"))
        own = self.repository.name_with_owner.lower()
        pull = self.history.pull(
            None,
            opened=hour(started),
            merged=merged - started,
            commits=(),
            number=number,
            merge_sha=sha_of(merge),
            head_ref=told.get("branch", [f"topic-{number}"])[0],
            head_sha=sha_of(told.get("head", [f"head of {number}"])[0]),
            labels=told.get("label", []),
            reverts=[f"{own}#{one}" for one in told.get("reverts", [])],
        )
        for name in told.get("commits", []):
            self._part(pull, name)
        for pair in told.get("rebased", []):
            self._part(pull, *pair.split("="))
        if "files" in told:
            pull.files.all().delete()
        for path in told.get("files", []):
            PullRequestFile.objects.create(
                pull_request=pull,
                path=path,
                additions=1,
                deletions=0,
                change="modified",
                is_generated=False,
            )
        return pull

    def _part(self, pull: PullRequest, name: str, rebased: str = "") -> None:
        """A commit of its branch, which may stand on the default branch as another."""
        authored = MONDAY + timedelta(days=500, seconds=len(name) + sum(map(ord, name)))
        if rebased and pull.merged_at:
            here = self.commit_of(rebased)
            here.committed_at, authored = pull.merged_at, here.authored_at
            here.save()
        PullRequestCommit.objects.create(
            pull_request=pull,
            sha=sha_of(name),
            position=pull.commits.count(),
            authored_at=authored,
            committed_at=authored,
            additions=1,
            deletions=0,
        )

    def deploy(self, words: list[str]) -> None:
        (key, name, at), told = _named(words, 3)
        outcome = "failed" if "failed" in told else "succeeded"
        ReportedDeployment.objects.create(
            repository=self.repository,
            external_id=key,
            service=told.get("of", [""])[0],
            environment=told.get("to", ["production"])[0],
            sha=sha_of(name),
            outcome="in_progress" if "running" in told else outcome,
            started_at=hour(told.get("started", [at])[0]),
            finished_at=None if "running" in told else hour(at),
            reported_at=hour(at),
        )

    def rule(self, words: list[str]) -> None:
        (pattern, environment, service), told = _named(words, 3)
        DeploymentRule.objects.create(
            position=DeploymentRule.objects.count(),
            source="api",
            pattern=pattern,
            environment=environment,
            service=service,
            paths=told.get("paths", []),
        )

    def hotfix(self, words: list[str]) -> None:
        HotfixRule.objects.create(field=words[0], pattern=words[1])

    def by(self, _: list[str]) -> None:
        DeliverySettings.objects.create(pk=1, link_incidents_by_time=True)

    def incident(self, words: list[str]) -> None:
        (key, began, ended), told = _named(words, 3)
        names = told.get("names", [""])[0]
        is_commit = self.repository.commits.filter(sha__startswith=sha_of(names)).exists()
        Incident.objects.create(
            repository=self.repository,
            external_id=key,
            service=told.get("of", [""])[0],
            caused_by=sha_of(names) if is_commit else names,
            started_at=hour(began),
            resolved_at=None if ended == "-" else hour(ended),
            reported_at=hour(began),
        )

    @cached_property
    def tracker(self) -> Tracker:
        return Tracker()

    def incidents(self, words: list[str]) -> None:
        (field, pattern), told = _named(words, 2)
        IncidentRule.objects.create(
            projects="forge",
            field=field,
            pattern=pattern,
            component=told.get("component", [""])[0],
            repository=self.repository,
            service=told.get("of", [""])[0],
        )

    def issue(self, words: list[str]) -> None:
        (name, kind, began, ended), told = _named(words, 4)
        moves = [(float(ended), "Done")] if ended != "-" else []
        moves += [(float(at), "In Progress") for at in told.get("reopened", [])]
        if "unread" in told:
            self.tracker.know("FORGED")
        made = self.issues[name] = self.tracker.issue(
            None,
            *moves,
            created=float(began),
            kind=kind,
            key="FORGED" if "unread" in told else "",
            labels=tuple(told.get("label", [])),
            components=tuple(told.get("component", [])),
        )
        if "gone" in told:
            mark_issues_deleted(
                connection=made.connection, external_ids=[made.external_id], at=MONDAY
            )
        if "unread" in told:
            Project.objects.filter(pk=made.project_id).update(state="excluded", key="FORGE")
            note_issues_of([made.project_id])

    def about(self, words: list[str]) -> None:
        name, number = words
        PullRequestIssueKey.objects.create(
            pull_request=self.repository.pull_requests.get(number=number),
            key=self.issues[name].key,
            found_in=["branch"],
        )

    def person(self, words: list[str]) -> None:
        failed, verdict, fix = words
        FixCorrection.objects.create(
            repository=self.repository,
            service=self.repository.name_with_owner.rpartition("/")[2],
            environment="production",
            source="api",
            key=failed,
            fix_source={"I": "incident", "X": "issue"}.get(fix[0], "api"),
            fix_key=str(self.issues[fix].pk) if fix in self.issues else fix,
            verdict=verdict,
            reason="seen",
            made_at=MONDAY,
        )

    def measure(self) -> None:
        """As the pipeline does it: pull requests and issues, then deployments."""
        pull_requests.measure()
        issues.measure()
        measure_deployments(self.repository.pk)

    def found(self) -> list[str]:
        stored = ServiceDeployment.objects.filter(repository=self.repository)
        order = ("environment", "service", "finished_at", "started_at", "pk")
        fixes = DeploymentFix.objects.filter(failed__in=stored).order_by(
            *(f"failed__{name}" for name in order), "restored_at", "kind", "pk"
        )
        succeeded = stored.filter(outcome="succeeded")
        failing = succeeded.filter(fixes__isnull=False).distinct().count()
        return [
            *map(self._deployment, stored.order_by(*order)),
            *map(self._fix, fixes),
            f"rate {failing}/{succeeded.count()}",
        ]

    def name(self, one: ServiceDeployment) -> str:
        usual = self.repository.name_with_owner.rpartition("/")[2]
        service = "" if one.service == usual else f"@{one.service}"
        return (
            one.key + service + ("" if one.environment == "production" else f"@{one.environment}")
        )

    def _deployment(self, one: ServiceDeployment) -> str:
        changes = one.changes.order_by("pull_request__number")
        counts = [one.commit_count, one.direct_commit_count] if one.role else []
        known = one.role not in {"", "baseline"}
        words = [
            self.name(one),
            one.role or "-",
            *(["?" if count is None else str(count) for count in counts] if known else []),
            *map(_change, changes.select_related("pull_request")),
        ]
        return " ".join(words)

    def _fix(self, one: DeploymentFix) -> str:
        named = [self.name(one.fixed_by)] if one.fixed_by else []
        named += [one.incident.external_id] if one.incident else []
        named += [name for name, issue in self.issues.items() if issue == one.issue]
        by = " for ".join(named)
        restored = "-" if one.restore_seconds is None else _hours(one.restore_seconds)
        inferred = " inferred" if one.is_inferred else ""
        return f"{self.name(one.failed)} < {by} {one.kind} {restored}{inferred}"


def _change(one: DeployedChange) -> str:
    mark = "~" if one.is_cherry_pick else ""
    lead, waited = one.lead_seconds, one.merge_to_deploy_seconds
    return f"#{one.pull_request.number}{mark}:{_hours(lead)}/{_hours(waited)}"


def _hours(seconds: int) -> str:
    return f"{seconds / HOUR:g}"


_WORDS: Final = frozenset(
    (
        *("started", "merged", "commits", "rebased", "reverts", "branch", "label", "files"),
        *("picked", "aside", "to", "of", "failed", "running", "paths", "names", "head"),
        *("component", "reopened", "gone", "unread"),
    )
)


def _named(words: Sequence[str], plain: int) -> tuple[list[str], dict[str, list[str]]]:
    """The first words, and what follows each of the others that has a meaning."""
    told: dict[str, list[str]] = {}
    values: list[str] = []
    for word in words[plain:]:
        if word in _WORDS:
            values = told.setdefault(word, [])
        else:
            values.append(word)
    return list(words[:plain]), told


def store(case: Case, **values: Any) -> Telling:
    """The case as rows."""
    telling = Telling(a_repository(**values))
    telling.draw(case.drawing)
    for line in case.told:
        telling.tell(line)
    return telling
