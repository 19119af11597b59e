"""Run the simulated Jira: ``serve`` the issues of the four real histories, or of a small world."""

import argparse
import signal
import ssl
import sys
import threading
import time
from pathlib import Path

from tests.simulators.github.history import PROJECTS
from tests.simulators.jira import history, small
from tests.simulators.jira.server import running


def main() -> int:
    arguments = _arguments()
    began, stopped = time.monotonic(), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    if arguments.world == "small":
        world = small.load(canary=arguments.canary)
    else:
        world = history.load(arguments.project or PROJECTS, canary=arguments.canary)
    world.add_token(arguments.token)
    world.email = arguments.email
    context = None
    if arguments.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(arguments.certificate, arguments.key)
    with running(
        world,
        cloud=arguments.cloud,
        path=arguments.path.rstrip("/"),
        port=arguments.port,
        address=arguments.address,
        context=context,
        url=arguments.url,
    ) as jira:
        _say(
            f"Serving {len(world.issues):,} issues at {jira.url} after {time.monotonic() - began:.0f} s"
        )
        stopped.wait()
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.jira", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve REST and boards until interrupted")
    serve.add_argument("--port", type=int, default=8500)
    serve.add_argument(
        "--address",
        default="127.0.0.1",
        help="where to listen; other than loopback only in a container",
    )
    serve.add_argument(
        "--url", default="", help="the base URL by which others reach it, where it differs"
    )
    serve.add_argument("--certificate", type=Path, help="serve TLS with this certificate (PEM) …")
    serve.add_argument("--key", type=Path, help="… and this key")
    serve.add_argument("--world", choices=("history", "small"), default="history")
    serve.add_argument(
        "--path", default="", help="below which Jira stands, like /jira (default: none)"
    )
    serve.add_argument("--token", required=True, help="the token that is accepted")
    serve.add_argument(
        "--cloud", action="store_true", help="as Jira Cloud; left out, as Jira Data Center"
    )
    serve.add_argument(
        "--email", default="plumbline@forge.test", help="Cloud: whose token it is (%(default)s)"
    )
    serve.add_argument(
        "--project",
        action="append",
        choices=PROJECTS,
        help="of the histories this one alone; may be given again (default: all)",
    )
    serve.add_argument(
        "--canary", default="Free text", help="what stands in descriptions and comments"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
