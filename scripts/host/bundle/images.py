"""Images of the engine: built, asked what they hold, saved as one stream, and loaded from it."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import IO, Any, Final, Iterable, Mapping, NamedTuple

from host.bundle.contents import Image
from host.bundle.materials import Part, debian_parts, npm_parts, python_parts
from host.ending import Refused
from host.programs import run, succeeds

_SMALL: Final = 1 << 20
_ASK: Final = """\
dpkg-query --show --showformat='${Package}\\t${Version}\\t${Architecture}\\n'
echo ----
grep --with-filename '^License:' /usr/share/doc/*/copyright || true
echo ----
if [ -d /opt/plumbline/venv ]; then exec /opt/plumbline/venv/bin/python -c '
import importlib.metadata, json
found = [(d.metadata, d.version) for d in importlib.metadata.distributions()]
print(json.dumps([
    [m["Name"], version, m["License-Expression"], m["License"], m.get_all("Classifier")] for m, version in found
]))
'; else echo '[]'; fi
echo
"""


class Engine(NamedTuple):
    platform: str
    by_configuration: bool
    """Whether it calls images by their configuration's checksum; with containerd's store it has names of its own."""


def engine() -> Engine:
    told = json.loads(run("docker", "info", "--format", "{{json .}}"))
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(
        told["Architecture"], told["Architecture"]
    )
    return Engine(
        f"{told['OSType']}/{machine}", "io.containerd" not in json.dumps(told["DriverStatus"])
    )


def build(folder: Path, tag: str) -> dict[str, str]:
    """Build the images of a release's compose.yaml. Returns their full tags by name."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PLUMBLINE_") or name.startswith("PLUMBLINE_BUILD_")
    }
    kept.update(
        PLUMBLINE_VERSION=tag,
        PLUMBLINE_URL="https://bundle.example",
        PLUMBLINE_DATA="/nonexistent",
        PLUMBLINE_KEYS="/nonexistent",
    )
    # Services that run at times alone stand in profiles.
    files = ("--file", folder / "compose.yaml", "--env-file", os.devnull)
    compose = ("docker", "compose", *files, "--profile", "*")
    run(*compose, "build", "--quiet", environment=kept)
    told = json.loads(run(*compose, "config", "--format", "json", environment=kept))
    tags = {service["image"] for service in told["services"].values()}
    return {full.partition("/")[2].partition(":")[0]: full for full in sorted(tags)}


def described(tag: str) -> Image:
    told = json.loads(run("docker", "image", "inspect", tag))[0]
    return Image(tag, told["Id"], tuple(told["RootFS"]["Layers"]))


def parts(image: Image, package_lock: str) -> list[Part]:
    """What is installed in an image, asked without network or rights, and what its pages are made of."""
    shut = ("--network=none", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges")
    said = run(
        "docker", "run", "--rm", *shut, "--entrypoint=/bin/sh", image.id, "-c", _ASK
    ).decode()
    packages, copyrights, python = said.split("----\n")
    found = debian_parts(packages, copyrights) + python_parts(python)
    return found + npm_parts(package_lock) if python.strip() != "[]" else found


def save(images: Iterable[Image], target: Path) -> None:
    """One compressed stream in which a shared layer stands once; the same bytes for the same images."""
    raw = target.with_suffix(".raw")
    run("docker", "save", "--output", raw, *sorted(image.tag for image in images))
    with (
        tarfile.open(raw, "r:") as saved,
        target.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.GNU_FORMAT) as sorted_again,
    ):
        for member in sorted(saved.getmembers(), key=lambda one: one.name):
            member.mtime, member.uid, member.gid, member.uname, member.gname = 0, 0, 0, "", ""
            sorted_again.addfile(member, saved.extractfile(member) if member.isreg() else None)
    raw.unlink()


def examine(stream: IO[bytes], expected: Mapping[str, Image]) -> None:
    """Whether a saved stream holds exactly these images, by the checksums of their configurations. Raises Refused."""
    small: dict[str, bytes] = {}
    with tarfile.open(fileobj=stream, mode="r|gz") as saved:
        for member in saved:
            if member.isreg() and member.size <= _SMALL and not member.name.endswith("layer.tar"):
                content = saved.extractfile(member)
                small[member.name] = content.read() if content else b""
    try:
        told: list[dict[str, Any]] = json.loads(small["manifest.json"])
        found = set()
        for one in told:
            configuration = small[one["Config"]]
            layers = tuple(json.loads(configuration)["rootfs"]["diff_ids"])
            digest = f"sha256:{hashlib.sha256(configuration).hexdigest()}"
            found |= {Image(tag, digest, layers) for tag in one["RepoTags"] or [""]}
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"its images cannot be read: {error!r}.") from None
    if found != set(expected.values()):
        raise Refused("its images are not those that its manifest names.")


def load(stream: IO[bytes], expected: Mapping[str, Image]) -> dict[str, str]:
    """Give the stream to the engine. Returns by what the engine calls each image, by name.

    Where the engine does not take all of it, or makes something else of it, what came in is removed again: Refused.
    """
    new = [
        image.tag
        for image in expected.values()
        if not succeeds("docker", "image", "inspect", image.tag)
    ]
    try:
        _feed(stream)
        return _as_signed(expected)
    except Refused as refused:
        for tag in new:
            succeeds("docker", "image", "rm", tag)
        raise Refused(f"{refused} What came in is removed again.") from None


def _as_signed(expected: Mapping[str, Image]) -> dict[str, str]:
    ids = engine().by_configuration
    found = {name: described(image.tag) for name, image in expected.items()}
    for name, image in expected.items():
        if found[name].layers != image.layers or (ids and found[name].id != image.id):
            raise Refused(f"the engine has another image as {image.tag} than was signed.")
    return {name: image.id for name, image in found.items()}


def _feed(stream: IO[bytes]) -> None:
    with subprocess.Popen(
        ["docker", "load", "--quiet"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        bufsize=0,
    ) as docker:
        assert docker.stdin  # noqa: S101 - a pipe was asked for
        assert docker.stderr  # noqa: S101
        try:
            shutil.copyfileobj(stream, docker.stdin, _SMALL)
            docker.stdin.close()
        except BrokenPipeError:
            pass  # it ended, and says why
        said = docker.stderr.read().decode(errors="replace").strip()
    if docker.returncode:
        raise Refused(f"docker load: {said or docker.returncode}")
