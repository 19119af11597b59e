"""What may enter of GitHub: by GraphQL, by REST, and of a survey."""

from typing import Final

from backend.inventory.entering.github_apps import GITHUB_APPS
from backend.inventory.entering.terms import Entering, Source

_PAGING: Final = "Where the list goes on."
_COUNT: Final = "Compared with what is stored, to tell gaps."
_WHO: Final = "people.identity.login"
_CHANGED: Final = "Whether anything changed since the last look."

PAYLOADS: Final = Source(
    key="github",
    name="GitHub",
    says="Pull requests, reviews, commits, teams, checks, runs, deployments and releases.",
    module="backend.sources.github.payloads",
    objects=(
        Entering(
            model="PageInfo",
            read={"has_next_page end_cursor": _PAGING},
        ),
        Entering(
            model="Page",
            of="PullRequestConnection PullRequestCommitConnection PullRequestReviewConnection "
            "PullRequestChangedFileConnection PullRequestTimelineItemsConnection TeamConnection TeamMemberConnection "
            "CheckSuiteConnection CheckRunConnection DeploymentConnection DeploymentStatusConnection ReleaseConnection "
            "RefConnection RepositoryConnection",
            read={"total_count": _COUNT},
            holds="page_info nodes",
        ),
        Entering(
            model="Actor",
            of="Actor User Bot Mannequin Organization RepositoryOwner",
            into="people.identity",
            stored="typename>kind login database_id>external_id",
        ),
        Entering(
            model="Requested",
            of="RequestedReviewer User Bot Mannequin",
            into="people.identity",
            stored="typename>kind login database_id>external_id",
        ),
        Entering(model="User", into="people.identity", stored="login database_id>external_id"),
        Entering(
            model="Member", of="User", into="people.identity", stored="name>people.person.name"
        ),
        Entering(model="Oid", of="Commit GitObject", read={"oid": "Kept by what names it."}),
        Entering(
            model="CommitAuthor",
            of="GitActor",
            stored="email>people.address.email email>people.identity.login",
            holds="user",
        ),
        Entering(
            model="Commit",
            into="delivery.pullrequestcommit",
            stored="oid>sha authored_date>authored_at committed_date>committed_at additions deletions author>author_id",
            read={
                "message": "A commit's message is reduced to what may be keys of issues; those of known "
                "projects are kept with their kind of place (delivery.pullrequestissuekey)."
            },
        ),
        Entering(model="PullRequestCommit", holds="commit"),
        Entering(
            model="Review",
            of="PullRequestReview",
            into="delivery.review",
            stored="id>external_id state submitted_at author>author_id commit>commit_sha",
        ),
        Entering(
            model="ReviewAuthor",
            of="PullRequestReview",
            stored="author>delivery.pullrequestevent.reviewer_id",
        ),
        Entering(
            model="Count",
            of="PullRequestReviewThreadConnection IssueCommentConnection CommitHistoryConnection RefConnection",
            read={"total_count": _COUNT},
        ),
        Entering(
            model="Event",
            of="Node PullRequestTimelineItems ReadyForReviewEvent ConvertToDraftEvent ReviewRequestedEvent "
            "ReviewRequestRemovedEvent ReviewDismissedEvent HeadRefForcePushedEvent BaseRefChangedEvent "
            "HeadRefDeletedEvent MergedEvent ClosedEvent ReopenedEvent AutoMergeEnabledEvent AutoMergeDisabledEvent "
            "AddedToMergeQueueEvent RemovedFromMergeQueueEvent",
            into="delivery.pullrequestevent",
            stored="typename>kind id>external_id created_at>occurred_at actor>actor_id requested_reviewer>reviewer_id "
            "previous_review_state>before before_commit>before after_commit>after previous_ref_name>before "
            "current_ref_name>after",
            holds="review",
        ),
        Entering(
            model="File",
            of="PullRequestChangedFile",
            into="delivery.pullrequestfile",
            stored="path additions deletions change_type>change",
        ),
        Entering(model="Label", stored="name>delivery.pullrequest.labels"),
        Entering(model="Labels", of="LabelConnection", holds="nodes"),
        Entering(
            model="PullRequest",
            into="delivery.pullrequest",
            stored="id>node_id database_id>external_id full_database_id>external_id number title state is_draft "
            "created_at updated_at merged_at closed_at additions deletions changed_files base_ref_name>base_ref "
            "head_ref_name>head_ref head_ref_oid>head_sha is_cross_repository author>author_id merged_by>merged_by_id "
            "review_threads>review_thread_count comments>comment_count merge_commit>merge_sha labels",
            read={
                "body": "Reduced to the numbers of pull requests that it reverts (delivery.pullrequest.reverts) and "
                "to what may be keys of issues (delivery.pullrequestissuekey)."
            },
            holds="commits reviews files timeline_items",
        ),
        Entering(model="PullRequestPage", read={"total_count": _COUNT}),
        Entering(
            model="Account",
            into="delivery.owner",
            stored="id>external_id login type>kind",
        ),
        Entering(
            model="Repository",
            into="delivery.repository",
            stored="id>external_id node_id full_name>name_with_owner owner>owner_id default_branch private>visibility "
            "visibility archived>is_archived fork>is_fork topics pushed_at updated_at",
        ),
        Entering(
            model="ParentTeam",
            of="Team",
            read={"database_id": "Kept as the team's place in the tree."},
        ),
        Entering(
            model="Team",
            into="people.team",
            stored="database_id>external_id slug name parent_team>parent_id",
            read={"id": "To ask for more members."},
            holds="members",
        ),
        Entering(model="Meta", stored="installed_version>connections.connection.server_version"),
        Entering(model="Viewer", read={"login": "Shown when a connection is checked."}),
        Entering(
            model="GraphQLError",
            read={
                "type": "Which failure it is.",
                "message": "Told to nobody; decides what to do about the failure.",
            },
        ),
        Entering(model="GraphQL", holds="data errors"),
        Entering(
            model="Named",
            of="Ref Environment Label",
            stored="name>delivery.checksuite.branch name>delivery.deployment.ref",
        ),
        Entering(model="App", stored="slug>delivery.checksuite.app"),
        Entering(
            model="WorkflowRunId",
            of="WorkflowRun",
            stored="database_id>delivery.checksuite.workflow_run_external_id",
        ),
        Entering(
            model="CheckRun",
            into="delivery.checkrun",
            stored="database_id>external_id name status conclusion started_at completed_at",
        ),
        Entering(
            model="CheckSuite",
            into="delivery.checksuite",
            stored="database_id>external_id status conclusion created_at updated_at app branch "
            "workflow_run>workflow_run_external_id",
            read={"id": "To ask for more checks."},
            holds="check_runs",
        ),
        Entering(
            model="StatusContext",
            into="delivery.commitstatus",
            stored="context state created_at creator>creator_id",
        ),
        Entering(model="Status", holds="contexts"),
        Entering(
            model="CheckedCommit",
            of="Commit GitObject Node",
            read={"id": "To ask for more suites."},
            holds="check_suites status",
        ),
        Entering(
            model="DeploymentStatus",
            into="delivery.deploymentstatus",
            stored="id>external_id state created_at environment creator>creator_id",
        ),
        Entering(
            model="Deployment",
            into="delivery.deployment",
            stored="database_id>external_id commit_oid>sha ref original_environment>environment environment "
            "latest_environment task state creator>creator_id created_at updated_at",
            read={"id": "To ask for more statuses."},
            holds="statuses",
        ),
        Entering(
            model="Release",
            into="delivery.release",
            stored="database_id>external_id tag_name>tag tag_commit>sha is_draft is_prerelease author>author_id "
            "created_at published_at updated_at",
        ),
        Entering(model="Tagger", of="GitActor", stored="date>delivery.tag.tagged_at"),
        Entering(
            model="Target",
            of="GitObject Commit Tag",
            stored="oid>delivery.tag.sha",
            holds="tagger target",
        ),
        Entering(model="Ref", into="delivery.tag", stored="name", holds="target"),
        Entering(
            model="RestActor", into="people.identity", stored="login id>external_id type>kind"
        ),
        Entering(
            model="WorkflowRun",
            into="delivery.workflowrun",
            stored="id>external_id name>workflow run_number run_attempt>attempt workflow_id>workflow_external_id event "
            "head_branch head_sha status conclusion actor>actor_id triggering_actor>actor_id created_at "
            "run_started_at>started_at updated_at",
        ),
        Entering(model="WorkflowRuns", read={"total_count": _COUNT}, holds="workflow_runs"),
        Entering(
            model="WorkflowJob",
            into="delivery.workflowjob",
            stored="id>external_id name status conclusion created_at started_at completed_at",
            read={"run_attempt": "Which attempt it belongs to."},
        ),
        Entering(model="WorkflowJobs", read={"total_count": _COUNT}, holds="jobs"),
        Entering(
            model="",
            of="Query",
            holds="repository organization node nodes rate_limit repository_owner viewer",
        ),
        Entering(
            model="",
            of="Repository Organization RepositoryOwner Team Commit",
            holds="pull_requests pull_request teams members object repositories deployments releases refs",
            read={"database_id id": "Whether it is the one that was asked for."},
        ),
        Entering(
            model="",
            of="Commit",
            read={"changed_files_if_available": "Whether all files of a commit were told."},
        ),
        Entering(
            model="",
            of="Blob",
            read={
                "text is_truncated": "Asked of .gitattributes and CODEOWNERS alone, and reduced to their patterns "
                "(delivery.attributepattern, delivery.ownerpattern).",
                "is_binary": "Whether changed lines of a file can be counted.",
            },
        ),
        Entering(model="", of="RateLimit", read={"cost": "Counted in the ledger of requests."}),
    ),
)
SURVEY: Final = Source(
    key="github_survey",
    name="GitHub, survey",
    says="What tells whether anything of a repository changed.",
    module="backend.sources.github.survey_payloads",
    objects=(
        Entering(model="Topic", stored="name>delivery.repository.topics"),
        Entering(model="RepositoryTopic", holds="topic"),
        Entering(model="Topics", of="RepositoryTopicConnection", holds="nodes"),
        Entering(
            model="Tip",
            of="GitObject Commit",
            stored="oid>sources.cursor.head_sha",
            holds="history",
        ),
        Entering(
            model="DefaultBranch",
            of="Ref",
            stored="name>delivery.repository.default_branch",
            holds="target",
        ),
        Entering(model="Changed", of="PullRequest", read={"updated_at": _CHANGED}),
        Entering(
            model="ChangedPullRequests",
            of="PullRequestConnection",
            read={"total_count": _COUNT},
            holds="nodes",
        ),
        Entering(
            model="ChangedDeployment", of="Deployment", read={"id state updated_at": _CHANGED}
        ),
        Entering(
            model="ChangedDeployments",
            of="DeploymentConnection",
            read={"total_count": _COUNT},
            holds="nodes",
        ),
        Entering(model="ChangedRelease", of="Release", read={"id updated_at": _CHANGED}),
        Entering(
            model="ChangedReleases",
            of="ReleaseConnection",
            read={"total_count": _COUNT},
            holds="nodes",
        ),
        Entering(
            model="SurveyedRepository",
            of="Repository",
            into="delivery.repository",
            stored="id>node_id database_id>external_id name_with_owner owner>owner_id is_archived is_fork visibility "
            "pushed_at updated_at default_branch_ref>default_branch repository_topics>topics",
            holds="pull_requests deployments releases refs",
        ),
    ),
)
COMMITS: Final = Source(
    key="github_commits",
    name="GitHub, commits",
    says="Sizes of commits by REST, where no clone is made.",
    module="backend.sources.github.commit_payloads",
    objects=(
        Entering(
            model="Signature",
            stored="email>people.identity.login date>delivery.commit.authored_at date>delivery.commit.committed_at",
        ),
        Entering(
            model="Signatures",
            read={
                "message": "A message is reduced to the shas that it reverts or copies "
                "(delivery.commit.reverts, picked_from)."
            },
            holds="author committer",
        ),
        Entering(model="Parent", stored="sha>delivery.commit.parents"),
        Entering(
            model="ChangedFile",
            into="delivery.commitfile",
            stored="filename>path additions deletions",
            read={
                "previous_filename": "Whether it was only renamed.",
                "status": "What happened to it.",
                "sha": "To read .gitattributes and CODEOWNERS anew where they changed.",
            },
        ),
        Entering(
            model="Commit", into="delivery.commit", stored="sha parents", holds="commit files"
        ),
    ),
)
MESSAGES: Final = Source(
    key="github_messages",
    name="GitHub, messages of commits",
    says="Asked for where only sizes are known.",
    module="backend.sources.github.commit_messages",
    objects=(
        Entering(
            model="Said",
            of="Commit",
            read={
                "message": "Reduced to the shas that it reverts or copies (delivery.commit.reverts, picked_from)."
            },
        ),
    ),
)
GITHUB: Final = (PAYLOADS, SURVEY, COMMITS, MESSAGES, *GITHUB_APPS)
