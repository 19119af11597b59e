"""The fields that may enter: strict models of what GitHub answers. What is not listed here is dropped in memory."""

from typing import Annotated, Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, RootModel
from pydantic.alias_generators import to_camel

from backend.delivery.references import Body, issue_keys, of_body
from backend.inventory.entering import Listed

Time = Annotated[AwareDatetime, Field(strict=False)]
"""Text in JSON; strict mode would want a datetime."""
BigInt = Annotated[int, Field(strict=False)]
"""64-bit ids come as text."""
BodyNames = Annotated[
    Body, BeforeValidator(lambda body: of_body(body) if isinstance(body, str) else body)
]
"""Of a body no more enters than the pull requests that it reverts, and what may be keys of issues."""
IssueKeys = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda text: issue_keys(text) if isinstance(text, str) else text),
]
"""Of a commit's message no more enters than what may be keys of issues."""
T = TypeVar("T")


class RestPayload(Listed, BaseModel):
    """Wrong types are an error, unknown fields are dropped. Which fields there may be is the inventory's to say."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Payload(RestPayload):
    """GraphQL's, whose names are GitHub's in snake case."""

    model_config = ConfigDict(alias_generator=to_camel)


class PageInfo(Payload):
    has_next_page: bool
    end_cursor: str | None


class Page(Payload, Generic[T]):
    page_info: PageInfo
    nodes: list[T]
    total_count: int | None = None


class Actor(Payload):
    typename: str = Field(alias="__typename")
    login: str
    database_id: int | None = None


class Requested(Payload):
    """Who was asked for a review: a person, a bot, or a team, of which nothing is read."""

    typename: str = Field(alias="__typename")
    login: str | None = None
    database_id: int | None = None


class User(Payload):
    login: str
    database_id: int | None


class Member(User):
    name: str | None


class Oid(Payload):
    oid: str


class CommitAuthor(Payload):
    """The address is kept where GitHub says whose it is, and not otherwise."""

    email: str | None
    user: User | None


class Commit(Payload):
    oid: str
    authored_date: Time
    committed_date: Time
    additions: int
    deletions: int
    author: CommitAuthor | None
    issue_keys: IssueKeys = Field(alias="message")


class PullRequestCommit(Payload):
    commit: Commit


class Review(Payload):
    id: str
    state: str
    submitted_at: Time | None
    author: Actor | None
    commit: Oid | None


class ReviewAuthor(Payload):
    author: Actor | None


class Count(Payload):
    total_count: int


class Event(Payload):
    typename: str = Field(alias="__typename")
    id: str
    created_at: Time
    actor: Actor | None = None
    requested_reviewer: Requested | None = None
    review: ReviewAuthor | None = None
    previous_review_state: str | None = None
    before_commit: Oid | None = None
    after_commit: Oid | None = None
    previous_ref_name: str | None = None
    current_ref_name: str | None = None


class File(Payload):
    path: str
    additions: int
    deletions: int
    change_type: str


class Label(Payload):
    name: str


class Labels(Payload):
    nodes: list[Label]


class PullRequest(Payload):
    id: str
    database_id: int | None
    full_database_id: BigInt | None = None
    number: int
    title: str
    body: BodyNames
    state: str
    is_draft: bool
    created_at: Time
    updated_at: Time
    merged_at: Time | None
    closed_at: Time | None
    additions: int
    deletions: int
    changed_files: int
    base_ref_name: str
    head_ref_name: str
    head_ref_oid: str
    is_cross_repository: bool
    author: Actor | None
    merged_by: Actor | None
    review_threads: Count
    comments: Count
    merge_commit: Oid | None
    labels: Labels | None
    commits: Page[PullRequestCommit]
    reviews: Page[Review]
    files: Page[File] | None
    timeline_items: Page[Event]


class PullRequestPage(Page[PullRequest]):
    total_count: int


class Account(RestPayload):
    id: int
    login: str
    type: str


class Repository(RestPayload):
    """`visibility` and `topics` are missing where the server is too old to tell them."""

    id: int
    node_id: str
    full_name: str
    owner: Account
    default_branch: str | None
    private: bool
    visibility: str | None = None
    archived: bool
    fork: bool
    topics: list[str] = []
    pushed_at: Time | None
    updated_at: Time


class ParentTeam(Payload):
    database_id: int


class Team(Payload):
    id: str
    database_id: int
    slug: str
    name: str
    parent_team: ParentTeam | None
    members: Page[Member]


class Repositories(RootModel[list[Repository]]): ...


class Meta(RestPayload):
    installed_version: str | None = None


class Viewer(RestPayload):
    login: str


class GraphQLError(RestPayload):
    type: str = ""
    message: str = ""


class GraphQL(RestPayload):
    """The frame of every answer; what is in `data` is read by the query's own model."""

    data: dict[str, Any] | None = None
    errors: list[GraphQLError] | None = None


class Named(Payload):
    """A branch, a tag or an environment: of a reference its name alone."""

    name: str


class App(Payload):
    slug: str


class WorkflowRunId(Payload):
    database_id: int | None


class CheckRun(Payload):
    database_id: int
    name: str
    status: str
    conclusion: str | None
    started_at: Time | None
    completed_at: Time | None


class CheckSuite(Payload):
    id: str
    database_id: int
    status: str
    conclusion: str | None
    created_at: Time
    updated_at: Time
    app: App | None
    branch: Named | None
    workflow_run: WorkflowRunId | None = None
    check_runs: Page[CheckRun] | None


class StatusContext(Payload):
    context: str
    state: str
    created_at: Time
    creator: Actor | None


class Status(Payload):
    contexts: list[StatusContext]


class CheckedCommit(Payload):
    """A commit with what was checked of it; parts that were not asked for are not there."""

    id: str
    check_suites: Page[CheckSuite] | None = None
    status: Status | None = None


class DeploymentStatus(Payload):
    id: str
    state: str
    created_at: Time
    environment: str | None = None
    creator: Actor | None


class Deployment(Payload):
    id: str
    database_id: int
    commit_oid: str
    ref: Named | None
    original_environment: str | None
    environment: str | None
    latest_environment: str | None
    task: str | None
    state: str | None
    creator: Actor | None
    created_at: Time
    updated_at: Time
    statuses: Page[DeploymentStatus] | None


class Release(Payload):
    database_id: int
    tag_name: str
    tag_commit: Oid | None
    is_draft: bool
    is_prerelease: bool
    author: User | None
    created_at: Time
    published_at: Time | None
    updated_at: Time


class Tagger(Payload):
    date: Time | None


class Target(Payload):
    """What a tag points at: mostly a commit; an annotated tag points further."""

    oid: str
    tagger: Tagger | None = None
    target: "Target | None" = None


class Ref(Payload):
    name: str
    target: Target | None


class RestActor(RestPayload):
    login: str
    id: int
    type: str


class WorkflowRun(RestPayload):
    """REST's: an attempt of a run."""

    id: int
    name: str | None
    run_number: int
    run_attempt: int = 1
    workflow_id: int
    event: str
    head_branch: str | None
    head_sha: str
    status: str | None
    conclusion: str | None
    actor: RestActor | None = None
    triggering_actor: RestActor | None = None
    created_at: Time
    run_started_at: Time | None = None
    updated_at: Time


class WorkflowRuns(RestPayload):
    total_count: int
    workflow_runs: list[WorkflowRun]


class WorkflowJob(RestPayload):
    id: int
    run_attempt: int = 1
    name: str
    status: str
    conclusion: str | None
    created_at: Time | None = None
    started_at: Time | None
    completed_at: Time | None


class WorkflowJobs(RestPayload):
    total_count: int
    jobs: list[WorkflowJob]
