"""Whoever runs the appliance, with backups in a folder of the test's own."""

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.appliance.stack import Stack, run
from tests.backups.places import Key

STOPPED = ("nginx", "web", "worker", "beat", "sealer")
CHANGED = {
    # That it was restored, and what the commands say of themselves; nobody is signed in.
    *("audit_event", "audit_unsealed", "audit_link", "audit_head"),
    *("appliance_backup", "django_session", "usersessions_usersession"),
}
DIGESTS = """
import django, json
django.setup()
from backend.appliance.digests import of_every_table, steady
with steady() as cursor:
    print(json.dumps(of_every_table(cursor)))
"""


@dataclass(frozen=True)
class Operator:
    """Runs scripts/appliance as root does."""

    stack: Stack
    key: Key
    away: str = ""
    """Where backups go, if not into that folder."""

    @property
    def folder(self) -> Path:
        return self.stack.folder / "backups"

    @property
    def environment(self) -> dict[str, str]:
        return self.stack.environment | {
            "PLUMBLINE_BACKUPS_TO": self.away or str(self.folder),
            "PLUMBLINE_BACKUPS_RECIPIENTS": self.key.recipient,
        }

    def __call__(self, verb: str, *arguments: str) -> str:
        command = (sys.executable, str(self.stack.top / "scripts/appliance"), verb, *arguments)
        file = ("--env-file", str(self.stack.folder / self.stack.variables))
        return run(*command, *file, environment=self.environment, seconds=600)

    def backups(self) -> list[Path]:
        return sorted(self.folder.glob("plumbline-*.age"))

    def restore(self, backup: Path | str, *arguments: str) -> str:
        identity = self.stack.folder / "identity"
        identity.write_bytes(self.key.identity)
        return self("restore", str(backup), "--identity", str(identity), *arguments)

    def stop(self) -> None:
        self.stack.compose("stop", *STOPPED)

    def start(self) -> None:
        self.stack.compose("up", "--detach", "--wait", "--wait-timeout", "300", seconds=360)

    def digests(self) -> dict[str, list[object]]:
        command = ("run", "--rm", "-T", "--no-deps", "migrate", "python", "-")
        found: dict[str, list[object]] = json.loads(self.stack.compose(*command, stdin=DIGESTS))
        return found

    def lose_the_database(self) -> None:
        self.stack.compose("rm", "--stop", "--force", "postgres")
        shutil.rmtree(self.stack.data / "postgres/17")
