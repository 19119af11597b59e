"""What is kept of reports of tests: names, outcomes and times, never an output."""

from typing import Final

from backend.inventory import retention
from backend.inventory.terms import (
    APPEND,
    APPEND_AND_UPDATE,
    REMOVE,
    WRITE,
    Area,
    Table,
)

TESTS: Final = Area(
    key="tests",
    name="Test results",
    says="Reports of automated tests, by name, outcome and time.",
    people="Whoever mutes a test or uploads by a token.",
    tables=(
        Table(
            label="delivery.automatedtest",
            purpose="A test as its reports call it.",
            keep=retention.TEST_COUNTS,
            grants={"web": APPEND_AND_UPDATE, "worker": WRITE},
            identifier="id repository_id number digest",
            work="suite name file first_seen_on last_seen_on",
            notes={
                "name": "What the test's authors call it. Free text: may name people.",
                "digest": "Of the test's full name: what it is known by.",
            },
        ),
        Table(
            label="delivery.resultupload",
            purpose="One report as it came: of which commit, and what it adds up to.",
            keep=retention.TEST_ROWS,
            grants={"web": APPEND_AND_UPDATE, "worker": WRITE},
            identifier="id repository_id key digest sha run_external_id token_id",
            work=(
                "branch attempt job started_at received_at tests passed failed skipped seconds "
                "totals_differ"
            ),
            notes={
                "branch": "The branch's name. Free text: may name people.",
            },
        ),
        Table(
            label="delivery.commitresults",
            purpose="Which tests passed and failed on one commit.",
            keep=retention.TEST_COUNTS,
            grants={"web": APPEND_AND_UPDATE, "worker": WRITE},
            identifier="id repository_id sha",
            work="day passed failed",
            notes={
                "passed": "Numbers of tests.",
                "failed": "Numbers of tests.",
            },
        ),
        Table(
            label="delivery.dailyresults",
            purpose="What came of one test on one day. Partitioned by month.",
            keep=retention.TEST_COUNTS,
            grants={"web": APPEND_AND_UPDATE, "worker": WRITE},
            identifier="test_id repository_id",
            work="day passed failed skipped timed milliseconds slowest commits flaky_commits",
        ),
        Table(
            label="delivery.notableresult",
            purpose=(
                "One execution that failed or ran again: outcome and time, no output. Partitioned"
                " by month."
            ),
            keep=retention.TEST_ROWS,
            grants={"web": APPEND, "worker": WRITE},
            identifier="test_id upload_id repository_id sha",
            work="day position at outcome milliseconds",
        ),
        Table(
            label="delivery.mutedtest",
            purpose="A person's word that a flaky test is known of.",
            keep=retention.HISTORY,
            grants={"web": WRITE, "worker": REMOVE},
            about="muted_by",
            identifier="id test_id",
            personal="muted_by_id",
            work="reason until muted_at",
            notes={
                "reason": "Free text: may name people.",
            },
        ),
        Table(
            label="delivery.artifactrule",
            purpose="Which artifacts of workflow runs are read as reports of tests.",
            keep=retention.SETTINGS,
            grants={"web": WRITE, "worker": REMOVE},
            identifier="id",
            operational="repositories artifact",
        ),
    ),
)
