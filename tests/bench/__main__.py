"""Measure Plumbline against its targets on this machine; each figure is printed beside its target."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from rich.console import Console

from tests import servers
from tests.bench import (
    audit_chain,
    audit_ingestion,
    backfill,
    erasure,
    figures,
    history,
    jira,
    people,
    results,
    retention,
    uploads,
    work,
)
from tests.bench.world import ON_A_BRANCH, Size
from tests.processes import TOP, ProcessEnded


def main() -> int:
    given = _arguments()
    signal.signal(signal.SIGTERM, _as_interrupt)
    console, found = Console(), dict[str, list[figures.Figure]]()
    try:
        each = given.pull_requests * (ON_A_BRANCH + 1)
        size = Size(given.repositories, given.pull_requests, each)
        with servers.running(TOP / ".bench") as running:
            found |= _domain(given.bench, console, running)
            if given.bench in {"backfill", "all"}:
                name = f"backfill of {size.repositories} repositories, {size.pull_requests:,} pull requests"
                found[name] = backfill.run(console, running, size)
            if given.bench in {"test-results", "all"}:
                found["one upload of test results"] = uploads.run(console, running)
                name = "a million results of tests a day"
                found[name] = results.run(console, running, results.Size(days=given.days))
    except (ProcessEnded, RuntimeError, ValueError) as error:
        console.print(f"[red]The bench stopped:[/red] {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    for title, rows in found.items():
        figures.show(console, title, rows)
    if given.json:
        figures.write(given.json, found)
    missed = [row.name for rows in found.values() for row in rows if row.met is False]
    return 1 if missed else 0


def _domain(
    wanted: str, console: Console, running: servers.Servers
) -> dict[str, list[figures.Figure]]:
    """Those of one size."""
    benches = {
        "history": ("real history to Postgres", history.run),
        "jira": (f"a Jira of {jira.ISSUES:,} issues", jira.run),
        "work": ("pages on issues and investment", work.run),
        "audit": ("the audit log", audit_ingestion.run),
        "audit-chain": (f"an audit log of {audit_chain.EVENTS:,} events", audit_chain.run),
        "erasure": ("a repository of a million rows, erased", erasure.run),
        "retention": (f"{retention.ROWS:,} outdated rows removed", retention.run),
        "people": (f"{people.PEOPLE:,} people in {people.TEAMS} teams", people.run),
    }
    return {
        title: run(console, running)
        for name, (title, run) in benches.items()
        if wanted in {name, "all"}
    }


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    """So that what was started is ended."""
    raise KeyboardInterrupt


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "bench",
        nargs="?",
        choices=(
            "all",
            "history",
            "backfill",
            "jira",
            "work",
            "people",
            "audit",
            "audit-chain",
            "erasure",
            "retention",
            "test-results",
        ),
        default="all",
        help="default: all",
    )
    parser.add_argument("--repositories", type=int, default=Size.repositories)
    parser.add_argument("--pull-requests", type=int, default=Size.pull_requests)
    parser.add_argument(
        "--days", type=int, default=results.Size.days, help="of test results, a million each"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
