"""How complete the collected data is: for each repository and kind the source's count against the stored one, the time
up to which the data is whole, and why it is not where it is not.

A number that nobody counted is None, with a reason beside it, never 0.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest
from django.utils import timezone

from backend.connections.models import Connection
from backend.delivery.models import Repository
from backend.sources.models import Cursor, Hint, SyncRun

KINDS: Final = (
    Hint.Kind.PULL_REQUESTS,
    Hint.Kind.COMMITS,
    Hint.Kind.CHECKS,
    Hint.Kind.WORKFLOW_RUNS,
    Hint.Kind.DEPLOYMENTS,
    Hint.Kind.RELEASES,
    Hint.Kind.TAGS,
)
_OF_PULL_REQUESTS: Final = (
    Hint.Kind.PULL_REQUESTS,
    Hint.Kind.RECONCILE,
    Hint.Kind.PULL_REQUEST,
    Hint.Kind.REPOSITORY,
)
_SERVES: Final[Mapping[str, str]] = {
    Hint.Kind.RECONCILE: Hint.Kind.PULL_REQUESTS,
    Hint.Kind.PULL_REQUEST: Hint.Kind.PULL_REQUESTS,
    Hint.Kind.REPOSITORY: Hint.Kind.PULL_REQUESTS,
    Hint.Kind.WORKFLOW_RUN: Hint.Kind.WORKFLOW_RUNS,
}
"""Whose data a hint of another kind is about."""
_SURVEYED: Final = frozenset({Hint.Kind.PULL_REQUESTS, Hint.Kind.COMMITS})
"""Of these a look at the whole connection tells every change, so that where nothing waits nothing is older than it."""
STALE: Final = timedelta(days=1)
"""Figures of a range that ends so long after the last news rest on too little."""

State = Literal["complete", "collecting", "waiting", "incomplete", "unavailable"]

RepositoryState = Literal["active", "excluded", "lost_access", "transferred", "gone", "erasing"]

NOT_COUNTED: Final = "Not counted yet."
NOT_ALL_KEPT: Final = "The source also counts what is older than is kept here."
NO_COMMIT: Final = "The repository has no commit yet."


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of one repository. `source` and `stored` are as of `counted_at`; `reason` says what is amiss."""

    kind: str
    state: State
    source: int | None
    stored: int | None
    counted_at: datetime | None
    complete_to: datetime | None
    reason: str | None

    @property
    def difference(self) -> int | None:
        """What the source has and Plumbline has not; below 0: Plumbline keeps what the source forgot."""
        if self.source is None or self.stored is None:
            return None
        return self.source - self.stored


@dataclass(frozen=True, slots=True)
class Line:
    """One repository with an entry of each kind."""

    id: int
    connection_id: int
    name: str
    state: RepositoryState
    reason: str
    entries: tuple[Entry, ...]

    @property
    def is_whole(self) -> bool:
        """Nothing is amiss that a person could do something about; what a rule leaves out is left out by will."""
        if self.state == "lost_access":
            return False
        return all(entry.state == "complete" for entry in self.entries) or not self.is_read

    @property
    def is_read(self) -> bool:
        return self.state == "active"


@dataclass(frozen=True, slots=True)
class Total:
    """One kind over all repositories (of issues: projects) that are read. Numbers are of the `counted` ones."""

    kind: str
    repositories: int
    counted: int
    complete: int
    unavailable: int
    source: int | None
    stored: int | None
    missing: int | None
    complete_to: datetime | None


@dataclass(frozen=True, slots=True)
class Completeness:
    """Whether figures rest on all there is. `reason` names no repository: everybody may read it."""

    complete: bool
    reason: str | None
    fresh_to: datetime | None


def ledger() -> list[Line]:
    """Every repository by name, with its kinds. Four statements, however many repositories there are."""
    cursors = {(row["repository"], row["kind"]): row for row in _cursors()}
    surveyed = dict(Connection.objects.annotate(at=_survey("pk")).values_list("pk", "at"))
    waiting, parked = _work()
    lines = []
    for row in Repository.objects.order_by("name_with_owner").values(
        *("pk", "connection", "external_id", "name_with_owner", "state", "state_reason"),
        "default_branch",
    ):
        place = (row["connection"], row["external_id"])
        entries = tuple(
            _entry(
                kind,
                cursors.get((row["pk"], kind)),
                surveyed_at=surveyed.get(row["connection"]),
                waits=(*place, kind) in waiting,
                parked=parked.get((*place, kind), 0),
                empty=kind == Hint.Kind.COMMITS and not row["default_branch"],
            )
            for kind in KINDS
        )
        lines.append(
            Line(
                id=row["pk"],
                connection_id=row["connection"],
                name=row["name_with_owner"],
                state=row["state"],
                reason=row["state_reason"],
                entries=entries,
            )
        )
    return lines


def totals(lines: Sequence[Line]) -> list[Total]:
    """Each kind over the repositories that are read."""
    read = [line for line in lines if line.is_read]
    return [
        total_of(kind, [line.entries[place] for line in read]) for place, kind in enumerate(KINDS)
    ]


def of_figures(*, ends_at: datetime, concerns: Combinable) -> Completeness:
    """What figures of pull requests up to `ends_at` rest on. One statement.

    `concerns` is true of a repository (as OuterRef sees it) that holds pull requests of those who are asked about. A
    repository that was never read to its end concerns everybody: its pull requests' authors are not known yet.
    """
    found = _troubles(concerns).aggregate(
        read=Count("pk", filter=_READ),
        unfilled=Count("pk", filter=_READ & Q(done=None, cannot=False)),
        refused=Count("pk", filter=_READ & Q(cannot=True)),
        missing=Count("pk", filter=_READ & Q(trouble=True)),
        lost=Count("pk", filter=Q(state=Repository.State.LOST_ACCESS, trouble=True)),
        fresh_to=Min("whole_to", filter=_READ & Q(cannot=False)),
    )
    fresh_to = None if found["unfilled"] else found["fresh_to"]
    reasons = list(_reasons(found))
    if fresh_to and fresh_to < min(ends_at, timezone.now()) - STALE:
        reasons.append("Nothing new has arrived for more than a day.")
    return Completeness(complete=not reasons, reason=" ".join(reasons) or None, fresh_to=fresh_to)


def lacking(kinds: Sequence[str], *, concerns: Combinable) -> str | None:
    """What is missing of other kinds that figures rest on as well; None: nothing. One statement.

    A kind that the source does not give is not waited for: other sources may tell of the same things.
    """
    short = Q()
    for kind in kinds:
        cursor = Cursor.objects.filter(repository=OuterRef("pk"), kind=kind)
        done = cursor.filter(~Q(unavailable="") | Q(complete_to__isnull=False, gap=""))
        missing = ~Q(Exists(done))
        short |= missing & ~Q(default_branch="") if kind == Hint.Kind.COMMITS else missing
    n = Repository.objects.filter(_READ, short).filter(Q(concerns)).count()
    if not n:
        return None
    named = " or ".join(kind.replace("_", " ") for kind in kinds)
    return f"Not all {named} of {_repositories(n)} are here yet."


def fresh_to() -> datetime | None:
    """Every change of pull requests before this is stored; None: there is no such time yet."""
    found = _troubles(Value(value=True)).aggregate(
        unfilled=Count("pk", filter=_READ & Q(done=None, cannot=False)),
        at=Min("whole_to", filter=_READ & Q(cannot=False)),
    )
    return None if found["unfilled"] else found["at"]


def fresh_by_connection() -> dict[int, datetime]:
    """Likewise of each GitHub connection; one of which there is no such time yet is not in it."""
    rows = (
        _troubles(Value(value=True))
        .order_by()
        .values_list("connection")
        .annotate(
            unfilled=Count("pk", filter=_READ & Q(done=None, cannot=False)),
            at=Min("whole_to", filter=_READ & Q(cannot=False)),
        )
    )
    return {connection: at for connection, unfilled, at in rows if at and not unfilled}


_READ: Final = Q(state=Repository.State.ACTIVE)


def _troubles(concerns: Combinable) -> QuerySet[Repository]:
    """Repositories with `done` and `whole_to` (times), `cannot` (the source refuses) and `trouble`."""
    cursor = Cursor.objects.filter(repository=OuterRef("pk"), kind=Hint.Kind.PULL_REQUESTS)
    hints = Hint.objects.filter(
        connection=OuterRef("connection"),
        container_external_id=OuterRef("external_id"),
        kind__in=_OF_PULL_REQUESTS,
    )
    amiss = (
        Q(state=Repository.State.LOST_ACCESS)
        | Q(gives_up=True)
        | Q(Q(has_gap=True) | Q(lacks=True), waits=False, done__isnull=False)
    )
    return Repository.objects.filter(
        state__in=(Repository.State.ACTIVE, Repository.State.LOST_ACCESS)
    ).annotate(
        done=Subquery(cursor.values("complete_to")),
        cannot=Exists(cursor.exclude(unavailable="")),
        has_gap=Exists(cursor.exclude(gap="")),
        lacks=Exists(cursor.filter(expected__gt=F("held"))),
        waits=Exists(hints.filter(parked_at=None)),
        gives_up=Exists(hints.exclude(parked_at=None)),
        whole_to=Case(
            When(waits=True, then=F("done")),
            # GREATEST passes over what is null, but a pass that never ended is whole up to nothing.
            When(done__isnull=False, then=Greatest("done", _survey("connection"))),
        ),
        # Lazily: whom it concerns is looked up only for the few in trouble.
        trouble=Case(
            When(amiss, then=concerns), default=Value(value=False), output_field=BooleanField()
        ),
    )


def _reasons(found: Mapping[str, Any]) -> Iterator[str]:
    if not found["read"] and not found["lost"]:
        yield "No repository is read yet."
    if found["unfilled"]:
        yield f"{_of(found['unfilled'], found['read'])} not read to the end yet."
    if found["refused"]:
        yield f"{_of(found['refused'], found['read'])} not giving pull requests."
    if found["missing"]:
        yield f"Some pull requests could not be fetched from {_repositories(found['missing'])}."
    if found["lost"]:
        yield f"Access to {_repositories(found['lost'])} was lost."


def _of(n: int, total: int) -> str:
    return f"{n} of {_repositories(total)} {'is' if n == 1 else 'are'}"


def _repositories(n: int) -> str:
    return f"{n} {'repository' if n == 1 else 'repositories'}"


def _survey(connection: str) -> Subquery:
    """When the connection, as it is called there, was last looked at as a whole: the beginning of that look."""
    runs = SyncRun.objects.filter(
        connection=OuterRef(connection),
        kind=Hint.Kind.CONNECTION,
        outcome=SyncRun.Outcome.SUCCEEDED,
    )
    return Subquery(runs.order_by("-started_at").values("started_at")[:1])


def _cursors() -> Iterable[dict[str, Any]]:
    found: Iterable[dict[str, Any]] = Cursor.objects.filter(kind__in=KINDS).values(
        *("repository", "kind", "complete_to", "expected", "held", "counted_at"),
        *("unavailable", "gap"),
    )
    return found


def _work() -> tuple[set[tuple[int, int, str]], dict[tuple[int, int, str], int]]:
    """Where something waits to be fetched, and how much was given up, by connection, repository and kind."""
    waiting: set[tuple[int, int, str]] = set()
    parked: dict[tuple[int, int, str], int] = {}
    found = (
        Hint.objects.exclude(container_external_id=None)
        .values_list("connection", "container_external_id", "kind")
        .annotate(all=Count("pk"), given_up=Count("parked_at"))
        .order_by()
    )
    for connection, repository, kind, both, given_up in found:
        place = (connection, repository, _SERVES.get(kind, kind))
        if both > given_up:
            waiting.add(place)
        if given_up:
            parked[place] = parked.get(place, 0) + given_up
    return waiting, parked


def _entry(
    kind: str,
    row: Mapping[str, Any] | None,
    *,
    surveyed_at: datetime | None,
    waits: bool,
    parked: int,
    empty: bool,
) -> Entry:
    found: Mapping[str, Any] = row or {}
    complete_to: datetime | None = found.get("complete_to")
    if complete_to and surveyed_at and kind in _SURVEYED and not waits:
        complete_to = max(complete_to, surveyed_at)
    source: int | None = found.get("expected")
    stored: int | None = found.get("held")
    is_counted = source is not None and stored is not None
    state, reason = judge(
        complete_to=complete_to,
        begun=row is not None,
        missing=max(0, (source or 0) - (stored or 0)) if is_counted else 0,
        gap=found.get("gap") or "",
        unavailable=found.get("unavailable") or "",
        waits=waits,
        parked=parked,
        empty=empty,
    )
    if reason is None and not is_counted:
        reason = NOT_COUNTED if stored is None else NOT_ALL_KEPT
    return Entry(kind, state, source, stored, found.get("counted_at"), complete_to, reason)


def judge(
    *,
    complete_to: datetime | None,
    begun: bool,
    missing: int,
    gap: str,
    unavailable: str,
    waits: bool,
    parked: int,
    empty: bool,
) -> tuple[State, str | None]:
    """What state an entry is in, and why; the worst that is known of it comes first."""
    if unavailable:
        return "unavailable", unavailable
    if parked:
        return "incomplete", f"{parked} parked: see what could not be fetched."
    if complete_to is None:
        return _unfinished(begun=begun, empty=empty)
    lacking = gap or (f"{missing} of the source's are missing." if missing else None)
    if lacking is None:
        return "complete", None
    return ("collecting", None) if waits else ("incomplete", lacking)


def _unfinished(*, begun: bool, empty: bool) -> tuple[State, str | None]:
    if empty:
        return "complete", NO_COMMIT
    return ("collecting", None) if begun else ("waiting", "Its turn has not come yet.")


def total_of(kind: str, entries: Sequence[Entry]) -> Total:
    counted = [entry for entry in entries if entry.difference is not None]
    given = [entry for entry in entries if entry.state != "unavailable"]
    times = [entry.complete_to for entry in given if entry.reason != NO_COMMIT]
    return Total(
        kind=kind,
        repositories=len(entries),
        counted=len(counted),
        complete=sum(entry.state == "complete" for entry in entries),
        unavailable=len(entries) - len(given),
        source=sum(entry.source or 0 for entry in counted) if counted else None,
        stored=sum(entry.stored or 0 for entry in counted) if counted else None,
        missing=sum(max(0, entry.difference or 0) for entry in counted) if counted else None,
        complete_to=None if None in times else min((t for t in times if t), default=None),
    )
