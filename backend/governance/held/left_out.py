"""What leads to a person and is not told, with the reason: tables, relations and columns, as app.Model.field."""

from collections.abc import Mapping
from typing import Final

LEFT_OUT: Final[Mapping[str, tuple[str, ...]]] = {
    "A secret, or what proves one.": (
        "accounts.User.password",
        *("accounts.ApiToken.digest", "accounts.ApiToken.beginning"),
        "mfa.Authenticator.data",
        *("usersessions.UserSession.session_key", "usersessions.UserSession.data"),
        "account.EmailConfirmation",
        "socialaccount.SocialToken",
    ),
    "It can name somebody else.": (
        "people.Offer.evidence",
        *("people.Merge.acting_user", "people.Merge.undone_by"),
        *("people.Merge.evidence", "people.Merge.moved"),
        *("delivery.IssueTransition.before", "delivery.IssueTransition.after"),
        *("audit.Event.object_repr", "audit.Event.serialized_data", "audit.Event.changes_text"),
        *("audit.Event.additional_data", "audit.Event.actor_email", "audit.Event.operator"),
        *("admin.LogEntry.object_repr", "admin.LogEntry.change_message"),
    ),
    "What they did with it is told as their act, from the audit log.": (
        "accounts.User.responsible",
        *("accounts.AccessReview.started_by", "accounts.AccessReview.closed_by"),
        "accounts.AccessReview",
        "accounts.ReviewedAccount.decided_by",
        *("accounts.Checklist.started_by", "accounts.Checklist.completed_by"),
        "accounts.ChecklistItem.done_by",
        "accounts.BreakGlassUse.acknowledged_by",
        "accounts.ApiToken.created_by",
        *("accounts.ScimToken.created_by", "accounts.ScimToken"),
        *("delivery.FixCorrection.made_by", "delivery.FixCorrection"),
        *("delivery.IssueCorrection.said_by", "delivery.IssueCorrection"),
        *("delivery.IngestToken.created_by", "delivery.IngestToken"),
        *("delivery.MutedTest.muted_by", "delivery.MutedTest"),
        *("governance.Erasure.asked_by", "governance.Erasure.approved_by"),
        *("governance.Erasure.refused_by", "governance.Erasure"),
        *("governance.RetentionPeriod.set_by", "governance.RetentionPeriod"),
        *("governance.ConfirmedDate.by", "governance.ConfirmedDate"),
        *("governance.SubjectRequest.entered_by", "governance.SubjectRequest.handled_by"),
    ),
    "It says which rows are theirs, and is used to find them.": (
        *("people.Identity.person", "people.DirectoryUser.person"),
        *("accounts.User.person", "accounts.User.directory_user"),
        "people.Merge.person_key",
        *("metrics.DeployedChange.author_key", "metrics.IssueFact.author_key"),
        *("metrics.PullRequestFact.author_key", "metrics.RunFact.author_key"),
        "metrics.HeadFeedback.author_key",
    ),
    "It is about what was reported or tested, and about its reporter at most as a token's maker.": (
        *("delivery.Incident", "delivery.ReportedDeployment", "delivery.ResultUpload"),
        *("delivery.NotableResult", "metrics.DeploymentFix"),
    ),
    "A part of a run, an issue or a figure that is told itself.": (
        *("delivery.WorkflowJob", "delivery.IssueKey", "delivery.IssueLink"),
        *("metrics.IssueTeam", "metrics.PullRequestTeam", "metrics.RunTeam"),
    ),
    "A note that something is to be computed, or how far computing has come.": (
        *("delivery.PendingIssue", "delivery.PendingMeasurement"),
        *("metrics.MeasuredIdentity", "metrics.MeasuredIdentity.identity"),
    ),
    "A key, or says how to read a row: nothing about a person.": (
        *("audit.Event.object_pk", "audit.Event.object_id", "audit.Event.cid"),
        *("audit.Event.remote_port", "audit.Event.remote_addr", "audit.Event.address_digest"),
        *("audit.Event.transaction", "audit.Event.covers", "people.Identity.buried_as"),
        *("audit.Event.recorded_at", "audit.Event.recorded_by"),
        *("people.DirectoryUser.version", "accounts.User.is_service", "admin.LogEntry.object_id"),
        *("delivery.WorkflowRun.external_id", "delivery.WorkflowRun.workflow_external_id"),
        *("delivery.Commit.parents", "delivery.Commit.generation"),
        *("delivery.Deployment.external_id", "delivery.Deployment.latest_environment"),
        *("delivery.DeploymentStatus.external_id", "delivery.Release.external_id"),
        *("delivery.Issue.external_id", "delivery.Issue.parent_external_id"),
        *("delivery.Issue.sprints", "delivery.Issue.history_gap"),
        *("delivery.IssueTransition.external_id", "delivery.Review.external_id"),
        *("delivery.PullRequest.external_id", "delivery.PullRequest.node_id"),
        *("delivery.PullRequestEvent.external_id", "delivery.PullRequestCommit.position"),
        *("metrics.DeployedChange.is_bot", "metrics.HeadFeedback.is_bot"),
        *("metrics.HeadFeedback.version", "metrics.IssueFact.is_bot", "metrics.IssueFact.version"),
        *("metrics.IssueFact.is_subtask", "metrics.PullRequestFact.is_bot"),
        *("metrics.PullRequestFact.commits_known", "metrics.PullRequestFact.version"),
        *("metrics.RunFact.source", "metrics.RunFact.origin", "metrics.RunFact.is_bot"),
        *("metrics.RunFact.is_default_branch", "metrics.RunFact.version"),
    ),
    "It stands beside, under the thing itself.": (
        *("delivery.Release.updated_at", "governance.SubjectRequest.entered_at"),
        *("metrics.IssueFact.created_at", "metrics.PullRequestFact.opened_at"),
        *("metrics.PullRequestFact.merged_at", "metrics.PullRequestFact.closed_at"),
        "metrics.RunFact.asked_at",
    ),
}

REASONS: Final = {name: reason for reason, names in LEFT_OUT.items() for name in names}
