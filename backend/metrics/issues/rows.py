"""Single issues: for the scatter, the table, the export and the page of one. Rows are no aggregates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import F, OrderBy, Q, QuerySet

from backend import clock
from backend.delivery.models import Issue, IssueStatus, IssueTransition, PullRequest, Sprint
from backend.metrics.formulas import issue as formula
from backend.metrics.issues import links, results
from backend.metrics.issues.asked import Asked
from backend.metrics.issues.loading import load, points_of
from backend.metrics.models import IssueFact
from backend.people.models import Team
from backend.people.names import Names

MAXIMUM_POINTS: Final = 4000
SORTS: Final = {
    "done_at": "done_at",
    "started_at": "started_at",
    "cycle_time": "active_seconds",
    "elapsed": "elapsed_seconds",
    "key": "issue__external_id",
    "project": "project__key",
    "issue_type": "issue_type__name",
    "summary": "issue__summary",
    "estimate": "estimate",
    "state_since": "state_since",
}
_FIELDS: Final = {
    "pk": "id",
    "issue__key": "key",
    "issue__summary": "summary",
    "project__key": "project",
    "issue_type__name": "issue_type",
    "issue__status__name": "status",
    "assignee__login": "assignee",
    "issue__connection__url": "url",
    "issue__connection__jira__site_url": "site",
}
_GOING: Final = ("in_progress", "waiting")
_OWN: Final = (
    "state", "created_at", "started_at", "done_at", "state_since", "active_seconds",
    "elapsed_seconds", "direct_to_done", "reopened", "estimate", "flags",
)  # fmt: skip
_WHO: Final = ("assignee_id", "assignee__person_id", "assignee__is_bot")


@dataclass(frozen=True)
class Table:
    """`state`: done in the range, direct to done in it, in progress now, or open now."""

    state: str = "done"
    search: str = ""
    sort: str = "-done_at"


def page(asked: Asked, table: Table, *, page: int, page_size: int) -> results.IssuePage:
    """One page of the table. Two statements."""
    found = _found(asked, table)
    begin = (page - 1) * page_size
    rows = found[begin : begin + page_size].values(*_FIELDS, *_OWN, *_WHO)
    return results.IssuePage(
        items=[results.IssueRow(**_row(values, asked.scope.names)) for values in rows],
        total=found.count(),
        page=page,
        page_size=page_size,
    )


def count(asked: Asked, table: Table) -> int:
    """How many rows the whole table has."""
    return _found(asked, table).count()


def everything(asked: Asked, table: Table) -> Iterator[results.IssueRow]:
    """The whole table, read as it is used."""
    for values in _found(asked, table).values(*_FIELDS, *_OWN, *_WHO).iterator(chunk_size=2000):
        yield results.IssueRow(**_row(values, asked.scope.names))


def scatter(asked: Asked) -> results.IssueScatter:
    """Every issue that was done in the range and begun before, or a sample that is the same each time."""
    found = _in_state(asked, "done").exclude(active_seconds=None)
    n = found.count()
    # Multiplying modulo a prime shuffles the ids, and always in the same way.
    shuffled = found.annotate(place=F("pk") * 48271 % 2147483647).order_by("place", "pk")
    rows = shuffled[:MAXIMUM_POINTS].values_list(
        "pk", "issue__key", "issue__summary", "issue_type__name", "done_at", "active_seconds"
    )
    names = list(results.IssuePoint.model_fields)
    points = [results.IssuePoint(**dict(zip(names, row, strict=True))) for row in rows]
    return results.IssueScatter(
        points=sorted(points, key=lambda point: (point.done_at, point.id)),
        n=n,
        shown=len(points),
        sampled=len(points) < n,
    )


def detail(
    issue_id: int, *, within: QuerySet[Team] | None, names: Names
) -> results.IssueDetail | None:
    """One issue with what happened to it; None where there is none `within` these teams."""
    found = IssueFact.objects.filter(pk=issue_id, excluded="")
    if within is not None:
        found = found.filter(teams__team__in=within).distinct()
    values = found.values(*_FIELDS, *_OWN, *_WHO, "issue__sprints", "issue__connection").first()
    if values is None:
        return None
    return results.IssueDetail(
        **_row(values, names),
        spans=_spans(issue_id, values["issue__connection"]),
        estimates=[
            results.EstimateChange(at=at, before=points_of(before), after=points_of(after))
            for at, before, after in IssueTransition.objects.filter(issue=issue_id, kind="estimate")
            .order_by("occurred_at", "pk")
            .values_list("occurred_at", "before", "after")
        ],
        sprints=list(
            Sprint.objects.filter(
                connection=values["issue__connection"], external_id__in=values["issue__sprints"]
            )
            .order_by("starts_at", "external_id")
            .values_list("name", flat=True)
        ),
        pull_requests=_pull_requests(issue_id, within),
    )


def choices(within: QuerySet[Team] | None) -> results.IssueChoices:
    """Projects and types of the issues that are counted, of these teams. Two statements."""
    found = IssueFact.objects.filter(excluded="")
    if within is not None:
        found = found.filter(teams__team__in=within)
    projects = (
        found.order_by("project__key").values_list("project__key", "project__name").distinct()
    )
    types = found.order_by("issue_type__name").values_list("issue_type__name", flat=True).distinct()
    return results.IssueChoices(
        projects=[results.ProjectChoice(key=key, name=name) for key, name in projects],
        issue_types=list(types),
    )


def _spans(issue_id: int, connection: int) -> list[results.StatusSpan]:
    loaded = next(iter(load([issue_id])))
    now = int(clock.now().timestamp())
    spans = formula.spans(loaded.issue, loaded.stages, until=now)
    names = dict(
        IssueStatus.objects.filter(
            connection=connection, external_id__in={span.status for span in spans}
        ).values_list("external_id", "name")
    )
    return [
        results.StatusSpan(
            from_=_moment(span.start),
            to=None if span is spans[-1] else _moment(span.end),
            status=names.get(span.status, f"Status {span.status}"),
            state=span.stage,
            seconds=span.end - span.start,
        )
        for span in spans
    ]


def _pull_requests(
    issue_id: int, within: QuerySet[Team] | None
) -> Sequence[results.LinkedPullRequest]:
    held = {one.pull_request_id: one for one in links.of_issues([issue_id]) if one.holds}
    found = PullRequest.objects.filter(pk__in=held).select_related("repository__connection")
    if within is not None:
        found = found.filter(fact__teams__team__in=within).distinct()
    return [
        results.LinkedPullRequest(
            id=one.pk,
            repository=one.repository.name_with_owner,
            number=one.number,
            title=one.title,
            url=f"{one.repository.connection.url}/{one.repository.name_with_owner}/pull/{one.number}",
            state=one.state,
            found_in=list(held[one.pk].found_in),
        )
        for one in found.order_by("-created_at", "-pk")
    ]


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _found(asked: Asked, table: Table) -> QuerySet[IssueFact]:
    found = _in_state(asked, table.state)
    for word in table.search.split():
        found = found.filter(
            Q(issue__key__icontains=word)
            | Q(issue__summary__icontains=word)
            | asked.scope.names.holding(word, "assignee")
        )
    return found.order_by(_order(table.sort, asked.scope.names), "-pk")


def _in_state(asked: Asked, state: str) -> QuerySet[IssueFact]:
    scope = asked.scope
    found = IssueFact.objects.filter(excluded="")
    if scope.team is not None:
        found = found.filter(teams__team=scope.team)
    if not scope.with_bots:
        found = found.filter(is_bot=False)
    if not asked.with_subtasks:
        found = found.filter(is_subtask=False)
    if asked.project:
        found = found.filter(project__key=asked.project)
    if asked.issue_type:
        found = found.filter(issue_type__name=asked.issue_type)
    if state == "in_progress":
        return found.filter(done_at=None, state__in=_GOING)
    if state == "open":
        return found.filter(done_at=None)
    found = found.filter(done_at__gte=scope.begins_at, done_at__lt=scope.ends_at)
    return found.filter(direct_to_done=True) if state == "direct_to_done" else found


def _order(sort: str, names: Names) -> OrderBy:
    key = sort.removeprefix("-")
    field = names.order("assignee") if key == "assignee" else F(SORTS[key])
    return field.desc(nulls_last=True) if sort.startswith("-") else field.asc(nulls_last=True)


def _row(values: dict[str, Any], names: Names) -> dict[str, Any]:
    row = {ours: values[theirs] for theirs, ours in _FIELDS.items()}
    row["assignee"] = names.of(
        values["assignee__login"],
        identity=values["assignee_id"],
        person=values["assignee__person_id"],
        is_bot=values["assignee__is_bot"],
    )
    row |= {name: values[name] for name in _OWN}
    url = address(row["url"], row.pop("site"), row["key"])
    return row | {"url": url, "state": row["state"] or None, "age_seconds": _age(row)}


def _age(row: dict[str, Any]) -> int | None:
    if row["done_at"] is not None or row["started_at"] is None or row["state"] not in _GOING:
        return None
    return int((clock.now() - row["started_at"]).total_seconds())


def address(asked: str, site: str | None, key: str) -> str:
    """Where people open an issue: at the site, where it is another address than the one that is asked."""
    return f"{site or asked}/browse/{key}"


def address_of(issue: Issue) -> str:
    """Of an issue with its connection and that one's settings of a Jira."""
    settings = getattr(issue.connection, "jira", None)  # one without settings has none
    return address(issue.connection.url, settings and settings.site_url, issue.key)
