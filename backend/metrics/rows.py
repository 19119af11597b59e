"""Single pull requests: for the scatter, the table, the export and the page of one. Rows are no aggregates."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from math import floor
from typing import Any

from django.db.models import F, OrderBy, Q, QuerySet

from backend.delivery.models import PullRequestEvent, Review
from backend.metrics import results
from backend.metrics.formulas import pull_request as formula
from backend.metrics.models import PullRequestFact
from backend.metrics.queries import versions
from backend.metrics.scope import Scope
from backend.people.models import Identity, Team
from backend.people.names import Names

MAXIMUM_POINTS = 4000

SORTS = {
    "merged_at": "merged_at",
    "opened_at": "opened_at",
    "cycle_time": "cycle_seconds",
    "time_to_first_review": "first_review_seconds",
    "size": "size_lines",
    "reviews": "review_count",
    "number": "pull_request__number",
    "repository": "pull_request__repository__name_with_owner",
    "title": "pull_request__title",
}
_FIELDS = {
    "pk": "id",
    "pull_request__repository__name_with_owner": "repository",
    "pull_request__repository__connection__url": "url",
    "pull_request__number": "number",
    "pull_request__title": "title",
    "author__login": "author",
}
_OWN = (
    "state", "opened_at", "merged_at", "cycle_seconds", "coding_seconds", "pickup_seconds",
    "review_seconds", "merge_seconds", "first_review_seconds", "size_lines", "size_files",
    "review_count", "stage", "stage_since", "flags", "commits_known", "first_review_at",
    "started_at", "author_key", "closed_at", "author_id", "author__person_id", "author__is_bot",
)  # fmt: skip

_DURATIONS = tuple(name for name in _OWN if name.endswith("_seconds"))


@dataclass(frozen=True)
class Table:
    state: str = "merged"
    """merged: merged in the range; open: open now."""
    search: str = ""
    sort: str = "-merged_at"


def page(scope: Scope, table: Table, *, page: int, page_size: int) -> results.Page:
    """One page of the table. Two statements."""
    found = _found(scope, table)
    begin = (page - 1) * page_size
    rows = found[begin : begin + page_size]
    return results.Page(
        items=[results.Row(**_row(values, scope.names)) for values in _values(rows, scope)],
        total=found.count(),
        page=page,
        page_size=page_size,
    )


def count(scope: Scope, table: Table) -> int:
    """How many rows the whole table has."""
    return _found(scope, table).count()


def everything(scope: Scope, table: Table) -> Iterator[results.Row]:
    """The whole table, read as it is used: no more than a part of it is held."""
    for values in _values(_found(scope, table), scope).iterator(chunk_size=2000):
        yield results.Row(**_row(values, scope.names))


def _values(found: QuerySet[PullRequestFact], scope: Scope) -> Any:  # noqa: ANN401 - of dictionaries, which the stubs cannot tell of names that are not literal
    """What rows hold, with durations as they are asked for."""
    if not scope.working:
        return found.values(*_FIELDS, *_OWN)
    own = [name for name in _OWN if name not in _DURATIONS]
    return found.values(*_FIELDS, *own).annotate(
        **{f"asked_{name}": F(scope.over(name)) for name in _DURATIONS}
    )


def _found(scope: Scope, table: Table) -> QuerySet[PullRequestFact]:
    found = _searched(_in_state(scope, table.state), table.search, scope.names)
    return found.order_by(_order(table.sort, scope), "-pk")


def scatter(scope: Scope) -> results.Scatter:
    """Every merged pull request of the range, or a sample that is the same each time. Two statements."""
    found = _in_state(scope, "merged")
    n = found.count()
    # Multiplying modulo a prime shuffles the ids, and always in the same way.
    shuffled = found.annotate(place=F("pk") * 48271 % 2147483647).order_by("place", "pk")
    rows = shuffled[:MAXIMUM_POINTS].values_list(
        "pk",
        "pull_request__number",
        "pull_request__repository__name_with_owner",
        "pull_request__title",
        "merged_at",
        scope.over("cycle_seconds"),
        "size_lines",
    )
    names = list(results.Point.model_fields)
    points = [results.Point(**dict(zip(names, row, strict=True))) for row in rows]
    return results.Scatter(
        points=sorted(points, key=lambda point: (point.merged_at, point.id)),
        n=n,
        shown=len(points),
        sampled=len(points) < n,
    )


def detail(
    pull_request_id: int, *, within: QuerySet[Team] | None, names: Names
) -> results.Detail | None:
    """One pull request with what happened to it; None where there is none `within` these teams or of the reader's."""
    found = PullRequestFact.objects.filter(pk=pull_request_id)
    if within is not None:
        own = Q(author_key=names.reader) if names.reader is not None else Q(pk=None)
        found = found.filter(Q(teams__team__in=within) | own).distinct()
    values = found.values(*_FIELDS, *_OWN).first()
    if values is None:
        return None
    return results.Detail(
        **_row(values, names),
        events=sorted(_timeline(pull_request_id, values, names), key=lambda event: event.at),
        stages=list(_stages(values)),
        versions=versions(),
    )


def _in_state(scope: Scope, state: str) -> QuerySet[PullRequestFact]:
    found = PullRequestFact.objects.filter(excluded="")
    if not scope.with_bots:
        found = found.filter(is_bot=False)
    if state == "open":
        found = found.filter(state="open")
        if scope.person is not None:
            return found.filter(author_key=scope.person)
        return found.filter(teams__team=scope.team) if scope.team else found
    if scope.team:
        # The bridge's own copy of the time, which its index holds.
        return found.filter(
            teams__team=scope.team,
            teams__merged_at__gte=scope.begins_at,
            teams__merged_at__lt=scope.ends_at,
        )
    if scope.person is not None:
        found = found.filter(author_key=scope.person)
    return found.filter(merged_at__gte=scope.begins_at, merged_at__lt=scope.ends_at)


def _searched(
    found: QuerySet[PullRequestFact], search: str, names: Names
) -> QuerySet[PullRequestFact]:
    """Every word must be in the title, repository, author or, with or without #, be the number."""
    for word in search.split():
        wanted = (
            Q(pull_request__title__icontains=word)
            | Q(pull_request__repository__name_with_owner__icontains=word)
            | names.holding(word, "author")
        )
        number = word.removeprefix("#")
        if number.isascii() and number.isdigit() and len(number) < 10:  # noqa: PLR2004 - digits of 32 bits
            wanted |= Q(pull_request__number=int(number))
        found = found.filter(wanted)
    return found


def _order(sort: str, scope: Scope) -> OrderBy:
    key = sort.removeprefix("-")
    field = scope.names.order("author") if key == "author" else F(scope.over(SORTS[key]))
    return field.desc(nulls_last=True) if sort.startswith("-") else field.asc(nulls_last=True)


def _row(values: dict[str, Any], names: Names) -> dict[str, Any]:
    """A stage that is no measurement is null here, though it is part of the sum."""
    row = {_FIELDS.get(name, name.removeprefix("asked_")): value for name, value in values.items()}
    row["url"] = f"{row['url']}/{row['repository']}/pull/{row['number']}"
    row["author"] = _author(values, names)
    row["stage"] = row["stage"] or None
    if not row["commits_known"]:
        row["coding_seconds"] = None
    if row["first_review_at"] is None:
        row["pickup_seconds"] = row["review_seconds"] = row["merge_seconds"] = None
    return {name: row[name] for name in results.Row.model_fields}


def _author(values: dict[str, Any], names: Names) -> str | None:
    return names.of(
        values["author__login"],
        identity=values["author_id"],
        person=values["author__person_id"],
        is_bot=values["author__is_bot"],
    )


def _stages(values: dict[str, Any]) -> Iterator[results.Stage]:
    """The stages of a merged pull request, one after the other."""
    if values["cycle_seconds"] is None:
        return
    unreviewed = None if values["first_review_at"] else "not_reviewed"
    begin = values["started_at"].timestamp()
    for name in ("coding", "pickup", "review", "merge"):
        seconds = values[f"{name}_seconds"]
        reason = unreviewed
        if name == "coding":
            reason = None if values["commits_known"] else "commits_unknown"
        yield results.Stage(
            name=name,
            from_=datetime.fromtimestamp(begin, UTC),
            to=datetime.fromtimestamp(begin + seconds, UTC),
            seconds=seconds,
            reason=reason,
        )
        begin += seconds


def _timeline(pk: int, values: dict[str, Any], names: Names) -> Iterator[results.TimelineEvent]:
    author = _author(values, names)
    if values["started_at"] < values["opened_at"]:
        yield _event(values["started_at"], "first_commit", author)
    yield _event(values["opened_at"], "opened", author)
    for event in PullRequestEvent.objects.filter(pull_request=pk).select_related("actor"):
        actor = _called(event.actor, names)
        yield _event(event.occurred_at, event.kind, actor, counts=event.kind in _TURNING)
    yield from _reviews(pk, values, names)


def _called(who: Identity | None, names: Names) -> str | None:
    if who is None:
        return None
    return names.of(who.login, identity=who.pk, person=who.person_id, is_bot=who.is_bot)


_TURNING = {
    PullRequestEvent.Kind.READY_FOR_REVIEW,
    PullRequestEvent.Kind.CONVERTED_TO_DRAFT,
    PullRequestEvent.Kind.MERGED,
    PullRequestEvent.Kind.CLOSED,
}


def _reviews(pk: int, values: dict[str, Any], names: Names) -> Iterator[results.TimelineEvent]:
    """Each review, with the reason where it does not count, by the rules that the figures go by."""
    pull = formula.PullRequest(
        author=values["author_key"],
        opened_at=_seconds(values["opened_at"]),
        merged_at=values["merged_at"] and _seconds(values["merged_at"]),
        closed_at=values["closed_at"] and _seconds(values["closed_at"]),
        is_draft=False,
        head_sha="",
        merge_sha="",
    )
    first = values["first_review_at"]
    given = Review.objects.filter(pull_request=pk).select_related("author")
    for review in given:
        by = review.author
        key = (by.person_id or -by.pk) if by else None
        at = _seconds(review.submitted_at)
        judged = formula.Review(at, review.state, key, is_bot=bool(by and by.is_bot))
        note = formula.why_not(judged, pull)
        if note is None and (first is None or at < _seconds(first)):
            note = "during_draft"
        yield _event(
            review.submitted_at, review.state, _called(by, names), counts=not note, note=note
        )


def _seconds(moment: datetime) -> int:
    return floor(moment.timestamp())


def _event(
    at: datetime, kind: str, actor: str | None, *, counts: bool = True, note: str | None = None
) -> results.TimelineEvent:
    return results.TimelineEvent(at=at, kind=kind, actor=actor, counts=counts, note=note)
