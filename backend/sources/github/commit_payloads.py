"""The fields that may enter of a commit as REST tells it: sizes, and who and when. No patch, no name, and of a message
the commits alone that it names.
"""

from typing import Annotated

from pydantic import BeforeValidator, Field, RootModel

from backend.delivery.references import Named, of_message
from backend.sources.github.payloads import RestPayload

Message = Annotated[
    Named, BeforeValidator(lambda text: of_message(text) if isinstance(text, str) else text)
]
"""Of a message no more enters than the commits that it names."""


class Signature(RestPayload):
    """Times are text, since a clock can be wrong by more than a time can say."""

    email: str = ""
    date: str = ""


class Signatures(RestPayload):
    author: Signature | None
    committer: Signature | None
    names: Message = Field(alias="message")


class Parent(RestPayload):
    sha: str


class ChangedFile(RestPayload):
    """`sha` is the blob's: of a removed file, the former one."""

    filename: str
    previous_filename: str | None = None
    status: str
    additions: int
    deletions: int
    sha: str | None = None


class Commit(RestPayload):
    """One page: of a large commit's files there are more."""

    sha: str
    commit: Signatures
    parents: list[Parent]
    files: list[ChangedFile] = Field(default_factory=list)


class Commits(RootModel[list[Commit]]):
    """One page of a listing, which tells no files."""
