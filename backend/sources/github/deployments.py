"""Deployments with their statuses, releases and tags: listed newest first, a hundred a request.

None of them can be asked for what changed since. So a pass reads on until a page brought nothing new and as many are
stored as the source counts; a full one reads to the end. Where more are stored than the source counts, what it no
longer has is found by one light listing of the ids, and removed.
"""

from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Generic, TypeVar

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from backend.delivery import store
from backend.delivery.models import Repository
from backend.delivery.store.horizons import Kind, kept_since
from backend.sources import ledger
from backend.sources.collected import Collected
from backend.sources.errors import Forbidden, NotFound, Overloaded
from backend.sources.github import asking, normalise, payloads
from backend.sources.github.client import GitHub, PageLost
from backend.sources.github.queries import ACTOR
from backend.sources.models import Cursor, Hint
from backend.sources.shapes import read

PAGES_A_SLICE: Final = 8
LARGEST_PAGE: Final = 100
UNFINISHED: Final = ("pending", "queued", "in_progress", "waiting")
FINISHES_WITHIN: Final = timedelta(days=35)
"""A deployment that waits for longer is not waited for any more."""

_STATUSES: Final = """{
  pageInfo { hasNextPage endCursor }
  nodes { id state createdAt STATUS_ENVIRONMENT creator { ...Actor } }
}"""
MORE_STATUSES: Final = f"""query MoreStatuses($id: ID!, $after: String) {{
  RATE_LIMIT
  node(id: $id) {{ ... on Deployment {{ statuses(first: 100, after: $after) {_STATUSES} }} }}
}} {ACTOR}"""
P = TypeVar("P", bound=payloads.Payload)


class Listing(ABC, Generic[P]):
    """A kind that a repository lists. One for each pass."""

    kind: ClassVar[Hint.Kind]
    name: ClassVar[str]
    """The connection's field."""
    arguments: ClassVar[str] = "orderBy: {field: CREATED_AT, direction: DESC}"
    fields: ClassVar[str]
    key: ClassVar[str] = "databaseId"
    pages: type[payloads.Page[P]]

    def __init__(self, repository: Repository, github: GitHub) -> None:
        self.repository, self.github = repository, github

    @classmethod
    def query(cls, *, keys_only: bool = False) -> str:
        """A page of the listing, or of its keys alone."""
        fields = cls.key if keys_only else cls.fields
        return f"""query {cls.name.title()}($owner: String!, $name: String!, $first: Int!, $after: String) {{
  RATE_LIMIT
  repository(owner: $owner, name: $name) {{
    {cls.name}(first: $first, after: $after, {cls.arguments}) {{
      totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {fields} }}
    }}
  }}
}} {ACTOR if "...Actor" in fields else ""}"""

    @abstractmethod
    def store(self, nodes: list[P]) -> int:
        """Write them; returns how many are new or differ."""

    @abstractmethod
    def held(self) -> int: ...

    @abstractmethod
    def keep(self, keys: set[Any]) -> int:
        """Remove all but these; returns how many were removed."""

    def goes_on(self, nodes: list[P]) -> bool:  # noqa: ARG002 - for those that look
        """Whether something below this page may have changed although nothing on it did."""
        return False

    def is_over(self, node: P) -> bool:  # noqa: ARG002 - for those that retention removes
        """Whether it and all below it is older than what is kept."""
        return False

    def whole(self, node: P) -> P:
        """The object with all that hangs below it."""
        return node

    def page(self, after: str, *, first: int) -> payloads.Page[P]:
        page = read(self.pages, self._ask(self.query(), after, first=first))
        return page.model_copy(update={"nodes": [self.whole(node) for node in page.nodes]})

    def keys(self) -> tuple[set[Any], int]:
        """The keys of all that there are, and how many the source counts at the end."""
        after, found = "", set()
        while True:
            answer = self._ask(self.query(keys_only=True), after, first=LARGEST_PAGE)
            found |= {node[self.key] for node in answer["nodes"]}
            if not answer["pageInfo"]["hasNextPage"]:
                return found, answer["totalCount"]
            after = answer["pageInfo"]["endCursor"]

    def _ask(self, text: str, after: str, *, first: int) -> dict[str, Any]:
        variables = asking.variables(self.repository) | {"first": first, "after": after or None}
        data = self.github.ask(self.github.queries.fit(text), variables, tries=2)
        found: dict[str, Any] = asking.repository_of(data, self.repository)[self.name]
        return found


class Deployments(Listing[payloads.Deployment]):
    kind = Hint.Kind.DEPLOYMENTS
    name = "deployments"
    fields = f"""id databaseId commitOid ref {{ name }} originalEnvironment environment latestEnvironment
      task state createdAt updatedAt creator {{ ...Actor }} statuses(first: 50) {_STATUSES}"""
    pages = payloads.Page[payloads.Deployment]

    def store(self, nodes: list[payloads.Deployment]) -> int:
        return store.store_deployments(
            repository=self.repository, deployments=[normalise.deployment(node) for node in nodes]
        )

    def held(self) -> int:
        return self.repository.deployments.count()

    def keep(self, keys: set[Any]) -> int:
        return store.keep_deployments(repository=self.repository, external_ids=keys)

    def goes_on(self, nodes: list[payloads.Deployment]) -> bool:
        """While one further down had not ended when it was last seen."""
        oldest: datetime | None = self.repository.deployments.filter(
            state__in=UNFINISHED, created_at__gt=timezone.now() - FINISHES_WITHIN
        ).aggregate(oldest=Min("created_at"))["oldest"]
        return oldest is not None and bool(nodes) and oldest < nodes[-1].created_at

    def is_over(self, node: payloads.Deployment) -> bool:
        return node.created_at + FINISHES_WITHIN < kept_since(Kind.DEPLOYMENTS)

    def whole(self, node: payloads.Deployment) -> payloads.Deployment:
        page = node.statuses
        if page is None or not page.page_info.has_next_page:
            return node
        statuses, info = list(page.nodes), page.page_info
        while info.has_next_page:
            text = self.github.queries.fit(MORE_STATUSES)
            data = self.github.ask(text, {"id": node.id, "after": info.end_cursor})
            more = read(payloads.Page[payloads.DeploymentStatus], data["node"]["statuses"])
            statuses += more.nodes
            info = more.page_info
        return node.model_copy(update={"statuses": page.model_copy(update={"nodes": statuses})})


class Releases(Listing[payloads.Release]):
    kind = Hint.Kind.RELEASES
    name = "releases"
    fields = """databaseId tagName isDraft isPrerelease createdAt publishedAt updatedAt
      tagCommit { oid } author { login databaseId }"""
    pages = payloads.Page[payloads.Release]

    def store(self, nodes: list[payloads.Release]) -> int:
        return store.store_releases(
            repository=self.repository, releases=[normalise.release(node) for node in nodes]
        )

    def held(self) -> int:
        return self.repository.releases.count()

    def keep(self, keys: set[Any]) -> int:
        return store.keep_releases(repository=self.repository, external_ids=keys)


class Tags(Listing[payloads.Ref]):
    kind = Hint.Kind.TAGS
    name = "refs"
    arguments = 'refPrefix: "refs/tags/", orderBy: {field: TAG_COMMIT_DATE, direction: DESC}'
    fields = """name target {
      oid ... on Tag { tagger { date } target { oid ... on Tag { target { oid } } } }
    }"""
    """What a tag names; an annotated one may name another, and nobody goes deeper than that."""
    key = "name"
    pages = payloads.Page[payloads.Ref]

    def store(self, nodes: list[payloads.Ref]) -> int:
        tags = [tag for tag in map(normalise.tag, nodes) if tag is not None]
        return store.store_tags(repository=self.repository, tags=tags)

    def held(self) -> int:
        return self.repository.tags.count()

    def keep(self, keys: set[Any]) -> int:
        return store.keep_tags(repository=self.repository, names=keys)


def collect_deployments(repository: Repository, github: GitHub, *, full: bool = False) -> Collected:
    """A slice of a pass over the repository's deployments, each with all its statuses."""
    return _collect(Deployments(repository, github), full=full)


def collect_releases(repository: Repository, github: GitHub, *, full: bool = False) -> Collected:
    """A slice of a pass over the repository's releases."""
    return _collect(Releases(repository, github), full=full)


def collect_tags(repository: Repository, github: GitHub, *, full: bool = False) -> Collected:
    """A slice of a pass over the repository's tags."""
    return _collect(Tags(repository, github), full=full)


def _collect(listing: Listing[Any], *, full: bool) -> Collected:
    cursor = ledger.cursor_of(listing.repository, listing.kind)
    first, result = LARGEST_PAGE, Collected()
    for _ in range(PAGES_A_SLICE):
        asked_at = timezone.now()
        try:
            page = listing.page(cursor.page, first=first)
        except Overloaded:
            if first == 1:
                raise
            first //= 2
            continue
        except PageLost:
            ledger.close(cursor)
            ledger.save(cursor)
            break
        except (Forbidden, NotFound) as error:
            return asking.note_unavailable(cursor, listing.github, error)
        finished = _advance(cursor, listing, page, asked_at=asked_at, full=full)
        result.stored += len(page.nodes)
        if finished:
            _forget(cursor, listing)
            return result
    result.more = True
    return result


@transaction.atomic
def _advance(
    cursor: Cursor,
    listing: Listing[Any],
    page: payloads.Page[Any],
    *,
    asked_at: datetime,
    full: bool,
) -> bool:
    """Store a page, and say so. True: the pass is at its end."""
    if not cursor.page:
        cursor.pass_top, cursor.stored, cursor.unavailable = asked_at, 0, ""
    changed = listing.store(page.nodes)
    total, held = page.total_count or 0, listing.held()
    known = not full and not changed and held == total and not listing.goes_on(page.nodes)
    known |= bool(page.nodes) and listing.is_over(page.nodes[-1])
    finished = known or not page.page_info.has_next_page
    cursor.stored += len(page.nodes)
    ledger.count(cursor, expected=total, held=held, what=listing.kind.value)
    if finished:
        cursor.complete_to = cursor.pass_top
        ledger.close(cursor)
    else:
        cursor.page, cursor.gap = page.page_info.end_cursor or "", ""
    ledger.save(cursor)
    return finished


def _forget(cursor: Cursor, listing: Listing[Any]) -> None:
    """Remove what the source no longer has, where there are more than it counts; its listing must have been whole."""
    if cursor.expected is None or cursor.held is None or cursor.held <= cursor.expected:
        return
    keys, total = listing.keys()
    if len(keys) != total:
        return
    with transaction.atomic():
        listing.keep(keys)
        ledger.count(cursor, expected=total, held=listing.held(), what=listing.kind.value)
        ledger.save(cursor)
