"""GitHub's payloads → the domain's records. Pure."""

from collections.abc import Iterable
from typing import Final

from backend.delivery.records import (
    ActorRecord,
    CheckRunRecord,
    CheckSuiteRecord,
    CommitStatusRecord,
    DeploymentRecord,
    DeploymentStatusRecord,
    EventRecord,
    IssueKeyRecord,
    OwnerRecord,
    PullRequestCommitRecord,
    PullRequestFileRecord,
    PullRequestRecord,
    ReleaseRecord,
    RepositoryRecord,
    ReviewRecord,
    TagRecord,
    TeamRecord,
    WorkflowJobRecord,
    WorkflowRunRecord,
)
from backend.delivery.references import issue_keys, issue_keys_of_branch
from backend.sources.github import payloads
from backend.sources.github.survey_payloads import SurveyedRepository

EVENTS: Final = {
    "ReadyForReviewEvent": "ready_for_review",
    "ConvertToDraftEvent": "converted_to_draft",
    "ReviewRequestedEvent": "review_requested",
    "ReviewRequestRemovedEvent": "review_request_removed",
    "ReviewDismissedEvent": "review_dismissed",
    "HeadRefForcePushedEvent": "head_force_pushed",
    "BaseRefChangedEvent": "base_changed",
    "MergedEvent": "merged",
    "ClosedEvent": "closed",
    "ReopenedEvent": "reopened",
    "HeadRefDeletedEvent": "head_deleted",
    "AutoMergeEnabledEvent": "auto_merge_enabled",
    "AutoMergeDisabledEvent": "auto_merge_disabled",
    "AddedToMergeQueueEvent": "added_to_merge_queue",
    "RemovedFromMergeQueueEvent": "removed_from_merge_queue",
}
_OWNERS: Final = {"Organization": "organization"}
_KINDS: Final = {"Bot": "bot", "Mannequin": "mannequin"}


def pull_request(payload: payloads.PullRequest) -> PullRequestRecord:
    """Whole lists in, whole record out. Reviews that were begun and never submitted are nobody's business."""
    return PullRequestRecord(
        external_id=payload.full_database_id or _known(payload.database_id, payload.id),
        node_id=payload.id,
        number=payload.number,
        title=payload.title,
        state=payload.state.lower(),
        is_draft=payload.is_draft,
        author=actor(payload.author),
        created_at=payload.created_at,
        updated_at=payload.updated_at,
        merged_at=payload.merged_at,
        closed_at=payload.closed_at,
        base_ref=payload.base_ref_name,
        head_ref=payload.head_ref_name,
        head_sha=payload.head_ref_oid,
        merge_sha=payload.merge_commit.oid if payload.merge_commit else "",
        labels=tuple(label.name for label in payload.labels.nodes) if payload.labels else (),
        additions=payload.additions,
        deletions=payload.deletions,
        changed_files=payload.changed_files,
        commit_count=payload.commits.total_count or len(payload.commits.nodes),
        reviews=tuple(_reviews(payload.reviews.nodes)),
        events=tuple(_events(payload.timeline_items.nodes)),
        commits=tuple(_commits(payload.commits.nodes)),
        files=tuple(_files(payload.files.nodes)) if payload.files else (),
        is_cross_repository=payload.is_cross_repository,
        merged_by=actor(payload.merged_by),
        review_thread_count=payload.review_threads.total_count,
        comment_count=payload.comments.total_count,
        reverts=payload.body.reverts,
        issue_keys=_issue_keys(payload),
    )


def repository(payload: payloads.Repository) -> RepositoryRecord:
    return RepositoryRecord(
        external_id=payload.id,
        node_id=payload.node_id,
        name_with_owner=payload.full_name,
        default_branch=payload.default_branch or "",
        visibility=payload.visibility or ("private" if payload.private else "public"),
        is_archived=payload.archived,
        is_fork=payload.fork,
        pushed_at=payload.pushed_at,
        updated_at=payload.updated_at,
        owner=OwnerRecord(
            payload.owner.id, _OWNERS.get(payload.owner.type, "user"), payload.owner.login
        ),
        topics=tuple(sorted(payload.topics)),
    )


def surveyed(payload: SurveyedRepository) -> RepositoryRecord:
    branch, owner = payload.default_branch_ref, payload.owner
    return RepositoryRecord(
        external_id=payload.database_id,
        node_id=payload.id,
        name_with_owner=payload.name_with_owner,
        default_branch=branch.name if branch else "",
        visibility=payload.visibility.lower(),
        is_archived=payload.is_archived,
        is_fork=payload.is_fork,
        pushed_at=payload.pushed_at,
        updated_at=payload.updated_at,
        owner=OwnerRecord(owner.database_id, _OWNERS.get(owner.typename, "user"), owner.login)
        if owner.database_id is not None
        else None,
        topics=tuple(sorted(node.topic.name for node in payload.repository_topics.nodes)),
    )


def team(payload: payloads.Team) -> TeamRecord:
    return TeamRecord(
        external_id=payload.database_id,
        slug=payload.slug,
        name=payload.name,
        parent_external_id=payload.parent_team.database_id if payload.parent_team else None,
        members=tuple(
            ActorRecord("user", m.login, m.database_id, name=m.name or "")
            for m in payload.members.nodes
        ),
    )


def actor(payload: payloads.Actor | None) -> ActorRecord | None:
    """None is a deleted account."""
    if payload is None:
        return None
    return ActorRecord(_KINDS.get(payload.typename, "user"), payload.login, payload.database_id)


def _reviews(nodes: Iterable[payloads.Review]) -> Iterable[ReviewRecord]:
    for node in nodes:
        if node.submitted_at is None or node.state == "PENDING":
            continue
        yield ReviewRecord(
            external_id=node.id,
            state=node.state.lower(),
            author=actor(node.author),
            submitted_at=node.submitted_at,
            commit_sha=node.commit.oid if node.commit else "",
        )


def _events(nodes: Iterable[payloads.Event]) -> Iterable[EventRecord]:
    for node in nodes:
        reviewer = _requested(node.requested_reviewer)
        if node.review is not None:
            reviewer = actor(node.review.author)
        yield EventRecord(
            external_id=node.id,
            kind=EVENTS[node.typename],
            occurred_at=node.created_at,
            actor=actor(node.actor),
            reviewer=reviewer,
            before=(
                (node.before_commit.oid if node.before_commit else "")
                or node.previous_ref_name
                or (node.previous_review_state or "").lower()
            ),
            after=(node.after_commit.oid if node.after_commit else node.current_ref_name) or "",
        )


def _requested(payload: payloads.Requested | None) -> ActorRecord | None:
    if payload is None or payload.login is None:
        return None
    return ActorRecord(_KINDS.get(payload.typename, "user"), payload.login, payload.database_id)


def _commits(nodes: Iterable[payloads.PullRequestCommit]) -> Iterable[PullRequestCommitRecord]:
    for position, node in enumerate(nodes):
        yield PullRequestCommitRecord(
            sha=node.commit.oid,
            position=position,
            authored_at=node.commit.authored_date,
            committed_at=node.commit.committed_date,
            author=_commit_author(node.commit.author),
            additions=node.commit.additions,
            deletions=node.commit.deletions,
        )


def _commit_author(payload: payloads.CommitAuthor | None) -> ActorRecord | None:
    """The account, with the address by which GitHub knows the commit for its own."""
    if payload is None or payload.user is None:
        return None
    user = payload.user
    return ActorRecord("user", user.login, user.database_id, email=payload.email or "")


def _issue_keys(payload: payloads.PullRequest) -> tuple[IssueKeyRecord, ...]:
    """Each key once, with every place where it stands."""
    places = {
        "branch": issue_keys_of_branch(payload.head_ref_name),
        "title": issue_keys(payload.title),
        "body": payload.body.issue_keys,
        "commit": tuple(key for node in payload.commits.nodes for key in node.commit.issue_keys),
    }
    found: dict[str, list[str]] = {}
    for place, keys in places.items():
        for key in dict.fromkeys(keys):
            found.setdefault(key, []).append(place)
    return tuple(IssueKeyRecord(key, tuple(where)) for key, where in found.items())


def _files(nodes: Iterable[payloads.File]) -> Iterable[PullRequestFileRecord]:
    for node in nodes:
        yield PullRequestFileRecord(
            node.path, node.additions, node.deletions, node.change_type.lower()
        )


def _known(number: int | None, node_id: str) -> int:
    if number is None:
        raise ValueError(f"pull request {node_id} has no id")
    return number


def check_suite(payload: payloads.CheckSuite) -> CheckSuiteRecord:
    runs = payload.check_runs.nodes if payload.check_runs else ()
    return CheckSuiteRecord(
        external_id=payload.database_id,
        branch=payload.branch.name if payload.branch else "",
        app=payload.app.slug if payload.app else "",
        status=payload.status.lower(),
        conclusion=(payload.conclusion or "").lower(),
        workflow_run_external_id=payload.workflow_run.database_id if payload.workflow_run else None,
        created_at=payload.created_at,
        updated_at=payload.updated_at,
        runs=tuple(
            CheckRunRecord(
                external_id=run.database_id,
                name=run.name,
                status=run.status.lower(),
                conclusion=(run.conclusion or "").lower(),
                started_at=run.started_at,
                completed_at=run.completed_at,
            )
            for run in runs
        ),
    )


def commit_status(payload: payloads.StatusContext) -> CommitStatusRecord:
    return CommitStatusRecord(
        context=payload.context,
        state=payload.state.lower(),
        creator=actor(payload.creator),
        created_at=payload.created_at,
    )


def workflow_run(
    payload: payloads.WorkflowRun, jobs: Iterable[payloads.WorkflowJob]
) -> WorkflowRunRecord:
    """An attempt, with those of the jobs that are its own. A run of one attempt is told without a start."""
    return WorkflowRunRecord(
        external_id=payload.id,
        attempt=payload.run_attempt,
        workflow_external_id=payload.workflow_id,
        workflow=payload.name or "",
        run_number=payload.run_number,
        event=payload.event,
        head_branch=payload.head_branch or "",
        head_sha=payload.head_sha,
        status=payload.status or "",
        conclusion=payload.conclusion or "",
        actor=rest_actor(payload.triggering_actor or payload.actor),
        created_at=payload.created_at,
        started_at=payload.run_started_at or payload.created_at,
        updated_at=payload.updated_at,
        jobs=tuple(_job(job) for job in jobs if job.run_attempt == payload.run_attempt),
    )


def _job(payload: payloads.WorkflowJob) -> WorkflowJobRecord:
    return WorkflowJobRecord(
        external_id=payload.id,
        attempt=payload.run_attempt,
        name=payload.name,
        status=payload.status,
        conclusion=payload.conclusion or "",
        created_at=payload.created_at,
        started_at=payload.started_at,
        completed_at=payload.completed_at,
    )


def rest_actor(payload: payloads.RestActor | None) -> ActorRecord | None:
    """A bot is called here by its GraphQL name, which goes without the mark at its end."""
    if payload is None:
        return None
    login = payload.login.removesuffix("[bot]") if payload.type == "Bot" else payload.login
    return ActorRecord(_KINDS.get(payload.type, "user"), login, payload.id)


def deployment(payload: payloads.Deployment) -> DeploymentRecord:
    statuses = payload.statuses.nodes if payload.statuses else ()
    return DeploymentRecord(
        external_id=payload.database_id,
        sha=payload.commit_oid,
        ref=payload.ref.name if payload.ref else "",
        environment=payload.original_environment or payload.environment or "",
        latest_environment=payload.latest_environment or "",
        task=payload.task or "",
        state=(payload.state or "").lower(),
        creator=actor(payload.creator),
        created_at=payload.created_at,
        updated_at=payload.updated_at,
        statuses=tuple(
            DeploymentStatusRecord(
                external_id=status.id,
                state=status.state.lower(),
                environment=status.environment or "",
                creator=actor(status.creator),
                created_at=status.created_at,
            )
            for status in statuses
        ),
    )


def release(payload: payloads.Release) -> ReleaseRecord:
    author = payload.author
    return ReleaseRecord(
        external_id=payload.database_id,
        tag=payload.tag_name,
        sha=payload.tag_commit.oid if payload.tag_commit else "",
        is_draft=payload.is_draft,
        is_prerelease=payload.is_prerelease,
        author=ActorRecord("user", author.login, author.database_id) if author else None,
        created_at=payload.created_at,
        published_at=payload.published_at,
        updated_at=payload.updated_at,
    )


def tag(payload: payloads.Ref) -> TagRecord | None:
    """An annotated tag is followed to what it names. None: the reference points nowhere."""
    if payload.target is None:
        return None
    tagger, target = payload.target.tagger, payload.target
    while target.target is not None:
        target = target.target
    return TagRecord(payload.name, target.oid, tagger.date if tagger else None)
