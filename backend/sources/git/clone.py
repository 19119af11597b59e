"""A bare clone of one branch, in a job's folder: no hooks, no submodules, no configuration but this module's.

The token reaches git through GIT_CONFIG_… variables. Arguments can be read by every user of the machine and files
outlive their writer; a process's environment can be read by its own user and root alone, who could read the worker's
memory as well. GIT_ASKPASS would need a program on disk that finds the token in that same environment.
"""

import base64
import os
import shutil
import signal
import ssl
import subprocess
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Final
from urllib.parse import SplitResult, urlsplit

from backend.outbound.destinations import destination_of
from backend.outbound.ledger import Ledger
from backend.outbound.models import Traffic
from backend.outbound.proxy import proxy
from backend.sources.errors import SourceError
from backend.sources.git.failures import explained, too_large, took_too_long
from backend.sources.git.scratch import Job
from backend.sources.git.watching import QUESTION, watched

TIP: Final = "refs/heads/tip"
"""What the default branch is called in the clone, whatever its name is outside."""

FETCH_SECONDS: Final = 3600
SILENT_SECONDS: Final = 120
"""A server that counts a large repository says something every five seconds."""
COMPLAINT_BYTES: Final = 8192
CHUNK_BYTES: Final = 1 << 16
MEGABYTE: Final = 1 << 20
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_EMPTY_TREE: Final = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_PROXY_VARIABLES: Final = ("http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY")


@dataclass(frozen=True)
class Clone:
    """A repository in a job's folder."""

    job: Job
    host: str

    def answer(self, *arguments: str) -> str:
        """What git says to a short question. Raises SourceError."""
        return b"".join(self.output(*arguments)).decode().strip()

    def output(self, *arguments: str) -> Generator[bytes, None, None]:
        """What git prints, as it comes. Raises SourceError at the end, where git failed."""
        with _git(self.job, arguments, _environment(self.job, {})) as git:
            yield from iter(partial(os.read, git.output.fileno(), CHUNK_BYTES), b"")
            git.end(host=self.host)

    @contextmanager
    def fed(self, arguments: Sequence[str], given: Path) -> Iterator["Running"]:
        """A git that reads its standard input from a file of the job's. Whoever asks reads its output and ends it."""
        with (
            given.open("rb") as stdin,
            _git(self.job, arguments, _environment(self.job, {}), stdin=stdin) as git,
        ):
            yield git

    def holds(self, *arguments: str) -> bool:
        """Whether git says yes, by its exit status."""
        with _git(self.job, arguments, _environment(self.job, {})) as git:
            return git.wait() == 0


class Running:
    """A running git with its complaints in a file, which no pipe can fill up and block."""

    def __init__(self, process: subprocess.Popen[bytes], complaints: IO[bytes]) -> None:
        if process.stdout is None:
            raise RuntimeError("git was started without a pipe from it")
        self.output, self.wait = process.stdout, process.wait
        self._complaints = complaints

    def end(self, *, host: str, seconds: float | None = None) -> None:
        """Wait for the end. Raises SourceError where that is not well."""
        try:
            status = self.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise took_too_long(host) from error
        if status:
            self._complaints.seek(0, os.SEEK_END)
            self._complaints.seek(max(0, self._complaints.tell() - COMPLAINT_BYTES))
            raise explained(self._complaints.read().decode(errors="replace"), host=host)


def clone(
    *,
    job: Job,
    url: str,
    token: str,
    ca_certificate: str,
    branch: str,
    limit_megabytes: int | None = None,
) -> Clone:
    """Fetch one branch with its whole history. Raises SourceError that says what to do; TooLarge beyond the limit."""
    parts = _checked(url)
    host = parts.netloc
    made = Clone(job, host)
    made.answer("init", "--quiet", "--bare", "--template=")
    secrets = {f"http.{parts.scheme}://{host}/.extraHeader": f"Authorization: {_basic(token)}"}
    if ca_certificate:
        secrets["http.sslCAInfo"] = str(_authorities(job, ca_certificate))
    if proxy():
        secrets["http.proxy"] = proxy()
    command = (
        *("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"),
        *("--end-of-options", url, f"+refs/heads/{branch}:{TIP}"),
    )
    limit = None if limit_megabytes is None else limit_megabytes * MEGABYTE
    with (
        Ledger(Traffic.Purpose.CLONE) as ledger,
        ledger.request(destination_of(url), QUESTION) as exchange,
        watched(job, exchange) as watching,
        _git(job, command, _environment(job, secrets) | watching, file_limit=limit) as git,
    ):
        try:
            git.end(host=host, seconds=FETCH_SECONDS)
        except SourceError as error:
            if limit is not None and _largest(job) >= limit:
                raise too_large() from error
            raise
    return made


def _largest(job: Job) -> int:
    """All that is fetched is one pack, so that a limit on a file's size is one on the clone's. Where the kernel stops
    git for that, git itself does not tell why, but leaves behind what it has.
    """
    packs = (job.folder / "repository" / "objects" / "pack").glob("tmp_pack_*")
    return max((path.stat().st_size for path in packs), default=0)


def _checked(url: str) -> SplitResult:
    parts = urlsplit(url)
    encrypted = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not encrypted or not parts.hostname or "@" in parts.netloc:
        raise SourceError(
            "The repository's address is no encrypted one.",
            "Correct the connection's address: it must begin with https:// and hold no name or password.",
            permanent=True,
        )
    return parts


def _basic(token: str) -> str:
    return "Basic " + base64.b64encode(f"x-access-token:{token}".encode()).decode()


def _authorities(job: Job, ca_certificate: str) -> Path:
    """The connection's own authority besides the system's, as for every other request."""
    system = ssl.get_default_verify_paths()
    candidates = (system.cafile, Path(system.openssl_capath) / "ca-certificates.crt")
    bundles = [Path(file) for file in candidates if file and Path(file).is_file()]
    path = job.folder / "authorities.pem"
    path.write_text("".join(text.rstrip() + "\n" for text in _texts(bundles[:1], ca_certificate)))
    return path


def _texts(bundles: Sequence[Path], ca_certificate: str) -> Iterator[str]:
    yield ca_certificate
    yield from (bundle.read_text() for bundle in bundles)


def _environment(job: Job, secrets: dict[str, str]) -> dict[str, str]:
    """All that git is told: nobody's home, nobody's configuration, no prompt, no hook, no other protocol."""
    configuration = (
        {
            "core.hooksPath": os.devnull,
            "credential.helper": "",
            "http.version": "HTTP/1.1",  # whose headers every git leaves the token out of where it tells of them
            "http.followRedirects": "false",  # the header with the token would go along
            "http.sslVerify": "true",
            "http.lowSpeedLimit": "1",
            "http.lowSpeedTime": str(SILENT_SECONDS),
            "fetch.unpackLimit": "1",
            "gc.auto": "0",
            "maintenance.auto": "false",
            # From 2.43 on git may read attributes from the tree; sizes must not depend on git's version.
            "attr.tree": _EMPTY_TREE,
        }
        | secrets
    )
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "HOME": str(job.folder),
        "TMPDIR": str(job.folder),
        "GIT_DIR": str(job.folder / "repository"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "http:https",
        "GIT_CONFIG_COUNT": str(len(configuration)),
    }
    if not proxy():
        environment |= {name: os.environ[name] for name in _PROXY_VARIABLES if name in os.environ}
    for number, (key, value) in enumerate(configuration.items()):
        environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return environment


@contextmanager
def _git(
    job: Job,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    file_limit: int | None = None,
) -> Iterator[Running]:
    """Start git, in a group of its own that ends with the block, and dies with this process."""
    command = [*_programs(file_limit), *arguments]
    with (
        tempfile.TemporaryFile(dir=job.folder) as complaints,
        subprocess.Popen(  # noqa: S603 - git, by arguments that no outsider writes but the branch, in a refspec
            command,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=dict(environment),
            cwd=job.folder,
            pass_fds=[job.lock],
            start_new_session=True,
        ) as process,
    ):
        try:
            yield Running(process, complaints)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _programs(file_limit: int | None) -> tuple[str, ...]:
    """`setpriv` makes the kernel kill git when the thread that started it is gone, kill -9 included."""
    setpriv, prlimit, git = (shutil.which(name) for name in ("setpriv", "prlimit", "git"))
    if setpriv is None or prlimit is None or git is None:
        raise SourceError(
            "git, or setpriv and prlimit of util-linux, are not installed for the worker.",
            "Install them, as docs/install.md says.",
            permanent=True,
        )
    limited = () if file_limit is None else (prlimit, f"--fsize={file_limit}", "--")
    return (setpriv, "--pdeathsig", "KILL", "--", *limited, git)
