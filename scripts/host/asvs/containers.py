"""What the engine tells of the containers that run, and what the release declares of them. Judges nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, Mapping, NamedTuple, Sequence, Tuple

from host.composition import Composition
from host.programs import run

_LABEL: Final = "com.docker.compose.service"
_PUBLIC: Final = (".pem", ".crt", ".conf")
"""Endings of what lies among secrets and is none: certificates, and which hosts are open."""
_SECRET_AT_LEAST: Final = 20
"""Characters; what is shorter stands in many places by chance."""


class Container(NamedTuple):
    service: str
    id: str
    told: Mapping[str, Any]
    """As `docker inspect` has it."""

    @property
    def host(self) -> Mapping[str, Any]:
        return self.told.get("HostConfig") or {}

    @property
    def config(self) -> Mapping[str, Any]:
        return self.told.get("Config") or {}

    @property
    def is_running(self) -> bool:
        return bool((self.told.get("State") or {}).get("Running"))

    @property
    def image(self) -> str:
        return str(self.told.get("Image", ""))


class Network(NamedTuple):
    name: str
    internal: bool
    members: Tuple[str, ...]
    """Ids of containers."""


class Image(NamedTuple):
    id: str
    layers: Tuple[str, ...]


class Seen(NamedTuple):
    containers: Sequence[Container]
    networks: Mapping[str, Network]
    """By the name that compose.yaml has."""
    declared: Mapping[str, Any]
    """The release's compose.yaml with its variables."""
    images: Mapping[str, Image]
    """By what a container calls it."""
    secrets_in: Sequence[str]
    """Services in whose declaration a secret of the keys' folder stands."""


def look(composition: Composition) -> Seen:
    """Raises Refused where the engine does not answer."""
    ids = composition("ps", "--all", "--quiet").decode().split()
    told = json.loads(run("docker", "inspect", *ids)) if ids else []
    containers = [
        Container((one.get("Config") or {}).get("Labels", {}).get(_LABEL, ""), one["Id"], one)
        for one in told
    ]
    # With those that run at times alone: a backup may be under way.
    declared = json.loads(composition("--profile", "*", "config", "--format", "json"))
    return Seen(
        containers=sorted(containers, key=lambda one: one.service),
        networks=_networks(declared),
        declared=declared,
        images={image: _image(image) for image in sorted({one.image for one in containers})},
        secrets_in=leaks(containers, secrets(composition.keys)),
    )


def _networks(declared: Mapping[str, Any]) -> Mapping[str, Network]:
    names = {key: one.get("name", key) for key, one in (declared.get("networks") or {}).items()}
    if not names:
        return {}
    told = {
        one["Name"]: one for one in json.loads(run("docker", "network", "inspect", *names.values()))
    }
    return {
        key: Network(name, bool(told[name].get("Internal")), tuple(told[name].get("Containers") or ()))
        for key, name in names.items()
        if name in told
    }  # fmt: skip


def _image(name: str) -> Image:
    (told,) = json.loads(run("docker", "image", "inspect", name))
    return Image(told["Id"], tuple((told.get("RootFS") or {}).get("Layers") or ()))


def secrets(keys: Path) -> frozenset[str]:
    """Words of the files that services keep to themselves. They are compared and never told."""
    files = (file for file in keys.glob("*/*") if file.is_file() and file.suffix not in _PUBLIC)
    return frozenset(
        word
        for file in files
        for line in file.read_text(errors="replace").splitlines()
        if not line.startswith("-----")
        for word in line.split()
        if len(word) > _SECRET_AT_LEAST
    )


def leaks(containers: Sequence[Container], words: frozenset[str]) -> list[str]:
    """Services whose declaration has one of these words in it: everybody who may ask the engine reads it. Pure."""
    texts = {
        one.service: json.dumps(
            [one.config.get(part) for part in ("Env", "Cmd", "Entrypoint", "Labels", "Healthcheck")]
            + [one.told.get("Args"), one.told.get("Path")]
        )
        for one in containers
    }
    return sorted(name for name, text in texts.items() if any(word in text for word in words))
