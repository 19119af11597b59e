"""The demo: all of Plumbline's processes on embedded servers, fed by simulators with four real histories."""

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from urllib.request import urlopen

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests import servers
from tests.processes import TOP, ProcessEnded, Processes
from tests.simulators.github.history import PROJECTS
from tests.simulators.github.tickets import LAST_DAY

LIVELY_PAGE = "/pull-requests?team=netbox-dcim"
"""A team at work until the last day: not every one of the four histories reaches it."""
GOVERNANCE_PAGE = "/governance/inventory"
TOKEN = "demo-" + secrets.token_hex(16)
console = Console()


def main() -> int:
    arguments = _arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _as_interrupt)
    folder = arguments.folder.resolve()
    began = time.monotonic()
    with ExitStack() as stack:
        try:
            _need_port(arguments.port)
            with console.status("Starting Postgres and the broker"):
                found = stack.enter_context(servers.running(folder))
            projects = arguments.project or PROJECTS
            demo = Demo(folder, found, arguments.port, projects, began, stack)
            demo.start()
            demo.sync()
            demo.summarise()
            if not arguments.once:
                demo.stay()
        except KeyboardInterrupt:
            console.print("\nStopping.")
        except (DemoFailed, ProcessEnded) as failure:
            console.print(f"[red]The demo stopped:[/red] {failure}")
            return 1
    return 0


class DemoFailed(Exception):
    """What went wrong and which log tells more."""


@dataclass
class Demo:
    folder: Path
    servers: servers.Servers
    port: int
    projects: Sequence[str]
    began: float
    stack: ExitStack

    def __post_init__(self) -> None:
        self.url = f"http://127.0.0.1:{self.port}"
        self.github = f"http://127.0.0.1:{servers.free_port()}"
        self.jira = f"http://127.0.0.1:{servers.free_port()}"
        offset = LAST_DAY - datetime.now(UTC)
        self.environment = os.environ | self.servers.environment(mode="demo")
        self.environment |= {
            "PLUMBLINE_URL": self.url,
            "PLUMBLINE_STATIC_ROOT": str(self.folder / "static"),
            "PLUMBLINE_CLOCK_OFFSET": str(int(offset.total_seconds())),
            "PLUMBLINE_AUDIT_HEADS_DIR": str(self.folder / "heads"),
        }
        (self.folder / "heads").mkdir(exist_ok=True)
        os.environ.update(self.environment)
        self.processes = Processes(self.stack, self.folder / "logs", self.environment)

    def start(self) -> None:
        """Simulators, web, worker, beat and sealer, each with a log of its own; all are ended with the stack.

        The simulators begin first: GitHub's rebuilds its git repositories once, while the rest gets ready.
        """
        module = (sys.executable, "-m")
        self._simulate("github", self.github, "--repositories", str(self.folder / "repositories"))
        self._simulate("jira", self.jira)
        self._manage("migrate", "--verbosity=0", says="Preparing the database")
        self._manage("collectstatic", "--noinput", "--verbosity=0", says="Collecting static files")
        celery = (*module, "celery", "-A", "backend.config.celery")
        schedule = str(self.folder / "celerybeat-schedule")
        bind = f"127.0.0.1:{self.port}"
        self.processes.start(
            "web", *module, "gunicorn", "backend.config.wsgi", "--bind", bind, "--threads=4"
        )
        self.processes.start(
            "worker", *celery, "worker", "-Q", "collect,measure,default", "--concurrency=2"
        )
        self.processes.start("beat", *celery, "beat", "--schedule", schedule)
        self.processes.start("sealer", sys.executable, str(TOP / "manage.py"), "audit", "seal")
        import django  # noqa: PLC0415 - the environment must be set first

        django.setup()
        with console.status("Starting web, worker, beat and sealer"):
            self.processes.wait_for(f"{self.url}/healthz", "web")
        with console.status("Rebuilding four git repositories from their history, once"):
            self.processes.wait_for(f"{self.github}/api/v3/meta", "github")
        with console.status("Thinking of the issues that their pull requests name"):
            self.processes.wait_for(f"{self.jira}/rest/api/2/serverInfo", "jira")

    def _simulate(self, name: str, url: str, *arguments: str) -> None:
        self.processes.start(
            name,
            *(sys.executable, "-m", f"tests.simulators.{name}", "serve", "--token", TOKEN),
            *("--port", url.rpartition(":")[2], *arguments),
            *(f"--project={project}" for project in self.projects),
        )

    def sync(self) -> None:
        """Connect both, then follow the worker's progress until nothing is due any more."""
        from tests import demo_jira, demo_state  # noqa: PLC0415 - needs django.setup()

        demo_state.connect(url=self.github, token=TOKEN)
        demo_jira.connect(url=self.jira, token=TOKEN)
        console.print(f"\n  [bold]{demo_state.sign_in_link(self.url)}[/bold]", soft_wrap=True)
        console.print("  Open this to look on while it fills; it signs you in as a team lead.\n")
        with _progress() as progress:
            tasks = {
                name: progress.add_task(name, total=None)
                for name in ("pull requests", "commits", "issues", "figures")
            }
            while not (state := demo_state.look()).done:
                for name, (have, of) in state.counts.items():
                    progress.update(tasks[name], completed=have, total=of or None)
                self.processes.check()
                time.sleep(0.5)
            for name, (have, of) in state.counts.items():
                progress.update(tasks[name], completed=have, total=of)
        if state.failed:
            raise DemoFailed(state.failed)
        self.administer()
        self.report()

    def administer(self) -> None:
        """Say of Jira what an administrator says: whose its accounts are, and which statuses are mere waiting."""
        from tests import demo_jira, demo_state  # noqa: PLC0415 - needs django.setup()

        with console.status("Linking Jira's accounts to the people of the teams"):
            linked = demo_jira.link_people()
            demo_jira.rule_statuses()
            while not demo_state.look().done:
                self.processes.check()
                time.sleep(0.2)
        console.print(f"Accounts of Jira linked to people: {linked:,}.")

    def report(self) -> None:
        """Send the reports of tests, as the projects' own pipelines would."""
        from tests import demo_results  # noqa: PLC0415 - needs django.setup()

        with console.status("Uploading the reports of tests"):
            sent = demo_results.upload(self.url)
        console.print(f"Reports of tests uploaded: {sent:,}.")

    def summarise(self) -> None:
        from tests import demo_state  # noqa: PLC0415 - needs django.setup()

        requests = {}
        for name, url in (("GitHub", self.github), ("Jira", self.jira)):
            with urlopen(f"{url}/simulator/ledger", timeout=10) as answer:  # noqa: S310 - loopback
                requests[name] = json.load(answer)["counts"]
        demo_state.summarise(console, requests=requests, seconds=time.monotonic() - self.began)

    def stay(self) -> None:
        from tests import demo_state  # noqa: PLC0415 - needs django.setup()

        console.print(f"\nPlumbline is at [bold]{self.url}[/bold]; Ctrl-C ends it. To sign in:")
        page = LIVELY_PAGE if "netbox" in self.projects else "/"
        console.print(f"  [bold]{demo_state.sign_in_link(self.url, page)}[/bold]", soft_wrap=True)
        console.print("Or as an administrator and as an owner, for Governance and Administration:")
        for who in ("administrator", "owner"):
            link = demo_state.sign_in_link(self.url, GOVERNANCE_PAGE, who)
            console.print(f"  {link}", soft_wrap=True)
        while True:
            self.processes.check()
            time.sleep(1)

    def _manage(self, *arguments: str, says: str) -> None:
        command = [sys.executable, str(TOP / "manage.py"), *arguments]
        with console.status(says):
            done = subprocess.run(
                command, env=self.environment, cwd=TOP, check=False, capture_output=True, text=True
            )
        if done.returncode:
            raise DemoFailed(f"{says} failed.\n{(done.stderr or done.stdout)[-2000:]}")


def _need_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoFailed(f"port {port} is in use; choose another with --port.") from error


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:14}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument(
        "--once", action="store_true", help="run the main job to its end, print a summary, stop"
    )
    parser.add_argument(
        "--port", type=int, default=8000, help="where the pages are (default: 8000)"
    )
    parser.add_argument(
        "--project",
        action="append",
        choices=PROJECTS,
        help="show this history alone; may be given again (default: all four)",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=TOP / ".demo",
        help="where everything is kept for the next time (default: %(default)s)",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
