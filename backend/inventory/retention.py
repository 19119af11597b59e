"""How long things are kept: the policies that tables name."""

from typing import Final

from backend.inventory.terms import (
    Retention,
)

HISTORY: Final = Retention(
    "history",
    "History of work",
    "Until it is erased, or as set under Retention, 400 days at least. Figures of the past are computed from it anew"
    " whenever a rule, a team or a person changes.",
)
FIGURES: Final = Retention(
    "figures",
    "Computed figures",
    "As long as what they are computed from. They can be made again at any time.",
)
TEST_ROWS: Final = Retention(
    "test_rows",
    "Results of single tests",
    "90 days, or as set under Retention; whole months are dropped.",
)
TEST_COUNTS: Final = Retention(
    "test_counts",
    "Counts of tests by day",
    "400 days, or as set under Retention; whole months are dropped.",
)
PEOPLE: Final = Retention(
    "people",
    "People and teams",
    "Until the person is erased, or somebody deletes the team: history refers to them.",
)
DIRECTORY: Final = Retention(
    "directory",
    "The organisation's directory",
    "Until the directory deletes it.",
)
ACCOUNTS: Final = Retention(
    "accounts",
    "Accounts",
    "Accounts are closed, not deleted, so that records stay true; what they say of a person goes by erasure.",
)
ACCESS_EVIDENCE: Final = Retention(
    "access_evidence",
    "Evidence of access",
    "1,100 days after it was closed (of tokens 400), or as set under Retention; what it says of a person goes by"
    " erasure.",
)
SESSIONS: Final = Retention(
    "sessions",
    "Sessions",
    "Until the session ends: by signing out, by idleness or age as the sign-in policy says, or by an administrator.",
)
SETTINGS: Final = Retention("settings", "Settings", "Until somebody changes or deletes them.")
CREDENTIALS: Final = Retention(
    "credentials",
    "Credentials",
    "Until they are replaced or revoked, or their connection is deleted.",
)
SYNC_RUNS: Final = Retention(
    "sync_runs", "Runs of collection", "30 days, or as set under Retention."
)
RUNS_OF_RETENTION: Final = Retention(
    "runs_of_retention", "Notes of retention", "1,100 days, or as set under Retention."
)
OUTBOUND: Final = Retention(
    "outbound", "Ledger of what left", "400 days, or as set under Retention."
)
QUEUE: Final = Retention(
    "queue", "Work to be done", "Until it is done; what failed for good, until it is retried."
)
PROGRESS: Final = Retention(
    "progress",
    "Progress of collection",
    "As long as what it is about is collected; brought up to date in place.",
)
AUDIT: Final = Retention(
    "audit",
    "Audit log",
    "730 days, or as the operator sets it, and never less than a year; never changed. The sealer alone can prune it, by"
    " whole days up to a head that it has signed.",
)
ERASURES: Final = Retention(
    "erasures",
    "Evidence of erasure",
    "For good: without it, what was erased would come back from its source or from an older backup.",
)
INCIDENTS: Final = Retention(
    "incidents",
    "Register of incidents",
    "For good: an authority may ask for it (Art. 33(5) GDPR). What its texts say of a person goes by erasure.",
)
BACKUPS: Final = Retention(
    "backups",
    "Records of backups",
    "For good: that there was a backup, and that it could be restored. The backups themselves go by their age.",
)
ASSESSMENTS: Final = Retention(
    "assessments", "Self-assessments", "For good: two a year, and those that were asked for."
)
LOOKS: Final = Retention(
    "looks", "What the host found from outside", "The ten last; each new one takes the oldest away."
)
SOFTWARE: Final = Retention(
    "software", "The software's own", "As long as the version that it belongs to is installed."
)
UNUSED: Final = Retention(
    "unused", "Not used", "Empty: the library brings the table, and nothing writes to it."
)

RETENTIONS: Final = (
    *(
        HISTORY,
        FIGURES,
        TEST_ROWS,
        TEST_COUNTS,
        PEOPLE,
        DIRECTORY,
        ACCOUNTS,
        ACCESS_EVIDENCE,
        SESSIONS,
    ),
    *(
        SETTINGS,
        CREDENTIALS,
        SYNC_RUNS,
        OUTBOUND,
        RUNS_OF_RETENTION,
        QUEUE,
        PROGRESS,
        AUDIT,
        ERASURES,
        INCIDENTS,
        BACKUPS,
        ASSESSMENTS,
        LOOKS,
        SOFTWARE,
        UNUSED,
    ),
)
