"""How the fields of GitHub's types are read from records.

``PLAIN_FIELDS``: type → field → function of the record, giving values as they stand in the answer. ``ARGUMENT_FIELDS``:
type → field → function of record, context and arguments.
"""

import base64
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from time import gmtime, strftime
from typing import Any, NamedTuple

from graphql import GraphQLError

from tests.simulators.github.deployments import Tag
from tests.simulators.github.records import (
    Account,
    Commit,
    PullRequest,
    Repository,
    Team,
    TimelineItem,
)

from .connections import Page, needs_size, paginate, paginate_ordered

Getter = Callable[[Any], Any]
Resolver = Callable[[Any, Any, dict[str, Any]], Any]


@lru_cache(maxsize=1 << 18)
def iso(at: int | None) -> str | None:
    return None if at is None else strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(at))


def time_of(name: str) -> Getter:
    read = attrgetter(name)
    return lambda record: iso(read(record))


def account_of(name: str) -> Getter:
    """An account, or None once it is deleted."""
    read = attrgetter(name)

    def visible(record: Any) -> Account | None:
        account = read(record)
        return None if account is None or account.deleted else account

    return visible


def constant(value: Any) -> Getter:
    return lambda _record: value


def small_id(record: Any) -> int | None:
    """``databaseId`` is a 32-bit Int: an id that does not fit is not there."""
    return record.database_id if record.database_id < 2**31 else None


def pluck(*names: str) -> dict[str, Getter]:
    """Fields that are named like the record's attribute, but for camel case."""
    return {
        name: attrgetter("".join(f"_{c.lower()}" if c.isupper() else c for c in name))
        for name in names
    }


class Reference(NamedTuple):
    repository: Repository
    prefix: str
    name: str
    target: Commit | Tag


class Signature(NamedTuple):
    """Who wrote or committed, as git says it."""

    account: Account | None
    name: str
    email: str
    at: int


class Text(NamedTuple):
    """A comment or a thread, of which only the number is modelled."""

    pull_request: PullRequest
    number: int
    body: str


def author_of(commit: Commit) -> Signature:
    account = commit.author
    name = commit.author_name or (account.name or account.login if account else "")
    return Signature(
        account, name, commit.author_email or (account.email if account else ""), commit.authored_at
    )


def committer_of(commit: Commit) -> Signature:
    if commit.committer is None:
        return author_of(commit)._replace(at=commit.committed_at)
    account = commit.committer
    return Signature(account, account.name or account.login, account.email, commit.committed_at)


def user_of(signature: Signature) -> Account | None:
    """``GitActor.user`` is a User: null for bots and for deleted accounts."""
    account = signature.account
    return None if account is None or account.kind != "User" or account.deleted else account


def connection(read: Getter, name: str) -> Resolver:
    """A connection over a list of a record."""

    def resolve(record: Any, _context: Any, arguments: dict[str, Any]) -> Page:
        return paginate(read(record), arguments, name)

    return resolve


ACTOR: dict[str, Getter] = {
    "id": attrgetter("node_id"),
    "login": attrgetter("login"),
    "databaseId": small_id,
    "name": attrgetter("name"),
    "email": attrgetter("email"),
}
ORDER_KEYS: dict[str, Getter] = {
    "CREATED_AT": attrgetter("created_at"),
    "UPDATED_AT": attrgetter("updated_at"),
}


def pull_requests_of(repository: Repository, _context: Any, arguments: dict[str, Any]) -> Page:
    order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    if order["field"] not in ORDER_KEYS:
        raise GraphQLError(f"The simulator does not order pull requests by {order['field']}.")
    descending = order["direction"] == "DESC"
    key = ORDER_KEYS[order["field"]]
    found = repository.ordered(key, order["field"], descending=descending)
    states, base, head = (arguments.get(name) for name in ("states", "baseRefName", "headRefName"))
    if states or base or head:
        found = [
            pr
            for pr in found
            if (not states or pr.state in states)
            and (not base or pr.base_ref == base)
            and (not head or pr.head_ref == head)
        ]
    return paginate_ordered(
        found,
        lambda pr: (key(pr), pr.database_id),
        arguments,
        "pullRequests",
        descending=descending,
    )


def pull_request_by_number(
    repository: Repository, _context: Any, arguments: dict[str, Any]
) -> PullRequest:
    found = repository.pull_requests.get(arguments["number"])
    if found is None:
        raise not_found(
            f"Could not resolve to a PullRequest with the number of {arguments['number']}."
        )
    return found


def not_found(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"type": "NOT_FOUND"})


def object_at(repository: Repository, _context: Any, arguments: dict[str, Any]) -> Commit | None:
    expression = arguments.get("oid") or arguments.get("expression") or ""
    name = repository.default_branch if expression == "HEAD" else expression
    return repository.branches.get(name) or repository.commit(expression)


HEADS, TAGS = "refs/heads/", "refs/tags/"


def references_of(repository: Repository, _context: Any, arguments: dict[str, Any]) -> Page:
    """Branches or tags below a prefix, by name or by the time of the commit they lead to."""
    prefix, text = arguments["refPrefix"], arguments.get("query") or ""
    found = [Reference(repository, HEADS, *item) for item in repository.branches.items()]
    found += [
        Reference(repository, TAGS, name, tag if tag.is_annotated else tag.commit)
        for name, tag in repository.tags.items()
    ]
    found = [one for one in found if f"{one.prefix}{one.name}".startswith(prefix)]
    found = [one for one in found if text in one.name]
    order = arguments.get("orderBy") or {"field": "ALPHABETICAL", "direction": "ASC"}
    found.sort(key=attrgetter("name"))
    if order["field"] == "TAG_COMMIT_DATE":
        found.sort(key=_committed_at)
    if "DESC" in (order["direction"], arguments.get("direction")):
        found.reverse()
    return paginate(found, arguments, "refs")


def _committed_at(reference: Reference) -> int:
    target = reference.target
    return (target.commit if isinstance(target, Tag) else target).committed_at


def reference_by_name(
    repository: Repository, _context: Any, arguments: dict[str, Any]
) -> Reference | None:
    wanted: str = arguments["qualifiedName"]
    tag = repository.tags.get(wanted.removeprefix(TAGS))
    if tag and wanted.startswith(TAGS):
        return Reference(repository, TAGS, tag.name, tag if tag.is_annotated else tag.commit)
    return branch(repository, wanted.removeprefix(HEADS))


def branch(repository: Repository, name: str) -> Reference | None:
    """A branch, or None once it is deleted."""
    tip = repository.branches.get(name)
    return Reference(repository, HEADS, name, tip) if tip else None


def default_branch(repository: Repository) -> Reference | None:
    return branch(repository, repository.default_branch)


def history_of(commit: Commit, _context: Any, arguments: dict[str, Any]) -> Page:
    """All that a commit reaches, newest first; ``since`` and ``until`` are compared with the committer's time."""
    found: Sequence[Commit] = _reached(commit, commit.oid)
    since, until = (arguments.get(name) for name in ("since", "until"))
    if since or until:
        found = [
            one
            for one in found
            if (not since or str(iso(one.committed_at)) >= since)
            and (not until or str(iso(one.committed_at)) <= until)
        ]
    return paginate(found, arguments, "history")


@lru_cache(maxsize=512)
def _reached(commit: Commit, _oid: str) -> tuple[Commit, ...]:
    """Kept, since what a commit reaches never changes; its sha does once, when it is written to git."""
    seen, stack, found = {id(commit)}, [commit], []
    while stack:
        one = stack.pop()
        found.append(one)
        for parent in one.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append(parent)
    found.sort(key=lambda one: (-one.committed_at, one.oid))
    return tuple(found)


def timeline_of(pr: PullRequest, _context: Any, arguments: dict[str, Any]) -> Page:
    kinds = {
        "".join(part.title() for part in kind.split("_"))
        for kind in arguments.get("itemTypes") or ()
    }
    items = [item for item in pr.timeline if not kinds or item.kind in kinds]
    if arguments.get("since"):
        items = [item for item in items if (iso(item.created_at) or "") > arguments["since"]]
    return paginate(items, arguments, "timelineItems")


def reviews_of(pr: PullRequest, _context: Any, arguments: dict[str, Any]) -> Page:
    states, author = arguments.get("states"), arguments.get("author")
    found = [
        review
        for review in pr.reviews
        if (not states or review.state in states)
        and (not author or (review.author and review.author.login == author))
    ]
    return paginate(found, arguments, "reviews")


def texts(pr: PullRequest, context: Any, count: int) -> list[Text]:
    body = f"{context.world.canary} A comment that nobody should keep."
    return [Text(pr, number, body) for number in range(count)]


def team_members(team: Team, _context: Any, arguments: dict[str, Any]) -> Page:
    return paginate(
        [(who, role) for who, role in team.members.items() if not who.deleted], arguments, "members"
    )


def detail(name: str) -> Getter:
    return lambda item: item.details[name]


def optional(name: str) -> Getter:
    """A detail that a world need not have."""
    return lambda item: item.details.get(name)


def nodes_of(page: Page) -> Any:
    if page.unsized:
        raise needs_size(page.unsized)
    return page.nodes


def parent_commits(commit: Commit) -> list[Commit]:
    return list(commit.parents)


def requested_reviewer(item: TimelineItem) -> Account | Team | None:
    reviewer: Account | Team = item.details["requestedReviewer"]
    return None if isinstance(reviewer, Account) and reviewer.deleted else reviewer


EVENT: dict[str, Getter] = {
    "id": attrgetter("node_id"),
    "createdAt": time_of("created_at"),
    "actor": account_of("actor"),
}
EVENTS: dict[str, dict[str, Getter]] = {
    "ReadyForReviewEvent": {},
    "ConvertToDraftEvent": {},
    "ReviewRequestedEvent": {"requestedReviewer": requested_reviewer},
    "ReviewRequestRemovedEvent": {"requestedReviewer": requested_reviewer},
    "ReviewDismissedEvent": {
        "previousReviewState": detail("previousReviewState"),
        "review": detail("review"),
    },
    "MergedEvent": {"mergeRefName": detail("mergeRefName"), "commit": detail("commit")},
    "ClosedEvent": {},
    "ReopenedEvent": {},
    "HeadRefForcePushedEvent": {
        "beforeCommit": detail("beforeCommit"),
        "afterCommit": detail("afterCommit"),
    },
    "BaseRefChangedEvent": {
        "previousRefName": detail("previousRefName"),
        "currentRefName": detail("currentRefName"),
    },
    "HeadRefDeletedEvent": {"headRefName": lambda item: item.details.get("headRefName", "")},
    "HeadRefRestoredEvent": {},
    "RenamedTitleEvent": {
        "previousTitle": detail("previousTitle"),
        "currentTitle": detail("currentTitle"),
    },
    **{
        f"Auto{how}EnabledEvent": {"enabler": optional("enabler")}
        for how in ("Merge", "Squash", "Rebase")
    },
    "AutoMergeDisabledEvent": {"disabler": optional("disabler"), "reason": optional("reason")},
    "AddedToMergeQueueEvent": {"enqueuer": optional("enqueuer")},
    "RemovedFromMergeQueueEvent": {
        "enqueuer": optional("enqueuer"),
        "reason": optional("reason"),
        "beforeCommit": optional("beforeCommit"),
    },
}


def commit_id(commit: Commit) -> str:
    return f"C_{commit.oid}"


def label_id(label: str) -> str:
    return "LA_" + base64.urlsafe_b64encode(label.encode()).decode()
