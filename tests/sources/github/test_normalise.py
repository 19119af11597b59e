"""Payloads to records: ids of 64 bits, deleted accounts, reviews that were never submitted, teams asked for review."""

from datetime import UTC, datetime
from typing import Any

import pytest

from backend.delivery.records import ActorRecord, TagRecord
from backend.sources.github import normalise, payloads
from backend.sources.github.payloads import PullRequest, Repository, Team

AT = "2026-03-02T09:00:00Z"
LAST = {"hasNextPage": False, "endCursor": None}
PERSON = {"__typename": "User", "login": "dev0001", "databaseId": 1}
BOT = {"__typename": "Bot", "login": "bot0001", "databaseId": 2}


def page(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {"totalCount": len(nodes), "pageInfo": LAST, "nodes": list(nodes)}


def a_payload(**values: Any) -> PullRequest:
    defaults: dict[str, Any] = {
        "id": "PR_1",
        "databaseId": 5,
        "fullDatabaseId": "3000000005",
        "number": 7,
        "title": "Add a page",
        "body": "It broke as MILL-2 says.\n\nReverts Forge/app#6\n",
        "state": "MERGED",
        "isDraft": False,
        "createdAt": AT,
        "updatedAt": AT,
        "mergedAt": AT,
        "closedAt": AT,
        "additions": 1,
        "deletions": 0,
        "changedFiles": 1,
        "baseRefName": "main",
        "headRefName": "topic",
        "headRefOid": "a" * 40,
        "isCrossRepository": False,
        "mergedBy": None,
        "reviewThreads": {"totalCount": 3},
        "comments": {"totalCount": 4},
        "author": PERSON,
        "mergeCommit": {"oid": "b" * 40},
        "labels": {"nodes": [{"name": "area: app"}]},
        "commits": page(),
        "reviews": page(),
        "files": page(),
        "timelineItems": page(),
    }
    return PullRequest.model_validate(defaults | values)


def an_event(kind: str, **values: Any) -> dict[str, Any]:
    return {"__typename": kind, "id": "E_1", "createdAt": AT, "actor": PERSON} | values


def test_a_pull_request() -> None:
    record = normalise.pull_request(a_payload())
    assert record.external_id == 3_000_000_005
    assert record.state == "merged"
    assert record.merged_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert record.author == ActorRecord("user", "dev0001", 1)
    assert record.labels == ("area: app",)
    assert (record.review_thread_count, record.comment_count) == (3, 4)
    assert record.reverts == ("forge/app#6",)
    assert record.merged_by is None


def test_who_merged_it_and_whether_it_came_from_a_fork() -> None:
    record = normalise.pull_request(a_payload(mergedBy=BOT, isCrossRepository=True))
    assert (record.merged_by, record.is_cross_repository) == (
        ActorRecord("bot", "bot0001", 2),
        True,
    )


def test_an_old_server_has_narrow_ids() -> None:
    narrow = a_payload(fullDatabaseId=None)
    assert normalise.pull_request(narrow).external_id == 5


def test_nothing_is_made_up() -> None:
    """What GitHub leaves empty stays empty: a deleted author, an open end, a pull request without files."""
    record = normalise.pull_request(
        a_payload(
            author=None, mergedAt=None, closedAt=None, mergeCommit=None, labels=None, files=None
        )
    )
    assert (record.author, record.merged_at, record.closed_at) == (None, None, None)
    assert (record.merge_sha, record.labels, record.files) == ("", (), ())


@pytest.mark.parametrize(
    ("payload", "kind"),
    [(PERSON, "user"), (BOT, "bot"), (PERSON | {"__typename": "Mannequin"}, "mannequin")],
)
def test_kinds_of_accounts(payload: dict[str, Any], kind: str) -> None:
    author = normalise.pull_request(a_payload(author=payload)).author
    assert author is not None
    assert author.kind == kind


def test_a_review_that_was_not_submitted_is_nobodys_business() -> None:
    begun = {"id": "R_1", "state": "PENDING", "submittedAt": None, "author": PERSON, "commit": None}
    given = begun | {"id": "R_2", "state": "APPROVED", "submittedAt": AT, "author": None}
    (review,) = normalise.pull_request(a_payload(reviews=page(begun, given))).reviews
    assert (review.external_id, review.state, review.author) == ("R_2", "approved", None)


@pytest.mark.parametrize(
    ("requested", "reviewer"),
    [
        (PERSON, ActorRecord("user", "dev0001", 1)),
        (BOT, ActorRecord("bot", "bot0001", 2)),
        ({"__typename": "Team"}, None),
        (None, None),
    ],
)
def test_who_was_asked_for_a_review(
    requested: dict[str, Any] | None, reviewer: ActorRecord | None
) -> None:
    event = an_event("ReviewRequestedEvent", requestedReviewer=requested)
    (record,) = normalise.pull_request(a_payload(timelineItems=page(event))).events
    assert (record.kind, record.reviewer) == ("review_requested", reviewer)


def test_whose_review_was_dismissed() -> None:
    event = an_event("ReviewDismissedEvent", review={"author": PERSON})
    (record,) = normalise.pull_request(a_payload(timelineItems=page(event))).events
    assert record.reviewer == ActorRecord("user", "dev0001", 1)


@pytest.mark.parametrize(
    ("event", "ends"),
    [
        (
            an_event(
                "HeadRefForcePushedEvent",
                beforeCommit={"oid": "a" * 40},
                afterCommit={"oid": "b" * 40},
            ),
            ("head_force_pushed", "a" * 40, "b" * 40),
        ),
        (
            an_event("HeadRefForcePushedEvent", beforeCommit=None, afterCommit=None),
            ("head_force_pushed", "", ""),
        ),
        (
            an_event("BaseRefChangedEvent", previousRefName="main", currentRefName="release"),
            ("base_changed", "main", "release"),
        ),
        (
            an_event("ReviewDismissedEvent", previousReviewState="APPROVED", review=None),
            ("review_dismissed", "approved", ""),
        ),
        (an_event("AddedToMergeQueueEvent"), ("added_to_merge_queue", "", "")),
        (an_event("RemovedFromMergeQueueEvent"), ("removed_from_merge_queue", "", "")),
        (an_event("AutoMergeEnabledEvent"), ("auto_merge_enabled", "", "")),
        (an_event("AutoMergeDisabledEvent"), ("auto_merge_disabled", "", "")),
        (an_event("HeadRefDeletedEvent"), ("head_deleted", "", "")),
    ],
)
def test_what_an_event_led_from_and_to(event: dict[str, Any], ends: tuple[str, str, str]) -> None:
    (record,) = normalise.pull_request(a_payload(timelineItems=page(event))).events
    assert (record.kind, record.before, record.after) == ends


def test_the_order_of_commits_is_kept_and_their_authors_may_be_unknown() -> None:
    commit = {
        "oid": "a" * 40,
        "message": "Add a page",
        "authoredDate": "2026-03-02T11:00:00+02:00",
        "committedDate": AT,
        "additions": 3,
        "deletions": 1,
        "author": {"email": "unknown@work.example", "user": None},
    }
    known = {"email": "dev@work.example", "user": {"login": "dev0001", "databaseId": 1}}
    nodes = [
        {"commit": commit},
        {"commit": commit | {"oid": "b" * 40, "author": None}},
        {"commit": commit | {"oid": "c" * 40, "author": known}},
    ]
    first, second, third = normalise.pull_request(a_payload(commits=page(*nodes))).commits
    assert [first.position, second.position] == [0, 1]
    assert [first.author, second.author] == [None, None]
    assert third.author == ActorRecord("user", "dev0001", 1, email="dev@work.example")
    assert first.authored_at == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_keys_of_issues_are_told_with_where_they_stand() -> None:
    said = ("MILL-2: add a page\n\nAs FORGE-9 asks.", "Mend it\n\nFORGE-9 UTF-8")
    nodes = [
        {
            "commit": {
                "oid": sha * 40,
                "message": message,
                "authoredDate": AT,
                "committedDate": AT,
                "additions": 1,
                "deletions": 0,
                "author": None,
            }
        }
        for sha, message in zip("ab", said, strict=True)
    ]
    payload = a_payload(
        headRefName="feature/mill-2-page", title="MILL-2 add a page", commits=page(*nodes)
    )
    assert [(one.key, one.found_in) for one in normalise.pull_request(payload).issue_keys] == [
        ("MILL-2", ("branch", "title", "body", "commit")),
        ("FORGE-9", ("commit",)),
        ("UTF-8", ("commit",)),
    ]


def test_a_repository_without_a_commit() -> None:
    payload = Repository.model_validate(
        {
            "id": 2**40,
            "node_id": "R_1",
            "full_name": "forge/app",
            "owner": {"id": 7, "login": "forge", "type": "Organization"},
            "default_branch": None,
            "private": True,
            "archived": False,
            "fork": False,
            "pushed_at": None,
            "updated_at": AT,
        }
    )
    record = normalise.repository(payload)
    assert (record.external_id, record.default_branch, record.pushed_at) == (2**40, "", None)


def test_a_team() -> None:
    payload = Team.model_validate(
        {
            "id": "T_1",
            "databaseId": 3,
            "slug": "team-a",
            "name": "Team A",
            "parentTeam": {"databaseId": 2},
            "members": page({"login": "dev0001", "databaseId": 1, "name": "Dev One"}),
        }
    )
    record = normalise.team(payload)
    assert (record.slug, record.parent_external_id) == ("team-a", 2)
    assert record.members == (ActorRecord("user", "dev0001", 1, name="Dev One"),)


@pytest.mark.parametrize(
    ("kind", "login", "told"),
    [
        ("Bot", "builder[bot]", ActorRecord("bot", "builder", 7)),
        ("User", "dev0001", ActorRecord("user", "dev0001", 7)),
        ("Mannequin", "dev0002", ActorRecord("mannequin", "dev0002", 7)),
    ],
)
def test_an_account_has_one_name_in_both_interfaces(
    kind: str, login: str, told: ActorRecord
) -> None:
    payload = payloads.RestActor.model_validate({"id": 7, "login": login, "type": kind})
    assert normalise.rest_actor(payload) == told


def test_a_tag_of_a_tag_leads_to_the_commit_and_keeps_its_own_time() -> None:
    inner = {"oid": "b" * 40, "tagger": {"date": None}, "target": {"oid": "c" * 40}}
    outer = {"oid": "a" * 40, "tagger": {"date": "2026-03-02T10:00:00+01:00"}, "target": inner}
    ref = payloads.Ref.model_validate({"name": "v1", "target": outer})
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert normalise.tag(ref) == TagRecord("v1", "c" * 40, at)
    assert normalise.tag(payloads.Ref.model_validate({"name": "v1", "target": None})) is None


def test_jobs_go_with_their_own_attempt() -> None:
    run = {
        "id": 1, "name": None, "run_number": 3, "run_attempt": 2, "workflow_id": 9, "event": "push",
        "head_branch": None, "head_sha": "a" * 40, "status": "in_progress", "conclusion": None,
        "created_at": "2026-03-02T09:00:00Z", "updated_at": "2026-03-02T09:05:00Z",
    }  # fmt: skip
    job = {
        "name": "build",
        "status": "queued",
        "conclusion": None,
        "started_at": None,
        "completed_at": None,
    }
    jobs = [
        payloads.WorkflowJob.model_validate(job | {"id": number, "run_attempt": attempt})
        for number, attempt in ((4, 1), (5, 2))
    ]
    record = normalise.workflow_run(payloads.WorkflowRun.model_validate(run), jobs)
    assert [job.external_id for job in record.jobs] == [5]
    assert (record.workflow, record.head_branch, record.conclusion) == ("", "", "")
    assert record.started_at == record.created_at
    assert record.actor is None
