"""What commits' files are, where their change alone does not tell: asked of GraphQL, many in one request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from backend.delivery.models import Repository
from backend.sources.github.client import GitHub
from backend.sources.github.ledger import repository_of, variables

BLOBS_A_REQUEST: Final = 100
LARGEST_TEXT: Final = 1 << 20
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


def texts(repository: Repository, github: GitHub, places: Sequence[str]) -> dict[str, bytes]:
    """The contents of small text files that are there, each told as `sha:path`. Raises SourceError."""
    found = _objects(repository, github, places, TEXT)
    return {
        place: blob["text"].encode()
        for place, blob in found
        if blob
        and blob.get("text")
        and not blob["isTruncated"]
        and len(blob["text"]) < LARGEST_TEXT
    }


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
    repository: Repository, github: GitHub, places: Sequence[str], fields: str
) -> Iterator[tuple[str, dict[str, Any] | None]]:
    for start in range(0, len(places), BLOBS_A_REQUEST):
        given = {f"e{n}": place for n, place in enumerate(places[start : start + BLOBS_A_REQUEST])}
        query = github.queries.fit(blobs_query(len(given), fields))
        data = github.ask(query, {**variables(repository), **given})
        found = repository_of(data, repository)
        yield from ((place, found[name]) for name, place in given.items())
