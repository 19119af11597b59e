"""The Postgres roles of the processes, and which functions of the database they may call."""

from collections.abc import Mapping
from typing import Final

ROLES: Final[Mapping[str, str]] = {
    "web": "Answers pages, the API and webhooks. It cannot open a credential of a source.",
    "worker": "Collects, computes and erases. It cannot read sessions, passwords or second factors.",
    "sealer": "Chains and signs the audit log. It alone holds the key for it, and reads nothing else.",
    "beat": "Rings the bell for work that is due. It reads no table.",
    "backup": "Reads every table for a backup, sealed secrets as they are, and writes none. It has no key to any.",
}
"""What each is. `migrate` owns the tables and needs no grant; it runs at installation and upgrade alone."""

READS_ALL: Final = "backup"
"""A backup is of everything, parts of tables and counters too, so that the tables do not name this role one by one."""

ROUTINES: Final[Mapping[str, tuple[str, ...]]] = {
    # Partitions of test results: made by whoever stores into them, dropped by the worker.
    "delivery_make_test_partitions(date, date)": ("web", "worker"),
    "delivery_drop_a_test_month(text, date)": ("worker",),
    # What is web's business and outdated: removed by the worker, who cannot read it.
    "governance_purge(text, timestamp with time zone, integer)": ("worker",),
    # Erasing a person: each acts for an erasure that two people stand for, or writes anew what is there.
    "governance_erase_sign_in(bigint)": ("worker",),
    "governance_end_unlisted_sessions()": ("worker",),
    "governance_rewrite(text)": ("worker",),
    "governance_renew_log()": ("worker",),
    # What an anchor of the audit log has signed away.
    "audit_prune(integer)": ("sealer",),
}
