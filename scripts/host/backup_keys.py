"""The host's own keys for backups: one signs them, one opens them for drills. Neither is in a container's reach.

They lie among the other keys, apart from data and backups. The drill's opens every backup and lies on the appliance:
who has the machine has the data anyway. What protects backups from whoever has only them is that it is not beside them.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final, NamedTuple

from host.composition import Composition
from host.ending import Refused
from host.folders import Folder
from host.programs import openssl

FOLDER: Final = "host/backup"


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


def keys_of(data: Path, keys: Path) -> Keys:
    """Those of this installation; what a former version had among the data comes along. Raises Refused."""
    path = folder_of(keys)
    if not path.is_dir():
        Folder(path.parent, 0)  # what goes by the clock may write to the folder itself alone
    folder = Folder(path, 0)
    _take_along(data / "backup-keys", folder)
    return Keys(folder.path)


def folder_of(keys: Path) -> Path:
    return keys / FOLDER


def _take_along(former: Path, folder: Folder) -> None:
    """Copied first and removed then, so that it can be killed at any moment and run again."""
    if not former.is_dir():
        return
    files = [file for file in sorted(former.iterdir()) if not file.name.startswith(".")]
    for file in files:
        taken = folder.path / file.name
        if taken.exists() and taken.read_bytes() != file.read_bytes():
            raise Refused(
                f"{taken} and {file} differ: remove the folder whose keys your backups are not signed with."
            )
    for file in files:
        folder.write(file.name, file.read_bytes())
    shutil.rmtree(former)
    print(f"The keys of backups were moved from {former} to {folder.path}.")


def made_keys(compose: Composition) -> Keys:
    """Made where there are none. Raises Refused."""
    keys = keys_of(compose.data, compose.keys)
    folder = Folder(keys.folder, 0)
    private = folder.keep(keys.signing.name, lambda: openssl("genpkey", "-algorithm", "Ed25519"))
    folder.write(keys.verify.name, openssl("pkey", "-pubout", stdin=private))
    folder.keep(
        keys.drill.name,
        lambda: compose("run", "--rm", "-T", "--no-deps", "backup", "age-keygen"),
    )
    return keys
