"""The host's judgement of what this installation's data stand on: signed, for services, which cannot see its disks.

Every service verifies it before it starts (scripts/images/guarded): the signature by a key that root alone holds, the
start of the machine that it was made in, the devices of its own mounts, and that it is accepted.
"""

from __future__ import annotations

import json
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import Final, Iterable, Mapping, NamedTuple

from host.disks import boot_id
from host.folders import Folder
from host.programs import openssl, succeeds
from host.volumes.places import Place

EVALUATION_DAYS: Final = 30
BELOW_MACHINE: Final = "below_machine"
EVALUATION: Final = "evaluation"
_DAY: Final = 24 * 3600
_KEY, _VERIFY = "at_rest_key", "at_rest_verify_key"


class Attestation(NamedTuple):
    """Somebody's word for what the kernel does not show, signed by this installation's key and kept."""

    kind: str
    reason: str
    by: str
    made: int
    """Seconds since 1970."""
    until: int
    """The same; 0: without an end."""
    machine: str
    """A copy of the data on another machine is not what was attested."""


class Judgement(NamedTuple):
    places: tuple[Place, ...]
    accepted: bool
    until: int
    """Until when it is accepted, where an evaluation alone makes it so; else 0."""
    attestations: tuple[Attestation, ...]


def judge_places(
    places: Iterable[Place], attestations: Iterable[Attestation], *, now: int, machine: str
) -> Judgement:
    """Pure: accepted where all is encrypted, or somebody has attested to it on this machine and that holds still."""
    found = tuple(places)
    valid = tuple(
        one for one in attestations if one.machine == machine and (not one.until or one.until > now)
    )
    lasting = any(one.kind == BELOW_MACHINE for one in valid)
    if all(place.verdict.good for place in found) or lasting:
        return Judgement(found, accepted=True, until=0, attestations=valid)
    until = max((one.until for one in valid), default=0)
    return Judgement(found, accepted=bool(valid), until=until, attestations=valid)


class Record:
    """The folder that every service is shown, read-only, and the key that signs what stands in it."""

    def __init__(self, data: Path, keys: Path) -> None:
        self.folder = data / "at-rest"
        self._keys = keys / "host"

    def make(self, folders: Mapping[str, Folder]) -> None:
        """The key, and its public half for each service."""
        own = Folder(self._keys, 0)
        key = own.keep(_KEY, lambda: openssl("genpkey", "-algorithm", "Ed25519"))
        public = openssl("pkey", "-pubout", stdin=key)
        own.write(_VERIFY, public)
        for folder in folders.values():
            folder.write(_VERIFY, public)
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.folder.chmod(0o755)

    @property
    def made(self) -> bool:
        return (self._keys / _KEY).exists() and self.folder.is_dir()

    def judge(self, places: Iterable[Place]) -> Judgement:
        """Judge now, and write it down for the services."""
        found = judge_places(
            places, self.attestations(), now=int(time.time()), machine=machine_digest()
        )
        self._write("judgement", as_document(found, boot=boot_id(), now=int(time.time())))
        return found

    def attest(self, kind: str, reason: str, by: str) -> Attestation:
        now = int(time.time())
        until = now + EVALUATION_DAYS * _DAY if kind == EVALUATION else 0
        made = Attestation(kind, reason, by, now, until, machine_digest())
        self._write(f"attestation-{now}-{kind}", made._asdict())
        return made

    def attestations(self) -> list[Attestation]:
        """Those whose signature is right, oldest first."""
        return [
            Attestation(**json.loads(file.read_text()))
            for file in sorted(self.folder.glob("attestation-*.json"))
            if self._is_signed(file)
        ]

    def _write(self, name: str, document: Mapping[str, object]) -> None:
        text = json.dumps(document, indent=1) + "\n"
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            said = Path(scratch) / "said"
            said.write_text(text)
            signature = openssl(
                *("pkeyutl", "-sign", "-rawin", "-inkey", self._keys / _KEY, "-in", said)
            )
            (Path(scratch) / "signature").write_bytes(signature)
            for fresh, kept in (("signature", f"{name}.sig"), ("said", f"{name}.json")):
                (Path(scratch) / fresh).chmod(0o444)
                (Path(scratch) / fresh).replace(self.folder / kept)

    def _is_signed(self, file: Path) -> bool:
        key = ("-pubin", "-inkey", self._keys / _VERIFY)
        given = ("-in", file, "-sigfile", file.with_suffix(".sig"))
        return succeeds("openssl", "pkeyutl", "-verify", "-rawin", *key, *given)


def as_document(found: Judgement, *, boot: str, now: int) -> dict[str, object]:
    """A line a value when written with an indent: services have a shell to read it with."""
    return {
        "accepted": found.accepted,
        "boot": boot,
        "made": now,
        "until": found.until,
        "places": [
            {
                "what": place.what,
                "path": place.path,
                "device": place.number,
                "state": place.verdict.state,
                "how": place.verdict.how,
            }
            for place in found.places
        ],
        "attestations": [one._asdict() for one in found.attestations],
    }


def machine_digest() -> str:
    """Which machine this is, without telling its id."""
    file = Path("/etc/machine-id")
    text = file.read_text().strip() if file.exists() else ""
    return sha256(b"plumbline" + text.encode()).hexdigest()[:16]
