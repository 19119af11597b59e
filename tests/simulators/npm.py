"""A part of a package of npm, where the whole is too large or brings others along.

``npm pack`` fetches the package through whatever registry npm is set up for; it is pinned by its checksum.
"""

import base64
import hashlib
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

SIMULATORS = Path(__file__).parent
KEPT = SIMULATORS / "node_modules" / ".cache" / "parts"


@dataclass(frozen=True)
class Part:
    """What of a package is kept: the file or folder at ``path`` in it. ``integrity`` is SHA-512, as in a lock file."""

    package: str
    integrity: str
    path: str

    def fetched(self) -> Path:
        """Where it is. Raises CalledProcessError without a registry, ValueError where the package is another one."""
        place = KEPT / self.package.replace("/", "-") / self.path
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=KEPT) as folder:
                self._unpack(Path(folder)).replace(place)
        return place

    def _unpack(self, folder: Path) -> Path:
        command = ["npm", "pack", self.package, "--silent", "--pack-destination", str(folder)]
        subprocess.run(command, check=True, cwd=SIMULATORS, stdout=subprocess.DEVNULL)
        (package,) = folder.iterdir()
        found = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
        if found != self.integrity:
            raise ValueError(f"{self.package} is not what it was: sha512-{found}")
        wanted = f"package/{self.path}"
        with tarfile.open(package) as archive:
            for member in archive:
                content = archive.extractfile(member)
                if content is None or not f"{member.name}/".startswith(f"{wanted}/"):
                    continue
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
        return folder / wanted


OPENAPI = Part(
    package="@octokit/openapi@23.0.2",
    integrity="pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==",
    path="generated/ghes-3.19.json",
)
"""GitHub's description of REST, of the newest server that the package knows: 11 MB of 385."""
FIXTURES = Part(
    package="@octokit/fixtures@23.1.2",
    integrity="niG+SVffZ/xzojT3CE6M7DlqX7H9aQ75A6Xxjt4N47CkqssKXpSy2k6+Tj5ntcI5uWW2D9POzKxwJDmBfR+sJw==",
    path="scenarios/api.github.com",
)
"""What github.com answered, recorded."""
JIRA_DATA_CENTER = Part(
    package="@atlassian-dc-mcp/jira@0.34.0",
    integrity="cOu2wV7tRJiiTOIHZYcpq+qndQvR/lisei64+5bkGVgH7UfxA7sC9f/WNMuPbXs34RKvabH5nPOCBEjbHTM+Qw==",
    path="src/jira-client/models",
)
"""Atlassian's description of Jira Data Center, as types of TypeScript (MIT)."""
PARTS = (OPENAPI, FIXTURES, JIRA_DATA_CENTER)
