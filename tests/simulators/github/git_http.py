"""git over smart HTTP: ``git http-backend`` behind the server."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.simulators.github.gitrepos import ENVIRONMENT

COMMAND = [
    *("git", "-c", "uploadpack.allowFilter=true", "-c", "uploadpack.allowAnySHA1InWant=true"),
    *("-c", "safe.directory=*", "http-backend"),
]


@contextmanager
def answered(
    directory: Path, path: str, *, method: str, query: str, headers: Mapping[str, str], body: bytes
) -> Iterator[tuple[int, dict[str, str], IO[bytes]]]:
    """Status, headers and the stream of the answer to one request about a repository."""
    environment = ENVIRONMENT | {
        "GIT_PROJECT_ROOT": str(directory),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_METHOD": method,
        "CONTENT_TYPE": headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_USER": "reader",
        "GIT_PROTOCOL": headers.get("Git-Protocol", ""),
    }
    pipe = subprocess.PIPE
    with subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, env=environment) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("git http-backend was started without pipes")
        process.stdin.write(body)
        process.stdin.close()
        status, found = 200, {}
        while line := process.stdout.readline().strip():
            key, _, value = line.decode().partition(": ")
            if key.lower() == "status":
                status = int(value.split()[0])
            else:
                found[key] = value
        yield status, found, process.stdout
