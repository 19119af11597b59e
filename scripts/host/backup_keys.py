"""The host's own keys for backups: one signs them, one opens them for drills. Neither is in a container's reach.

The drill's key opens every backup and lies on the appliance: who has the machine has the data anyway. What protects
backups from whoever has only them is that it is not beside them.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from host.composition import Composition
from host.folders import Folder
from host.programs import openssl


class Keys(NamedTuple):
    folder: Path

    @property
    def signing(self) -> Path:
        return self.folder / "signing_key"

    @property
    def verify(self) -> Path:
        return self.folder / "verify_key"

    @property
    def drill(self) -> Path:
        return self.folder / "drill_identity"

    @property
    def drill_recipient(self) -> str:
        lines = self.drill.read_text().splitlines()
        found = next(line for line in lines if line.startswith("# public key: "))
        return found[len("# public key: ") :]


def keys_of(data: Path) -> Keys:
    return Keys(data / "backup-keys")


def made_keys(compose: Composition) -> Keys:
    """Made where there are none. Raises Refused."""
    keys = keys_of(compose.data)
    folder = Folder(keys.folder, 0)
    private = folder.keep(keys.signing.name, lambda: openssl("genpkey", "-algorithm", "Ed25519"))
    folder.write(keys.verify.name, openssl("pkey", "-pubout", stdin=private))
    folder.keep(
        keys.drill.name,
        lambda: compose("run", "--rm", "-T", "--no-deps", "backup", "age-keygen"),
    )
    return keys
