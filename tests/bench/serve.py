"""The simulated server with the bench's world, in a process of its own so that its work is not the worker's."""

import argparse
import sys
import threading
from pathlib import Path

from tests.bench.world import Size, build
from tests.simulators.github import running


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.serve", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--git", type=Path, required=True, help="folder of the git repositories")
    for name in ("repositories", "pull_requests", "commits"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(Size, name))
    given = parser.parse_args()
    world = build(Size(given.repositories, given.pull_requests, given.commits))
    world.add_token(given.token)
    with running(world, repositories=given.git, port=given.port) as github:
        sys.stdout.write(f"Serving at {github.url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
