"""Plumbline's processes, each in a session of its own with a log of its own, for the demo and the bench."""

import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

TOP = Path(__file__).resolve().parents[1]


def script(name: str) -> ModuleType:
    """One of `scripts/` as a module, whose parts can be tried."""
    loader = SourceFileLoader(name.replace("-", "_"), str(TOP / "scripts" / name))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


class ProcessEnded(Exception):
    """One of the processes is not there any more; says which log tells why."""


@dataclass
class Processes:
    """All of them are ended with the stack."""

    stack: ExitStack
    logs: Path
    environment: Mapping[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """In a session of its own, so that Ctrl-C reaches this process alone."""
        with (self.logs / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                command,
                env=dict(self.environment),
                cwd=TOP,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running[name] = process
        self.stack.callback(_end, process)
        return process

    def check(self) -> None:
        """Raises ProcessEnded where one is not there any more."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise ProcessEnded(f"{name} ended; see {self.logs / name}.log")

    def wait_for(self, url: str, name: str, *, seconds: float = 300) -> None:
        """Until a process answers, whatever it answers. Raises ProcessEnded."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check()
            try:
                urlopen(url, timeout=2).close()  # noqa: S310 - loopback
            except HTTPError:
                return
            except (URLError, OSError):
                time.sleep(0.1)
            else:
                return
        raise ProcessEnded(f"{name} does not answer; see {self.logs / name}.log")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
