"""A backup and the configuration of every release there was, brought to this one."""

import json
import os
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import connection
from host import configuration
from host.opening import found, identity_of
from host.places import Folder
from host.releases import RELEASES, path
from host.upgrade.database import must_not_have_lost, rows

from backend.appliance.archive import Reader
from backend.appliance.programs import decrypting
from backend.appliance.restoring import fill
from backend.connections.models import Connection
from backend.connections.store import credentials, webhook_secrets
from tests.backups.places import another_database
from tests.servers import with_programs
from tests.upgrade import fixture
from tests.upgrade.test_database import psql

LARGEST = 300_000
VERSIONS = sorted(folder.name for folder in fixture.RELEASES.iterdir())


def test_there_is_a_fixture_of_every_release() -> None:
    assert {release.version for release in RELEASES} == set(VERSIONS)


@pytest.fixture
def restored(
    request: pytest.FixtureRequest,
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
    settings: LazySettings,
) -> Iterator[str]:
    """Its backup, found whole and signed, opened and compared by what does so in the appliance, in a database alone.

    `restore` itself would send an older one to the version that made it, then to an upgrade, which goes on from here.
    """
    folder = fixture.RELEASES / request.param
    keys, place = folder / fixture.KEYS, Folder(folder)
    monkeypatch.setenv("PATH", with_programs(os.environ["PATH"]))
    settings.SECRETS_DIR = keys
    (name,) = place.names()
    file, statement = found(place, name, keys / "verify_key")
    with another_database():
        with (
            file.open("rb", buffering=0) as source,
            decrypting(source=source, identity=identity_of(keys / "identity")) as plain,
        ):
            archive = Reader(plain)
            fill(archive)
        assert statement.release == archive.manifest.release == request.param
        assert statement.rows == archive.manifest.rows
        yield str(connection.settings_dict["NAME"])


@pytest.mark.timeout(600)  # two processes of Django
@pytest.mark.parametrize(
    ("version", "restored"), [(one, one) for one in VERSIONS], indirect=["restored"], ids=VERSIONS
)
def test_its_backup_is_restored_and_migrated_and_nothing_is_lost(
    version: str, restored: str
) -> None:
    passed = path(version, RELEASES[-1].version)
    before = rows(psql, restored)
    fixture.manage(restored, "migrate", "--noinput", "--verbosity", "0")
    empties = frozenset(table for release in passed for table in release.empties)
    must_not_have_lost(before, rows(psql, restored), empties)
    span = ("--from", "2026-03-01", "--to", "2026-04-01")
    told = fixture.manage(restored, "metrics", "--team", "team-a", *span, "--format", "json")
    assert json.loads(told)["throughput"]["merged"] == fixture.MERGED
    source = Connection.objects.get()
    assert [one.secret for one in credentials(source)] == [fixture.TOKEN]
    assert [one.secret for one in webhook_secrets(source)] == [fixture.SECRET.encode()]


@pytest.mark.parametrize("version", VERSIONS)
def test_its_backup_is_small_and_tells_nothing_without_its_key(version: str) -> None:
    folder = fixture.RELEASES / version
    (name,) = Folder(folder).names()
    content = (folder / name).read_bytes()
    assert content.startswith(b"age-encryption.org/v1\n")
    assert len(content) < LARGEST
    assert "FOR TESTS ONLY" in (folder / fixture.KEYS / "README").read_text()


@pytest.mark.parametrize("version", VERSIONS)
def test_its_configuration_says_the_same(version: str) -> None:
    former = (fixture.RELEASES / version / "appliance.conf").read_text()
    text = configuration.written(former, {})
    found = configuration.checked(text, version)
    assert {key: found[key] for key in fixture.CONFIGURATION} == fixture.CONFIGURATION
    assert configuration.written(text, {}) == text
