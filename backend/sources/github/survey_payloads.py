"""The fields that may enter of a survey. As `payloads`, whose models these are."""

from backend.sources.github.payloads import Actor, Count, Payload, Time


class Topic(Payload):
    name: str


class RepositoryTopic(Payload):
    topic: Topic


class Topics(Payload):
    nodes: list[RepositoryTopic]


class Tip(Payload):
    oid: str
    history: Count | None = None


class DefaultBranch(Payload):
    name: str
    target: Tip | None


class Changed(Payload):
    updated_at: Time


class ChangedPullRequests(Payload):
    total_count: int
    nodes: list[Changed]


class ChangedDeployment(Payload):
    id: str
    state: str | None
    updated_at: Time


class ChangedDeployments(Payload):
    total_count: int
    nodes: list[ChangedDeployment]


class ChangedRelease(Payload):
    id: str
    updated_at: Time


class ChangedReleases(Payload):
    total_count: int
    nodes: list[ChangedRelease]


class SurveyedRepository(Payload):
    """A repository with what tells whether anything of it changed. What may not be read is left out."""

    id: str
    database_id: int
    name_with_owner: str
    owner: Actor
    is_archived: bool
    is_fork: bool
    visibility: str
    pushed_at: Time | None
    updated_at: Time
    default_branch_ref: DefaultBranch | None
    repository_topics: Topics
    pull_requests: ChangedPullRequests | None = None
    deployments: ChangedDeployments | None = None
    releases: ChangedReleases | None = None
    refs: Count | None = None
