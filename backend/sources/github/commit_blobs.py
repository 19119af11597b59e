"""What commits' files are, where their change alone does not tell: asked of GraphQL, many in one request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from backend.delivery.models import Repository
from backend.sources.github.asking import repository_of, variables
from backend.sources.github.client import GitHub

BLOBS_A_REQUEST: Final = 100
TEXTS_A_REQUEST: Final = 10
"""A text may have half a megabyte before the server cuts it."""
IS_BINARY: Final = "isBinary"
TEXT: Final = "isTruncated text"
"""Asked of .gitattributes alone."""


TIP: Final = """query Tip($owner: String!, $name: String!) {
  RATE_LIMIT
  repository(owner: $owner, name: $name) {
    defaultBranchRef { target { oid ... on Commit { history { totalCount } } } }
  }
}"""
FILE_COUNT: Final = """query FileCount($owner: String!, $name: String!, $oid: GitObjectID!) {
  RATE_LIMIT
  repository(owner: $owner, name: $name) {
    object(oid: $oid) { ... on Commit { changedFilesIfAvailable } }
  }
}"""


@dataclass(frozen=True)
class Tip:
    """Where the default branch stands, and how many commits it reaches."""

    sha: str
    total: int


def tip_of(repository: Repository, github: GitHub) -> Tip | None:
    """None where nothing was pushed yet. Raises SourceError."""
    data = github.ask(github.queries.fit(TIP), variables(repository))
    branch = repository_of(data, repository)["defaultBranchRef"]
    target = branch and branch["target"]
    return Tip(target["oid"], target["history"]["totalCount"]) if target else None


def file_count(repository: Repository, github: GitHub, sha: str) -> int | None:
    """How many files a commit changes; None where the server does not tell. Raises SourceError."""
    data = github.ask(github.queries.fit(FILE_COUNT), {**variables(repository), "oid": sha})
    found: int | None = (repository_of(data, repository)["object"] or {}).get(
        "changedFilesIfAvailable"
    )
    return found


def binary(repository: Repository, github: GitHub, places: Sequence[str]) -> dict[str, bool | None]:
    """Of files, each told as `sha:path`, which are binary; None where the server cannot tell. Raises SourceError."""
    found = _objects(repository, github, places, IS_BINARY)
    return {place: (blob or {}).get("isBinary") for place, blob in found}


def texts(
    repository: Repository, github: GitHub, places: Sequence[str]
) -> Iterator[tuple[str, bytes | None]]:
    """The contents of text files that are there, each told as `sha:path`; None of one that the server cuts short. Few
    are asked for at once. Raises SourceError.
    """
    for place, blob in _objects(repository, github, places, TEXT, at_once=TEXTS_A_REQUEST):
        if blob and blob.get("text"):
            yield place, None if blob["isTruncated"] else blob["text"].encode()


def blobs_query(count: int, fields: str) -> str:
    """Of so many files, whose places are the variables e0, e1 …, what `fields` say."""
    declared = "".join(f" $e{number}: String!" for number in range(count))
    wanted = "\n".join(
        f"e{n}: object(expression: $e{n}) {{ ... on Blob {{ {fields} }} }}" for n in range(count)
    )
    return f"""query Blobs($owner: String!, $name: String!{declared}) {{
  RATE_LIMIT
  repository(owner: $owner, name: $name) {{ {wanted} }}
}}"""


def _objects(
    repository: Repository,
    github: GitHub,
    places: Sequence[str],
    fields: str,
    *,
    at_once: int = BLOBS_A_REQUEST,
) -> Iterator[tuple[str, dict[str, Any] | None]]:
    for start in range(0, len(places), at_once):
        given = {f"e{n}": place for n, place in enumerate(places[start : start + at_once])}
        query = github.queries.fit(blobs_query(len(given), fields))
        data = github.ask(query, {**variables(repository), **given})
        found = repository_of(data, repository)
        yield from ((place, found[name]) for name, place in given.items())
