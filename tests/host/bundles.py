"""Bundles without an engine: a folder like a release, with a stream of images as an engine saves them."""

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from host.bundle.contents import IMAGES, MANIFEST, PROJECT_FILES, RELEASE_KEY, Image, Manifest
from host.bundle.make import public_half, seal

TOP = Path(__file__).resolve().parents[2]


@dataclass
class Release:
    """What is in a bundle, to be changed before it is sealed."""

    folder: Path
    key: Path

    def sealed(self, name: str = "bundle.tar", key: Path | None = None) -> Path:
        output = self.folder.parent / name
        seal(release=self.folder, version="0.1.0", key=key or self.key, output=output)
        return output

    @property
    def public(self) -> Path:
        return self.folder / RELEASE_KEY


def new_key(folder: Path, name: str = "release.key") -> Path:
    key = folder / name
    subprocess.run(["openssl", "genpkey", "-algorithm", "Ed25519", "-out", key], check=True)
    return key


def release(folder: Path, *, mark: str = "") -> Release:
    key = folder / "release.key" if (folder / "release.key").exists() else new_key(folder)
    top = folder / "release"
    for name in PROJECT_FILES:
        source, target = TOP / name, top / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.png")
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copy2(source, target)
    (top / "licences.csv").write_text("kind,package,version,licences,images\n")
    (top / RELEASE_KEY).write_bytes(public_half(key))
    image = saved(top / IMAGES, mark=mark)
    about = Manifest("0.1.0", "0" * 40, "2026-11-27T12:00:00+00:00", "linux/amd64", {"web": image})
    (top / MANIFEST).write_text(about.text())
    return Release(top, key)


def saved(target: Path, *, tag: str = "plumbline/web:0.1.0-000000000000", mark: str = "") -> Image:
    """As `docker save` writes one image of one layer."""
    layer = f"{'ab' * 32}/layer.tar"
    digest = f"sha256:{hashlib.sha256(mark.encode()).hexdigest()}"
    configuration = json.dumps({"rootfs": {"type": "layers", "diff_ids": [digest]}}).encode()
    own = hashlib.sha256(configuration).hexdigest()
    told = [{"Config": f"{own}.json", "RepoTags": [tag], "Layers": [layer]}]
    with tarfile.open(target, "w:gz") as archive:
        for name, content in {
            layer: mark.encode(),
            f"{own}.json": configuration,
            "manifest.json": json.dumps(told).encode(),
        }.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return Image(tag, f"sha256:{own}", (digest,))
