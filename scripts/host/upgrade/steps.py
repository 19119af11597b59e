"""What an upgrade does, in its order, and how it goes back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final, Sequence

from host import configuration
from host.bundle import use
from host.bundle.check import Bundle
from host.bundle.contents import RELEASE_KEY
from host.composition import Composition
from host.ending import Refused
from host.installed import Installed, record, write_whole
from host.programs import run, succeeds
from host.releases import Release
from host.upgrade import database
from host.upgrade.journal import Stage, Step
from host.volumes.status import judged, known, told

LASTING: Final = ("postgres", "valkey")
DOOR: Final = "nginx"
SEALER: Final = "sealer"
REHEARSED_IN: Final = "/var/lib/postgresql/17/rehearsal"


class Upgrade:
    def __init__(
        self,
        *,
        data: Path,
        configuration: Path,
        bundle: Bundle,
        former: Installed,
        target: Installed,
        passed: Sequence[Release],
        with_backup: bool,
        accepted: Sequence[str],
    ) -> None:
        self.with_backup, self.accepted = with_backup, accepted
        self.data, self.configuration, self.bundle = data, configuration, bundle
        self.former, self.target = former, target
        self.empties = frozenset(table for release in passed for table in release.empties)
        self.old = Composition(former.folder, former.environment_file)
        self.new = Composition(target.folder, target.environment_file)

    def steps(self) -> list[Step]:
        preparing, changing, finishing = Stage.PREPARING, Stage.CHANGING, Stage.FINISHING
        version, former = self.target.version, self.former.version
        return [
            Step("back up", preparing, f"Backing up, as {former} does", self.back_up),
            Step("load", preparing, f"Loading the images of {version}", self.load),
            Step("rehearse", preparing, "Rehearsing the migrations on a copy", self.rehearse),
            Step("close", changing, f"Closing {former}: work waits", self.close),
            Step("copy", changing, "Copying the database", self.copy),
            Step("migrate", changing, "Running the migrations", self.migrate),
            Step("try", changing, f"Starting {version}, still closed", self.try_out),
            Step("open", changing, f"Opening {version}", self.open),
            Step("finish", finishing, "Collecting what was missed meanwhile", self.finish),
        ]

    @property
    def former_backs_up(self) -> bool:
        return succeeds(*self._former("backup", "--help"))

    def _former(self, *arguments: str | Path) -> tuple[str | Path, ...]:
        return (sys.executable, self.former.folder / "scripts/appliance", *arguments)

    def back_up(self) -> None:
        """By the former release, which alone could restore it."""
        if self.with_backup:
            run(*self._former("backup", "--env-file", self.former.environment_file))

    def load(self) -> None:
        """The new images, pinned by id in the new folder's .env, and what new services need of secrets."""
        pinned = use.load(self.bundle)
        lines = self.old.environment_file.read_text().splitlines()
        kept = [line for line in lines if line.partition("=")[0] not in pinned]
        kept = [line for line in kept if not line.startswith("PLUMBLINE_IMAGE_")]
        own = [f"{name}={value}" for name, value in pinned.items()]
        self.new.environment_file.write_text("\n".join([*kept, *own, ""]))
        self.install()
        self.must_be_encrypted()

    def install(self) -> None:
        accepted = [word for name in self.accepted for word in ("--accept", name)]
        run(
            *(sys.executable, self.target.folder / "scripts/appliance", "install"),
            *("--config", self.configuration, "--env-file", self.new.environment_file),
            *accepted,
        )

    def must_be_encrypted(self) -> None:
        """Else no service of the new release would start; a former one may not have asked."""
        settings = configuration.load(self.configuration)
        found = judged(settings, known(self.new.environment_file))
        if not found.accepted:
            raise Refused(f"{told(found)}\nThe command is {self.target.folder}/scripts/appliance.")

    def rehearse(self) -> None:
        self.clear()
        database.must_have_room(self.old)
        copy = self._rehearsal()
        try:
            copy.up("postgres")
            self._dump_into(copy)
            before = database.rows(copy.psql)
            copy("run", "--rm", "-T", "--no-deps", "migrate")
            database.must_not_have_lost(before, database.rows(copy.psql), self.empties)
        finally:
            self.clear()

    def _rehearsal(self) -> Composition:
        found = run("docker", "inspect", "--format", _VOLUME, self._container("postgres"))
        own = (
            *("--project-name", f"{self._project()}-rehearsal"),
            *("--file", "compose.yaml", "--file", "scripts/host/upgrade/rehearsal.yaml"),
        )
        # Where the files are in a folder of the host both have it by .env, and no volume is asked for.
        variables = (("PLUMBLINE_REHEARSED_VOLUME", found.decode().strip() or "none"),)
        return self.new._replace(options=own, variables=variables)

    def _container(self, service: str) -> str:
        return self.old("ps", "--all", "--quiet", service).decode().strip()

    def _project(self) -> str:
        label = '{{index .Config.Labels "com.docker.compose.project"}}'
        return (
            run("docker", "inspect", "--format", label, self._container("postgres"))
            .decode()
            .strip()
        )

    def _dump_into(self, copy: Composition) -> None:
        """Streamed from one server into the other: it never is a file."""
        dump = (
            "exec",
            "-T",
            "postgres",
            "pg_dump",
            "-U",
            "postgres",
            "-Fc",
            "-Z0",
            database.DATABASE,
        )
        restore = (
            *("exec", "-T", "postgres", "pg_restore", "-U", "postgres", "--exit-on-error"),
            *("--clean", "--if-exists", "--dbname", database.DATABASE),
        )
        with self.old.started(*dump, stdout=subprocess.PIPE) as source:
            with copy.started(*restore, stdin=source.stdout) as target:
                if source.stdout:
                    source.stdout.close()  # so that it learns when the other end is gone
                said = target.communicate()[1]
            told = source.communicate()[1]
        if source.returncode or target.returncode:
            raise Refused(f"the copy could not be made: {(told + said).decode(errors='replace')}")

    def clear(self) -> None:
        """Nothing of a rehearsal stays: it is a copy of personal data."""
        if not self.new.environment_file.exists():
            return
        copy = self._rehearsal()
        copy("down", "--remove-orphans", "--timeout", "20")
        self.old("exec", "-T", "postgres", "rm", "-rf", REHEARSED_IN)

    def close(self) -> None:
        database.must_have_room(self.old)
        self.old("stop", *(name for name in self.old.services() if name not in LASTING))

    def copy(self) -> None:
        database.copy(self.old.psql)

    def migrate(self) -> None:
        self.new.up(*LASTING)
        self.new("run", "--rm", "-T", "--no-deps", "migrate")
        before = database.rows(self.new.psql, database.FORMER)
        database.must_not_have_lost(before, database.rows(self.new.psql), self.empties)

    def try_out(self) -> None:
        """With the door shut: what is accepted from outside is not to be lost by going back."""
        closed = (*LASTING, DOOR, SEALER, "migrate")
        tried = [name for name in self.new.services() if name not in closed]
        self.new.up(*tried, seconds=300)

    def open(self) -> None:
        self.new.up(DOOR)

    def finish(self) -> None:
        """The sealer last: what it has signed could not be taken back."""
        self.new.up()
        record(self.data, self.target)
        # The key that this release was checked by is the one for the next.
        write_whole(self.data / "release.pem", (self.target.folder / RELEASE_KEY).read_text())
        if int(self.new.psql("SELECT count(*) FROM connections_connection", database.DATABASE)):
            self.new("exec", "-T", "worker", "python", "manage.py", "sync")
        database.drop(self.new.psql, database.FORMER)
        if self.former.environment_file.exists():
            # Whoever runs Compose in the former folder by habit is told so instead of mixing two releases.
            self.former.environment_file.rename(f"{self.former.environment_file}.former")

    def go_back(self) -> None:
        running = (name for name in self.old.services() if name not in LASTING)
        self.old("rm", "--stop", "--force", *running)
        self.old.up(*LASTING)
        self.clear()
        database.put_back(self.old.psql)
        self.old.up()


_VOLUME: Final = (
    '{{range .Mounts}}{{if eq .Destination "/var/lib/postgresql"}}{{.Name}}{{end}}{{end}}'
)
