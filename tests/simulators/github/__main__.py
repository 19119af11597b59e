"""Run the simulator: ``serve`` it, or only ``build`` its git repositories into a folder."""

import argparse
import ssl
import sys
import threading
import time
from pathlib import Path

from . import history, small
from .gitrepos import Store
from .model import MODEL_NOTES
from .server import running
from .world import World


def main() -> int:
    arguments = _arguments()
    if arguments.command == "notes":
        sys.stdout.write(MODEL_NOTES)
        return 0
    began = time.monotonic()
    world = _world(arguments)
    if arguments.command == "build":
        world.attach_git(Store(arguments.repositories, marker=arguments.canary))
        commits = sum(len(repository.commits) for repository in world.repositories.values())
        _say(
            f"{len(world.repositories)} repositories, {commits:,} commits in {time.monotonic() - began:.0f} s"
        )
        return 0
    world.add_token(arguments.token)
    context = None
    if arguments.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(arguments.certificate, arguments.key)
    with running(
        world,
        repositories=arguments.repositories,
        rate_limit=arguments.rate_limit,
        reduced=arguments.reduced,
        context=context,
        port=arguments.port,
        address=arguments.address,
    ) as github:
        if arguments.url:
            github.url = arguments.url
        if arguments.hook_url:
            github.hook(arguments.hook_url, arguments.hook_secret)
        _say(f"Serving {arguments.world} at {github.url} after {time.monotonic() - began:.0f} s")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


def _world(arguments: argparse.Namespace) -> World:
    if arguments.world == "history":
        # An old server has no field for ids beyond 32 bits.
        return history.load(
            tuple(arguments.project or history.PROJECTS),
            canary=arguments.canary,
            wide_ids=not getattr(arguments, "reduced", False),
        )
    return small.load(canary=arguments.canary)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.github", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser(
        "build", help="write the git repositories into a folder, unless they are there"
    )
    build.add_argument("repositories", type=Path)
    serve = commands.add_parser(
        "serve", help="serve REST, GraphQL, git and webhooks until interrupted"
    )
    serve.add_argument("--port", type=int, default=8400)
    serve.add_argument(
        "--address",
        default="127.0.0.1",
        help="where to listen; other than loopback only in a container",
    )
    serve.add_argument("--url", help="the base URL by which others reach it, where it differs")
    serve.add_argument(
        "--repositories", type=Path, help="folder of the git repositories (none: no git)"
    )
    serve.add_argument("--token", required=True, help="the personal access token that is accepted")
    serve.add_argument(
        "--rate-limit", type=int, help="points an hour; left out: limits are off, as GHES has it"
    )
    serve.add_argument("--reduced", action="store_true", help="the schema of an old server")
    serve.add_argument("--certificate", type=Path, help="serve TLS with this certificate (PEM) …")
    serve.add_argument("--key", type=Path, help="… and this key")
    serve.add_argument("--hook-url", help="where to send webhooks of changes")
    serve.add_argument("--hook-secret", default="")
    for command in (build, serve):
        command.add_argument("--world", choices=("history", "small"), default="history")
        command.add_argument(
            "--project",
            action="append",
            choices=history.PROJECTS,
            help="of the histories this one alone; may be given again (default: all)",
        )
        command.add_argument(
            "--canary",
            default="",
            help="a marker for every free-text field and every line of every file",
        )
    commands.add_parser("notes", help="print what of the history is real and what is modelled")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
