"""Sort issues and pull requests into categories by `delivery.investment_rules`.

Everything is judged from what is stored by the source, but for pull requests, which take what their issues were sorted
into. One process sorts at a time, so that none writes what another one's change has overtaken.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from django.db import connection, transaction

from backend.delivery.investment_rules import (
    BUILT_IN,
    COMPONENT,
    ISSUE_TYPE,
    LABEL,
    PROJECT,
    REPOSITORY,
    Book,
    Decision,
    Rule,
    Work,
    judge_issue,
    judge_pull_request,
)
from backend.delivery.models import Issue, PendingInvestment, PullRequest, PullRequestIssueKey
from backend.delivery.store.investment import investment_rules
from backend.metrics.issues import links
from backend.metrics.issues.links import Link
from backend.metrics.models import IssueCategory, PullRequestCategory

BATCH: Final = 2000
_LOCK: Final = 7_301_200
_BELOW: Final = """
    WITH RECURSIVE below (id, connection_id, external_id) AS (
        SELECT id, connection_id, external_id FROM delivery_issue WHERE id = ANY(%s)
        UNION
        SELECT child.id, child.connection_id, child.external_id
        FROM below JOIN delivery_issue child
            ON child.connection_id = below.connection_id AND child.parent_external_id = below.external_id
    )
    SELECT id FROM below ORDER BY id
"""
# One that was deleted passes nothing on.
_PARENT: Final = """
    LEFT JOIN delivery_issue parent ON parent.connection_id = issue.connection_id
        AND parent.external_id = issue.parent_external_id AND parent.deleted_at IS NULL
"""
_ISSUES: Final = f"""
    WITH RECURSIVE above (id, parent_id) AS (
        SELECT issue.id, parent.id FROM delivery_issue issue {_PARENT} WHERE issue.id = ANY(%s)
        UNION
        SELECT issue.id, parent.id FROM above JOIN delivery_issue issue ON issue.id = above.parent_id {_PARENT}
    )
    SELECT issue.id, above.parent_id, issue.key, kind.name, project.key, issue.labels, issue.components
    FROM above
    JOIN delivery_issue issue ON issue.id = above.id
    JOIN delivery_issuetype kind ON kind.id = issue.issue_type_id
    JOIN delivery_project project ON project.id = issue.project_id
"""  # noqa: S608 - constants of ours
_PULLS: Final = """
    SELECT pull.id, repository.name_with_owner, pull.labels FROM delivery_pullrequest pull
    JOIN delivery_repository repository ON repository.id = pull.repository_id
    WHERE pull.id = ANY(%s)
"""
_STORE: Final = """
    INSERT INTO {table} AS known ({item}, category, because, inherited_from_id)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) AS new (item) ORDER BY item
    ON CONFLICT ({item}) DO UPDATE SET category = excluded.category, because = excluded.because,
        inherited_from_id = excluded.inherited_from_id
    WHERE (known.category, known.because, known.inherited_from_id)
        IS DISTINCT FROM (excluded.category, excluded.because, excluded.inherited_from_id)
"""
_STORE_IN_DAYS: Final = """
    UPDATE metrics_activityday day SET category = new.category
    FROM unnest(%s::bigint[], %s::text[]) AS new (item, category)
    WHERE day.{item} = new.item AND day.category <> new.category
"""
_STRENGTH: Final = {place: rank for rank, place in enumerate(PullRequestIssueKey.Place.values)}


def sort_issues(ids: Sequence[int]) -> None:
    """These, whatever is below them, and the pull requests about any of these, or that were. Under the lock."""
    books = _books(investment_rules())
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [list(ids)])
        touched = [pk for (pk,) in cursor.fetchall()]
    for begin in range(0, len(touched), BATCH):
        some = touched[begin : begin + BATCH]
        _store_issues(some, books)
        about = {link.pull_request_id for link in links.of_issues(some)}
        about.update(
            PullRequestCategory.objects.filter(inherited_from__in=some).values_list("pk", flat=True)
        )
        # As many as one batch of issues is named by: few for each.
        _store_pull_requests(sorted(about), books)


def sort_pull_requests(ids: Sequence[int]) -> None:
    """Under the lock."""
    _store_pull_requests(ids, _books(investment_rules()))


def sort_everything() -> int:
    """Where rules have changed; 1, or 0 where they have not. A batch a transaction, so that nobody waits for long."""
    noted = PendingInvestment.objects.filter(pk=1).first()
    if noted is None:
        return 0
    for issues in _batches(Issue):
        with transaction.atomic():
            lock()
            _store_issues(issues, _books(investment_rules()))
    for pulls in _batches(PullRequest):
        with transaction.atomic():
            lock()
            _store_pull_requests(pulls, _books(investment_rules()))
    # Where they have changed once more, the row is another's.
    PendingInvestment.objects.filter(since=noted.since).delete()
    return 1


def judged_issues(ids: Sequence[int], rules: Sequence[Rule]) -> dict[int, Decision]:
    """What these rules would make of issues; nothing is stored."""
    known, books = _known_issues(ids), _books(rules)
    return {pk: judge_issue(pk, known, *books) for pk in ids if pk in known}


def judged_pull_requests(
    ids: Sequence[int], rules: Sequence[Rule], issues: Mapping[int, str | None]
) -> dict[int, Decision]:
    """`issues`: what each issue in question is sorted into. Nothing is stored."""
    return dict(_judged_pull_requests(ids, _books(rules), links.of_pull_requests(ids), issues))


def _books(rules: Iterable[Rule]) -> tuple[Book, Book]:
    return Book(rules), Book(BUILT_IN)


def _store_issues(ids: Sequence[int], books: tuple[Book, Book]) -> None:
    known = _known_issues(ids)
    found = [(pk, judge_issue(pk, known, *books)) for pk in ids if pk in known]
    _write("metrics_issuecategory", "issue_id", found)


def _store_pull_requests(ids: Sequence[int], books: tuple[Book, Book]) -> None:
    about = links.of_pull_requests(ids)
    issues = dict[int, str | None](
        IssueCategory.objects.filter(
            issue__in={link.issue_id for link in about}, issue__deleted_at=None
        ).values_list("issue", "category")
    )
    found = _judged_pull_requests(ids, books, about, issues)
    _write("metrics_pullrequestcategory", "pull_request_id", found)


def _judged_pull_requests(
    ids: Sequence[int],
    books: tuple[Book, Book],
    about: Iterable[Link],
    issues: Mapping[int, str | None],
) -> Iterator[tuple[int, Decision]]:
    of_pull: dict[int, list[Link]] = defaultdict(list)
    for link in about:
        if link.holds:
            of_pull[link.pull_request_id].append(link)
    with connection.cursor() as cursor:
        cursor.execute(_PULLS, [list(ids)])
        pulls = cursor.fetchall()
    for pk, repository, labels in pulls:
        strongest_first = sorted(of_pull[pk], key=_strength)
        sorted_into = [(one.issue_id, issues.get(one.issue_id) or None) for one in strongest_first]
        work = Work({REPOSITORY: [repository], LABEL: labels})
        yield pk, judge_pull_request(work, sorted_into, *books)


def _strength(link: Link) -> tuple[bool, int, int]:
    """Lower is stronger: a person's word, then by where the key stands, then the older issue."""
    places = [_STRENGTH[place] for place in link.found_in]
    return link.verdict is None, min(places, default=0), link.issue_id


def _known_issues(ids: Sequence[int]) -> dict[int, Work]:
    with connection.cursor() as cursor:
        cursor.execute(_ISSUES, [list(ids)])
        return {
            pk: Work(
                {ISSUE_TYPE: [kind], PROJECT: [project], LABEL: labels, COMPONENT: components},
                key=key,
                parent=parent,
            )
            for pk, parent, key, kind, project, labels, components in cursor.fetchall()
        }


def _write(table: str, item: str, decisions: Iterable[tuple[int, Decision]]) -> None:
    rows = [(pk, one.category or "", one.because, one.inherited_from) for pk, one in decisions]
    if rows:
        with connection.cursor() as cursor:
            statement = _STORE.format(table=table, item=item)
            columns = [list(column) for column in zip(*rows, strict=True)]
            cursor.execute(statement, columns)
            cursor.execute(_STORE_IN_DAYS.format(item=item), columns[:2])


def _batches(model: type[Issue] | type[PullRequest]) -> Iterator[list[int]]:
    last = 0
    while ids := list(
        model.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield ids
        last = ids[-1]


def lock() -> None:
    """To the end of the transaction; whoever waits for it sees what the one before committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
