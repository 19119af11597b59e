"""What the messages of commits name that were stored before messages were read: of GraphQL, many in one request."""

from collections.abc import Sequence
from typing import Final

from backend.delivery.models import Repository
from backend.delivery.references import Named
from backend.sources.github import payloads
from backend.sources.github.asking import repository_of, variables
from backend.sources.github.client import GitHub
from backend.sources.github.commit_payloads import Message
from backend.sources.shapes import read

MESSAGES_A_REQUEST: Final = 100


class Said(payloads.RestPayload):
    message: Message


def messages_query(count: int) -> str:
    """Of so many commits, whose shas are the variables o0, o1 …, their messages."""
    declared = "".join(f" $o{number}: GitObjectID!" for number in range(count))
    wanted = "\n".join(
        f"o{n}: object(oid: $o{n}) {{ ... on Commit {{ message }} }}" for n in range(count)
    )
    return f"""query Messages($owner: String!, $name: String!{declared}) {{
  RATE_LIMIT
  repository(owner: $owner, name: $name) {{ {wanted} }}
}}"""


def names(repository: Repository, github: GitHub, shas: Sequence[str]) -> dict[str, Named]:
    """What each of these commits names; nothing, where the server no longer has it. Raises SourceError."""
    found = {}
    for start in range(0, len(shas), MESSAGES_A_REQUEST):
        given = {f"o{n}": sha for n, sha in enumerate(shas[start : start + MESSAGES_A_REQUEST])}
        query = github.queries.fit(messages_query(len(given)))
        answer = repository_of(github.ask(query, {**variables(repository), **given}), repository)
        for name, sha in given.items():
            found[sha] = read(Said, answer[name]).message if answer[name] else Named()
    return found
