"""Figures about somebody, and what is on record of them."""

from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from backend.audit import subjects
from backend.governance.held.categories import FIGURES, RECORD
from backend.governance.held.shape import COMMIT, PULL, Section, Subject, by_key, columns
from backend.people.models import DirectoryUser


def _events_about(subject: Subject) -> Q:
    chosen = Q(pk__in=[])
    for model, keys in subject.roots.items():
        if model is not DirectoryUser:
            kind = ContentType.objects.get_for_model(model)
            chosen |= Q(content_type=kind, object_id__in=keys)
    return chosen


def _from_where(rows: list[dict[str, Any]]) -> None:
    """Network addresses stand under the key of who acted."""
    keys = subjects.secrets_of(row["_holder"] for row in rows)
    for row in rows:
        mine = subjects.unseal(row["address"], subject=row["_holder"], keys=keys) or {}
        row["address"] = mine.get("address")


def _changed(rows: list[dict[str, Any]]) -> None:
    """Which fields were changed, under the key of whom it is about; values can name somebody else."""
    keys = subjects.secrets_of(row["_subject"] for row in rows)
    for row in rows:
        theirs = subjects.unseal(row["_sealed"], subject=row["_subject"], keys=keys) or {}
        row["changed"] = sorted(theirs.get("changes") or row["changed"] or ())


FIGURES_AND_RECORD: Final = (
    Section(
        "pull_request_figures",
        "Figures of your pull requests; durations in seconds",
        FIGURES,
        "metrics.PullRequestFact",
        ("author",),
        columns(
            *("state", "excluded", "started_at", "ready_at", "first_review_at"),
            *("last_approval_at", "cycle_seconds", "coding_seconds", "pickup_seconds"),
            *("review_seconds", "merge_seconds", "first_review_seconds"),
            *("cycle_working_seconds", "coding_working_seconds", "pickup_working_seconds"),
            *("review_working_seconds", "merge_working_seconds", "first_review_working_seconds"),
            *("review_count", "draft_seconds", "rework_rounds", "rework_seconds", "size_lines"),
            *("size_files", "stage", "stage_since", "flags"),
            **PULL,
        ),
    ),
    Section(
        "pull_request_categories",
        "What your pull requests count as",
        FIGURES,
        "metrics.PullRequestCategory",
        ("pull_request__author",),
        columns("category", "because", **PULL),
    ),
    Section(
        "issue_figures",
        "Figures of issues that are assigned to you; durations in seconds",
        FIGURES,
        "metrics.IssueFact",
        ("assignee",),
        columns(
            *("state", "excluded", "state_since", "started_at", "done_at", "active_seconds"),
            *("elapsed_seconds", "direct_to_done", "reopened", "estimate", "flags"),
            issue="issue__key",
        ),
    ),
    Section(
        "issue_categories",
        "What issues that are assigned to you count as",
        FIGURES,
        "metrics.IssueCategory",
        ("issue__assignee",),
        columns("category", "because", issue="issue__key"),
    ),
    Section(
        "activity",
        "Days on which you worked on something, for the shares of investment",
        FIGURES,
        "metrics.ActivityDay",
        ("identity",),
        columns("day", "weight", "category", issue="issue__key", **PULL),
    ),
    Section(
        "run_figures",
        "Figures of test runs of your changes; durations in seconds",
        FIGURES,
        "metrics.RunFact",
        by_key("author_key"),
        columns(
            *("name", "sha", "branch", "outcome", "finished_at", "queue_seconds"),
            *("duration_seconds", "machine_seconds", "wasted_seconds"),
            **COMMIT,
        ),
    ),
    Section(
        "feedback",
        "How long your pushes waited for tests",
        FIGURES,
        "metrics.HeadFeedback",
        by_key("author_key"),
        columns("sha", "pushed_at", "finished_at", "seconds", **PULL),
    ),
    Section(
        "deployed_changes",
        "When your changes were deployed",
        FIGURES,
        "metrics.DeployedChange",
        by_key("author_key"),
        columns(
            *("service", "environment", "finished_at", "lead_seconds", "merge_to_deploy_seconds"),
            *("is_cherry_pick",),
            **PULL,
        ),
    ),
    Section(
        "your_acts",
        "What you did here, sign-ins included",
        RECORD,
        "audit.Event",
        ("actor",),
        columns(
            *("timestamp", "name", "action"),
            address="sealed_actor",
            about="content_type__model",
            _holder="holder",
        ),
        _from_where,
    ),
    Section(
        "acts_about_you",
        "What was done here about you",
        RECORD,
        "audit.Event",
        _events_about,
        columns(
            *("timestamp", "name", "action"),
            changed="changes",
            about="content_type__model",
            _subject="subject",
            _sealed="sealed_subject",
        ),
        _changed,
    ),
    Section(
        "administration_log",
        "What you did in the administration pages",
        RECORD,
        "admin.LogEntry",
        ("user",),
        columns("action_time", "action_flag", about="content_type__model"),
    ),
    Section(
        "emergency_uses",
        "Sign-ins of your emergency account",
        RECORD,
        "accounts.BreakGlassUse",
        ("user",),
        columns("signed_in_at", "address", "acknowledged_at"),
    ),
    Section(
        "access_reviews",
        "Reviews of your access",
        RECORD,
        "accounts.ReviewedAccount",
        ("user",),
        columns(*("role", "teams", "tokens", "decision", "decided_at"), began="review__started_at"),
    ),
    Section(
        "checklists",
        "Checklists for when you join or leave",
        RECORD,
        "accounts.Checklist",
        ("user",),
        columns("kind", "started_at", "completed_at"),
    ),
    Section(
        "checklist_items",
        "What is on these",
        RECORD,
        "accounts.ChecklistItem",
        ("checklist__user",),
        columns("text", "done_at"),
    ),
    Section(
        "requests",
        "What you asked for about your data",
        RECORD,
        "governance.SubjectRequest",
        ("account", "person"),
        columns(
            *("kind", "who", "text", "mode", "asked_on", "due_on", "identity_checked"),
            *("extended_at", "extension_reason", "outcome", "outcome_text", "closed_at"),
            *("available_until", "downloaded_at"),
        ),
    ),
)
