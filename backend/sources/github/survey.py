"""The survey: one request for 50 repositories tells which are there and whether anything of them changed.

Of each kind it takes the source's own count and a mark, which differs from the last one where something changed. What
moves neither (a scheduled workflow run, an edited tag) comes by webhook or is found at night.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils import timezone
from pydantic import BaseModel

from backend.delivery.records import RepositoryRecord
from backend.sources.errors import Forbidden, NotFound, Overloaded
from backend.sources.github import normalise, payloads
from backend.sources.github.client import GitHub
from backend.sources.github.survey_payloads import ChangedPullRequests, SurveyedRepository
from backend.sources.models import Hint
from backend.sources.page_size import PageSize
from backend.sources.shapes import read

REPOSITORIES_A_PAGE: Final = 50

PARTS: Final = {
    "pull requests": """pullRequests(first: 1, orderBy: {field: UPDATED_AT, direction: DESC}) {
    totalCount nodes { updatedAt }
  }""",
    "commits": "defaultBranchRef { name target { oid ... on Commit { history { totalCount } } } }",
    "deployments": """deployments(first: 10, orderBy: {field: CREATED_AT, direction: DESC}) {
    totalCount nodes { id state updatedAt }
  }""",
    "releases": """releases(first: 5, orderBy: {field: CREATED_AT, direction: DESC}) {
    totalCount nodes { id updatedAt }
  }""",
    "tags": 'refs(refPrefix: "refs/tags/") { totalCount }',
}
"""What is looked at besides the repository itself, each of which the credential may be refused."""

_LISTED: Final = """query Survey($login: String!, $first: Int!, $after: String) {
  RATE_LIMIT
  organization(login: $login) {
    repositories(first: $first, after: $after, orderBy: {field: CREATED_AT, direction: ASC}) {
      pageInfo { hasNextPage endCursor } nodes { ...Surveyed }
    }
  }
}"""
_KNOWN: Final = """query SurveyKnown($ids: [ID!]!) {
  RATE_LIMIT
  nodes(ids: $ids) { ...Surveyed }
}"""


@dataclass(frozen=True, slots=True)
class Look:
    """What the source says of one kind. `expected` is None where it does not count it."""

    expected: int | None
    mark: str


_REFUSED: Final = Look(None, "refused")


@dataclass(frozen=True, slots=True)
class Surveyed:
    record: RepositoryRecord
    looks: dict[str, Look]


def query(text: str, parts: Sequence[str] = tuple(PARTS)) -> str:
    """One of the surveys, of what may be read."""
    wanted = "\n  ".join(PARTS[part] for part in parts)
    branch = "" if "commits" in parts else "defaultBranchRef { name target { oid } }"
    return f"""{text}
fragment Surveyed on Repository {{
  id databaseId nameWithOwner isArchived isFork visibility pushedAt updatedAt
  owner {{ __typename login ... on User {{ databaseId }} ... on Organization {{ databaseId }} }}
  repositoryTopics(first: 20) {{ nodes {{ topic {{ name }} }} }}
  {branch} {wanted}
}}"""


def texts() -> Iterator[str]:
    """Every query that the survey may ask."""
    for text in (_LISTED, _KNOWN):
        yield query(text)
        yield from (query(text, [part]) for part in PARTS)


@dataclass
class Survey:
    """A look at many repositories. Every method raises SourceError."""

    github: GitHub
    size: PageSize = field(
        default_factory=lambda: PageSize(REPOSITORIES_A_PAGE, largest=REPOSITORIES_A_PAGE)
    )
    refused: dict[str, Forbidden] = field(default_factory=dict)

    def of_organisation(self, login: str) -> Iterator[Surveyed]:
        """Every repository of the organisation that the credential sees."""
        after: str | None = None
        while True:
            data = self._sized(_LISTED, {"login": login, "after": after})
            if data["organization"] is None:
                raise NotFound(
                    f"There is no organisation {login}, or it is hidden from the credential.",
                    "Check its name in the connection, and that the credential may read it.",
                    permanent=True,
                )
            found = data["organization"]["repositories"]
            page = read(payloads.Page[SurveyedRepository], found)
            yield from map(_surveyed, page.nodes)
            if not page.page_info.has_next_page:
                return
            after = page.page_info.end_cursor

    def of_known(self, node_ids: Sequence[str]) -> Iterator[Surveyed | None]:
        """Repositories by their node ids, each in its place; None for what is not to be had."""
        waiting = list(node_ids)
        while waiting:
            batch = waiting[: self.size.value]
            try:
                found = self._ask(_KNOWN, {"ids": batch})["nodes"]
            except Overloaded:
                if not self.size.shrink():
                    raise
                continue
            self.size.went_well()
            waiting = waiting[len(batch) :]
            for node in found:
                # A node of another type, or one that is hidden, has none of the wanted fields.
                yield _surveyed(read(SurveyedRepository, node)) if node else None

    def _sized(self, text: str, variables: dict[str, Any]) -> dict[str, Any]:
        while True:
            try:
                data = self._ask(text, variables | {"first": self.size.value})
            except Overloaded:
                if not self.size.shrink():
                    raise
            else:
                self.size.went_well()
                return data

    def _ask(self, text: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Without what the credential is refused, which is found out once."""
        try:
            return self._of_parts(text, variables, self._allowed())
        except Forbidden:
            if self.refused:
                raise
        for part in PARTS:
            try:
                self._of_parts(text, variables, [part])
            except Forbidden as error:
                self.refused[part] = error
        return self._of_parts(text, variables, self._allowed())

    def _allowed(self) -> list[str]:
        return [part for part in PARTS if part not in self.refused]

    def _of_parts(
        self, text: str, variables: dict[str, Any], parts: Sequence[str]
    ) -> dict[str, Any]:
        fitted = self.github.queries.fit(query(text, parts))
        return self.github.ask(fitted, variables, tries=1, missing_ok=text is _KNOWN)


def _surveyed(payload: SurveyedRepository) -> Surveyed:
    branch = payload.default_branch_ref
    tip = branch.target if branch else None
    counted: dict[str, Any] = {
        Hint.Kind.DEPLOYMENTS: payload.deployments,
        Hint.Kind.RELEASES: payload.releases,
        Hint.Kind.TAGS: payload.refs,
    }
    # What may not be read is asked for once all the same: who collects it writes down why it cannot be had.
    looks = {
        kind: Look(what.total_count, _mark(what)) if what is not None else _REFUSED
        for kind, what in counted.items()
    }
    looks[Hint.Kind.PULL_REQUESTS] = _pull_requests(payload.pull_requests)
    if tip:
        looks[Hint.Kind.COMMITS] = Look(tip.history.total_count if tip.history else None, tip.oid)
        # What machines do follows what people do; nothing else tells of it for so many repositories at a time.
        work = Look(None, _mark(payload.pushed_at, tip, looks[Hint.Kind.PULL_REQUESTS]))
        looks[Hint.Kind.CHECKS] = looks[Hint.Kind.WORKFLOW_RUNS] = work
    return Surveyed(normalise.surveyed(payload), looks)


def _pull_requests(what: ChangedPullRequests | None) -> Look:
    """A change in the future, by a fault or a joke, stays on top and hides all others: then each look is a new one."""
    if what is None:
        return _REFUSED
    now = timezone.now()
    hidden = any(node.updated_at > now for node in what.nodes)
    return Look(what.total_count, _mark(what, now if hidden else None))


def _mark(*values: object) -> str:
    text = "|".join(
        value.model_dump_json() if isinstance(value, BaseModel) else str(value) for value in values
    )
    return hashlib.sha256(text.encode()).hexdigest()
