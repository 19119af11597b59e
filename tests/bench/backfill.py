"""The first fill from a simulated server: requests by what they are for, seconds, and the worker's memory."""

import json
import os
import secrets
import sys
import time
from collections import Counter
from contextlib import ExitStack
from urllib.request import Request, urlopen

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests import servers
from tests.bench.database import empty
from tests.bench.figures import Figure
from tests.bench.memory import Peak
from tests.bench.world import Size
from tests.processes import Processes


def run(console: Console, found: servers.Servers, size: Size) -> list[Figure]:
    """Fill an empty database with the real worker. Raises ProcessEnded, RuntimeError where the fill stops short."""
    with ExitStack() as stack:
        empty(found)
        folder = found.folder
        processes = Processes(stack, folder / "logs", os.environ)
        token, port = "bench-" + secrets.token_hex(16), servers.free_port()
        told = [f"--{n}={v}" for n, v in _arguments(size).items()]
        python = (sys.executable, "-m")
        processes.start(
            "simulator",
            *(*python, "tests.bench.serve", f"--port={port}", f"--token={token}", *told),
            f"--git={folder / 'repositories'}",
        )
        url = f"http://127.0.0.1:{port}"
        with console.status("Writing the git repositories"):
            processes.wait_for(f"{url}/api/v3/meta", "simulator", seconds=900)
        celery = (*python, "celery", "-A", "backend.config.celery")
        worker = processes.start(
            "worker", *celery, "worker", "-Q", "collect,measure,default", "--concurrency=2"
        )
        processes.start("beat", *celery, "beat", "--schedule", str(folder / "celerybeat-schedule"))
        began = time.monotonic()
        with Peak(worker.pid) as peak:
            _fill(console, processes, url, token, size)
        seconds = time.monotonic() - began
        first = _ledger(url)
        _post(f"{url}/simulator/ledger/clear")
        _sync_again(processes)
        return _figures(size, first, _ledger(url), seconds, peak)


def _fill(console: Console, processes: Processes, url: str, token: str, size: Size) -> None:
    from tests import demo_state  # noqa: PLC0415 - needs django.setup()

    demo_state.connect(url=url, token=token)
    bar = Progress(
        TextColumn("{task.description:14}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
    with bar as progress:
        tasks = {
            "pull requests": progress.add_task("pull requests", total=size.pull_requests),
            "commits": progress.add_task("commits", total=size.commits),
            "figures": progress.add_task("figures", total=size.pull_requests),
        }
        while not (state := demo_state.look()).done:
            for name, (have, _) in state.counts.items():
                if name in tasks:
                    progress.update(tasks[name], completed=have)
            processes.check()
            time.sleep(1)
    if state.failed:
        raise RuntimeError(f"The fill stopped short: {state.failed}")


def _sync_again(processes: Processes) -> None:
    """A sync in which nothing has changed."""
    from backend.connections.models import Connection  # noqa: PLC0415 - needs django.setup()
    from backend.pipeline import bell  # noqa: PLC0415
    from backend.sources import hints  # noqa: PLC0415
    from backend.sources.models import Hint  # noqa: PLC0415

    for connection in Connection.objects.all():
        hints.arm(connection=connection, kind=Hint.Kind.CONNECTION)
    bell.ring(bell.COLLECT)
    while Hint.objects.exists():
        processes.check()
        time.sleep(0.2)


def _figures(
    size: Size,
    first: dict[str, Counter[str]],
    again: dict[str, Counter[str]],
    seconds: float,
    peak: Peak,
) -> list[Figure]:
    from backend.delivery import models  # noqa: PLC0415 - needs django.setup()

    counts, operations, routes = first["counts"], first["operations"], first["routes"]
    thousands = models.PullRequest.objects.count() / 1000
    heads = models.HeadCommit.objects.count()
    attempts = models.WorkflowRun.objects.count()
    jobs = sum(n for route, n in routes.items() if route.endswith("/jobs"))
    sizes = sum(n for route, n in routes.items() if "/commits/" in route)
    checks = operations["Checks"]
    stored = {
        "repositories": models.Repository,
        "pull requests": models.PullRequest,
        "commits": models.Commit,
        "file changes of commits": models.CommitFile,
        "head commits with checks read": models.HeadCommit,
        "workflow attempts": models.WorkflowRun,
        "deployments": models.Deployment,
    }
    return [
        *(
            Figure(f"stored: {name}", kind._default_manager.count())
            for name, kind in stored.items()
        ),
        Figure("seconds", seconds, "s"),
        Figure("base pages per 1,000 pull requests", counts["base"] / thousands, at_most=25),
        Figure("nested pages followed", counts["nested"]),
        Figure(
            "points of base and nested pages per 1,000 pull requests",
            first["points"]["PullRequests"] / thousands,
            at_most=60,
        ),
        Figure("checks: requests", checks),
        Figure("checks: requests per 25 head commits", checks / max(heads / 25, 1), at_most=1),
        Figure("jobs: requests", jobs),
        Figure("jobs: requests per workflow attempt", jobs / max(attempts, 1), at_most=1),
        Figure("change sizes: requests per commit", sizes / size.commits, at_most=0),
        Figure("requests of all kinds", counts["requests"]),
        Figure("points of all kinds", counts["points"]),
        Figure("disk of a pull request with all that belongs to it", _disk() / thousands, "kB"),
        Figure("worker: largest process, resident", peak.largest, "MB", at_most=300),
        Figure("worker: all processes, shared pages once", peak.python, "MB", at_most=300),
        Figure("worker: git, largest sum", peak.git, "MB"),
        Figure(
            "a sync without changes: requests per 50 repositories",
            again["counts"]["requests"] / (size.repositories / 50),
            at_most=1,
        ),
    ]


def _disk() -> float:
    """Megabytes of the database, indexes and all."""
    from django.db import connection  # noqa: PLC0415 - needs django.setup()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (size,) = cursor.fetchone()
    return float(size / 1e6)


def _ledger(url: str) -> dict[str, Counter[str]]:
    with urlopen(f"{url}/simulator/ledger", timeout=30) as answer:  # noqa: S310 - loopback
        found = json.load(answer)
    return {name: Counter(found[name]) for name in ("counts", "operations", "routes", "points")}


def _post(url: str) -> None:
    urlopen(Request(url, data=b"{}", method="POST"), timeout=30).close()  # noqa: S310 - loopback


def _arguments(size: Size) -> dict[str, int]:
    return {
        "repositories": size.repositories,
        "pull-requests": size.pull_requests,
        "commits": size.commits,
    }
