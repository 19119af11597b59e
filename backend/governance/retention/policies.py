"""What falls under which policy, in the order in which it goes: the one declaration. Days are calendar days in UTC."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backend.delivery.deployment_rules import CHECK, WORKFLOW
from backend.delivery.store.horizons import Kind
from backend.delivery.store.pending import note_deployments
from backend.delivery.store.test_partitions import free_of_reports
from backend.governance.retention.purges import Months, Owned, Purge, Rows
from backend.metrics.compute import not_recomputing


@dataclass(frozen=True)
class Policy:
    """`default_days` None: kept until erased. `horizon`: so that collecting and measuring know how far back it goes."""

    code: str
    name: str
    holds: str
    why: str
    default_days: int | None
    minimum_days: int
    purges: tuple[Purge, ...]
    maximum_days: int | None = None
    figures: str = ""
    """What becomes of figures; empty: nothing rests on it."""
    horizon: str = ""
    by_month: bool = False
    """Goes with the end of its month, so up to 31 days later."""

    def kept_since(self, before: datetime) -> datetime:
        """What is older is gone once all is removed that is outdated then."""
        return before.replace(day=1) if self.by_month else before

    @property
    def may_be_kept(self) -> bool:
        """Whether it may be kept for ever."""
        return self.default_days is None


def _deployments(repository_ids: Collection[int]) -> None:
    note_deployments(repository_ids=repository_ids)


def _by_machines(repository_ids: Collection[int]) -> None:
    """A rule may say that they are deployments."""
    note_deployments(repository_ids=repository_ids, sources=[WORKFLOW, CHECK])


_A_YEAR: Final = 400
"""A year and what it takes to compare it with the one before, as far as a month goes."""
_GONE: Final = (
    "Figures that rest on it are not kept apart from it: of days before the horizon there are none, which pages and"
    " exports say. What is younger stays as it is."
)

POLICIES: Final[tuple[Policy, ...]] = (
    Policy(
        code="pull_requests",
        name="Pull requests",
        holds="Merged and closed pull requests with their reviews, commits, files and events. Open ones stay.",
        why="Long comparisons need them. Shorten it where personal data is to go after a fixed time.",
        default_days=None,
        minimum_days=_A_YEAR,
        figures=_GONE,
        horizon=Kind.PULL_REQUESTS,
        purges=(
            Rows(
                "delivery.PullRequest",
                time="coalesce(one.merged_at, one.closed_at)",
                only="one.state <> 'open' AND NOT EXISTS (SELECT FROM metrics_deployedchange AS later"
                " WHERE later.pull_request_id = one.id AND later.finished_at >= %(before)s)",
                waits="EXISTS (SELECT FROM delivery_pendingmeasurement AS pending"
                " WHERE pending.pull_request_id = one.id)",
                gate=not_recomputing,
            ),
            Rows("metrics.PullRequestCell", time="one.starts_on"),
        ),
    ),
    Policy(
        code="change_sizes",
        name="Change sizes of commits",
        holds="Who wrote a commit, and which files it changed by how much. Its place in the history stays: deployments"
        " are told apart by it.",
        why="Paths tell what a person worked on. Nothing shown needs them for longer than pull requests.",
        default_days=None,
        minimum_days=_A_YEAR,
        figures="Which services a commit is about is told by paths: of those before the horizon it is not known.",
        horizon=Kind.CHANGE_SIZES,
        purges=(
            Rows(
                "delivery.Commit",
                time="one.committed_at",
                only="(one.author_id IS NOT NULL"
                " OR EXISTS (SELECT FROM delivery_commitfile AS file WHERE file.commit_id = one.id))",
                blanked="author_id = NULL",
            ),
        ),
    ),
    Policy(
        code="test_runs",
        name="Workflow runs and checks",
        holds="Workflow runs with their jobs, check suites with theirs, commit statuses, and what is measured of them.",
        why="GitHub forgets most of them after some months; here they stay for comparisons.",
        default_days=None,
        minimum_days=_A_YEAR,
        figures=_GONE,
        horizon=Kind.TEST_RUNS,
        purges=(
            Rows("delivery.WorkflowRun", time="one.updated_at", changed=_by_machines),
            Rows("delivery.CheckSuite", time="one.updated_at", changed=_by_machines),
            Rows("delivery.CommitStatus", time="one.created_at"),
            Rows("metrics.HeadFeedback", time="one.finished_at"),
            Rows("metrics.RunFact", time="one.finished_at"),
        ),
    ),
    Policy(
        code="deployments",
        name="Deployments and incidents",
        holds="Deployments and releases of GitHub, deployments and incidents that systems reported.",
        why="Delivery figures are compared over years, and hold little about people.",
        default_days=None,
        minimum_days=_A_YEAR,
        figures=f"{_GONE} Of each service the first deployment that is kept is the baseline, which counts no changes.",
        horizon=Kind.DEPLOYMENTS,
        purges=(
            Rows(
                "delivery.Deployment",
                time="one.updated_at",
                changed=_deployments,
            ),
            Rows(
                "delivery.Release",
                time="one.updated_at",
                changed=_deployments,
            ),
            Rows(
                "delivery.ReportedDeployment",
                time="one.reported_at",
                changed=_deployments,
            ),
            Rows(
                "delivery.Incident",
                time="coalesce(one.resolved_at, one.reported_at)",
                changed=_deployments,
            ),
        ),
    ),
    Policy(
        code="issues",
        name="Issues",
        holds="Issues that are done and have not changed since, with their history; and those deleted at the source."
        " What is not done stays.",
        why="Long comparisons need them. Shorten it where personal data is to go after a fixed time.",
        default_days=None,
        minimum_days=_A_YEAR,
        figures=_GONE,
        horizon=Kind.ISSUES,
        purges=(
            Rows(
                "delivery.Issue",
                time="coalesce(one.deleted_at, one.updated_at)",
                only="(one.deleted_at IS NOT NULL OR EXISTS (SELECT FROM delivery_issuestatus AS status"
                " WHERE status.id = one.status_id AND status.category = 'done'))",
                waits="EXISTS (SELECT FROM delivery_pendingissue AS pending WHERE pending.issue_id = one.id)",
            ),
        ),
    ),
    Policy(
        code="test_results",
        name="Single results of tests",
        holds="Each test that failed, and what ran again after it; and which reports came in.",
        why="They are for finding what broke. What a trend needs is in the counts.",
        default_days=90,
        minimum_days=7,
        maximum_days=400,
        by_month=True,
        figures="Counts a test and day stay.",
        purges=(
            Months("delivery_notableresult"),
            Rows("delivery.ResultUpload", time="one.started_at", by_month=True, alone=True),
        ),
    ),
    Policy(
        code="test_counts",
        name="Counts of tests",
        holds="How often each test passed and failed on each day, which tests failed on a commit, and names of tests"
        " that nothing is known of any more. A muted test keeps its name.",
        why="A year can be compared with the one before, as far as a month goes.",
        default_days=400,
        minimum_days=31,
        maximum_days=790,
        by_month=True,
        figures=_GONE,
        horizon=Kind.TEST_COUNTS,
        purges=(
            Months("delivery_dailyresults"),
            Rows("delivery.CommitResults", time="one.day", by_month=True),
            Rows(
                "delivery.AutomatedTest",
                time="one.last_seen_on",
                only="NOT EXISTS (SELECT FROM delivery_mutedtest AS muted WHERE muted.test_id = one.id)",
                by_month=True,
                alone=True,
                free=free_of_reports,
            ),
        ),
    ),
    Policy(
        code="collecting",
        name="Notes of collecting",
        holds="Runs of synchronisation, with their reasons and remedies.",
        why="They are for finding out what went wrong.",
        default_days=30,
        minimum_days=7,
        purges=(Rows("sources.SyncRun", time="one.started_at"),),
    ),
    Policy(
        code="usage",
        name="Requests to sources",
        holds="How much was asked of each source in each hour; entity tags of answers; and work that was given up.",
        why="Enough to show an administrator of the source what a year cost.",
        default_days=400,
        minimum_days=31,
        purges=(
            Rows("sources.Usage", time="one.hour"),
            Rows("sources.Validator", time="one.stored_at"),
            Rows("sources.Hint", time="one.parked_at"),
        ),
    ),
    Policy(
        code="outbound",
        name="Ledger of what left",
        holds="How much went to each destination in each hour, and by which query. The queries themselves stay.",
        why="A reviewer looks back over a year.",
        default_days=400,
        minimum_days=90,
        purges=(Rows("outbound.Traffic", time="one.hour"),),
    ),
    Policy(
        code="sign_ins",
        name="Sessions",
        holds="Sessions that are over, and where people were signed in from.",
        why="Enough to look into a stolen session. The audit log tells of sign-ins for longer.",
        default_days=90,
        minimum_days=30,
        purges=(
            Owned("django_session", time="one.expire_date"),
            Owned(
                "usersessions_usersession",
                time="one.last_seen_at",
                only="NOT EXISTS (SELECT FROM django_session AS open WHERE open.session_key = one.session_key)",
            ),
        ),
    ),
    Policy(
        code="tokens",
        name="Tokens that are over",
        holds="Tokens of the API, of directories and of reporting systems that were revoked or have expired. One that"
        " something stored was reported with stays.",
        why="They tell who had access.",
        default_days=400,
        minimum_days=90,
        purges=(
            Owned("accounts_apitoken", time="least(one.revoked_at, one.expires_at)"),
            Owned("accounts_scimtoken", time="least(one.revoked_at, one.expires_at)"),
            Owned(
                "delivery_ingesttoken",
                time="least(one.revoked_at, one.expires_at)",
                only="NOT EXISTS (SELECT FROM delivery_reporteddeployment AS used WHERE used.token_id = one.id)"
                " AND NOT EXISTS (SELECT FROM delivery_incident AS used WHERE used.token_id = one.id)"
                " AND NOT EXISTS (SELECT FROM delivery_resultupload AS used WHERE used.token_id = one.id)",
            ),
        ),
    ),
    Policy(
        code="access_records",
        name="Records of access",
        holds="Access reviews that were closed, finished checklists, acknowledged uses of break-glass accounts, and"
        " what was done in the administration's own history.",
        why="Auditors ask for three years.",
        default_days=1100,
        minimum_days=400,
        purges=(
            Owned("accounts_accessreview", time="one.closed_at", child="accounts_reviewedaccount"),
            Owned("accounts_checklist", time="one.completed_at", child="accounts_checklistitem"),
            Owned("accounts_breakglassuse", time="one.acknowledged_at"),
            Owned("django_admin_log", time="one.action_time"),
        ),
    ),
    Policy(
        code="merges",
        name="Undone merges of people",
        holds="What was once taken for one person and was taken apart again. Merges that stand can be undone for ever.",
        why="They tell whom a figure counted for at the time.",
        default_days=400,
        minimum_days=90,
        purges=(Owned("people_merge", time="one.undone_at"),),
    ),
    Policy(
        code="retention",
        name="Notes of retention",
        holds="What was removed each night.",
        why="They show that periods were kept to.",
        default_days=1100,
        minimum_days=400,
        purges=(
            Rows(
                "governance.RetentionRun", time="one.started_at", only="one.finished_at IS NOT NULL"
            ),
        ),
    ),
)

ELSEWHERE: Final = (
    (
        "Audit log",
        "It is pruned by the process that seals it, by a setting of whoever operates the appliance.",
    ),
    ("Erasures and their certificates", "They are evidence, and name nobody any more. They stay."),
    ("People and their accounts", "They go by an erasure, which a second person approves."),
    (
        "Settings, teams and memberships",
        "They go when somebody removes them. Figures of a team rest on who was in it.",
    ),
    (
        "The history of commits",
        "Hashes and parents stay with their repository: deployments are told apart by them.",
    ),
)
"""What has no period here, and why, in few words; table by table it stands in `kept`."""

BY_CODE: Final = {policy.code: policy for policy in POLICIES}
