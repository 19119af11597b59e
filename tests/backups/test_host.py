"""The host's verbs from end to end, to a server that speaks SFTP; processes of this machine stand for containers."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from host.backup_keys import keys_of
from host.ending import AMISS, Failed
from host.places import SIGNED, name_at
from host.statements import Statement
from host.verbs import VERBS, parser

from backend.appliance.models import Backup, Drill
from backend.audit.models import Event
from tests.backups.places import a_key, another_database
from tests.factories import a_connection, a_repository
from tests.sftp import address, sftp_server

pytestmark = pytest.mark.django_db(transaction=True)
ENGINE = """\
#!{python}
# `docker compose … run … SERVICE COMMAND`, as a process beside; what else there is to do with containers is none.
import os, sys
words = sys.argv[1:]
if "run" in words:
    service = next(word for word in words if word in ("backup", "drill", "migrate"))
    command = words[words.index(service) + 1 :]
    os.environ["PLUMBLINE_DATABASE_NAME"] = os.environ[f"DATABASE_OF_{{service.upper()}}"]
    os.chdir("{top}")
    if command[0] == "python":
        command[0] = sys.executable
    os.execvp(command[0], command)
"""
TOP = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Host:
    folder: Path
    far: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def keys(self) -> Path:
        return keys_of(self.data, self.folder / "keys").folder

    def __call__(self, verb: str) -> int | None:
        return VERBS[verb].run(parser().parse_args([verb, "--env-file", f"{self.folder}/env"]))

    def there(self) -> set[str]:
        return {file.name for file in self.far.iterdir()}


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    found = Host(tmp_path, tmp_path / "far")
    for folder in (found.data, found.far, tmp_path / "programs"):
        folder.mkdir()
    engine = tmp_path / "programs/docker"
    engine.write_text(ENGINE.format(python=sys.executable, top=TOP))
    engine.chmod(0o755)
    monkeypatch.setenv("PATH", f"{engine.parent}{os.pathsep}{os.environ['PATH']}")
    for service in ("BACKUP", "MIGRATE"):
        monkeypatch.setenv(f"DATABASE_OF_{service}", str(connection.settings_dict["NAME"]))
    with sftp_server(tmp_path, found.keys) as port:
        (tmp_path / "env").write_text(
            f"PLUMBLINE_DATA={found.data}\nPLUMBLINE_KEYS={tmp_path}/keys\nPLUMBLINE_VERSION=1.0\n"
            f"PLUMBLINE_BACKUPS_TO={address(port, found.far)}\n"
            f"PLUMBLINE_BACKUPS_RECIPIENTS={a_key().recipient}\n"
        )
        yield found


def test_it_is_put_there_tried_from_there_and_removed_there(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_repository(a_connection())
    old = name_at(datetime.now(UTC) - timedelta(days=40))
    for name in (old, old + SIGNED):
        (host.far / name).write_bytes(b"of a former year")
    assert host("backup") is None
    (file,) = host.far.glob("plumbline-*.age")
    assert host.there() == {file.name, file.name + SIGNED}
    told = Statement.read((host.far / (file.name + SIGNED)).read_bytes(), host.keys / "verify_key")
    stored = Backup.objects.get()
    assert (stored.name, stored.sha256, stored.rows) == (file.name, told.sha256, told.rows)
    assert stored.place == "sftp"
    with another_database():
        monkeypatch.setenv("DATABASE_OF_DRILL", str(connection.settings_dict["NAME"]))
        assert host("drill") is None
    (report,) = (host.data / "drills").iterdir()
    assert json.loads(report.read_text().splitlines()[0])["rows"] == told.rows
    assert Drill.objects.get().passed
    assert not list((host.data / "outgoing").iterdir())


def test_what_was_damaged_there_fails_the_drill_and_is_on_record(host: Host) -> None:
    host("backup")
    (file,) = host.far.glob("plumbline-*.age")
    with file.open("r+b") as content:
        content.seek(5000)
        content.write(b"damage")
    assert host("drill") == AMISS
    assert "is not what was signed" in Drill.objects.get().reason
    assert Event.objects.filter(name="drill_failed").exists()
    assert not list((host.data / "outgoing").iterdir())


def test_where_the_folder_is_gone_no_backup_is_made_and_that_is_on_record(host: Host) -> None:
    host.far.rmdir()
    with pytest.raises(Failed, match="No backup was made"):
        host("backup")
    assert Event.objects.filter(name="backup_failed").exists()
    assert not list((host.data / "outgoing").iterdir())
