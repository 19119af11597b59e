"""The fields that may enter of a commit as REST tells it: sizes, and who and when. No message, no patch, no name."""

from pydantic import Field

from backend.sources.github.payloads import RestPayload


class Signature(RestPayload):
    """Times are text, since a clock can be wrong by more than a time can say."""

    email: str = ""
    date: str = ""


class Signatures(RestPayload):
    author: Signature | None
    committer: Signature | None


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
