"""The database and configuration of every release there was, brought to this one."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from host import configuration
from host.releases import RELEASES, path
from host.upgrade.database import must_not_have_lost, rows

from tests.upgrade import fixture
from tests.upgrade.test_database import psql

VERSIONS = sorted(folder.name for folder in fixture.RELEASES.iterdir())


def test_there_is_a_fixture_of_every_release() -> None:
    assert {release.version for release in RELEASES} == set(VERSIONS)


@pytest.fixture
def restored(request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"restored_{os.getpid()}"
    file: Path = fixture.RELEASES / request.param / "database.dump"
    fixture.postgres("createdb", name)
    fixture.postgres("pg_restore", "--exit-on-error", "--no-owner", "--dbname", name, str(file))
    yield name
    fixture.postgres("dropdb", "--force", name)


@pytest.mark.timeout(600)  # two processes of Django
@pytest.mark.parametrize(
    ("version", "restored"), [(one, one) for one in VERSIONS], indirect=["restored"], ids=VERSIONS
)
def test_its_database_is_migrated_and_nothing_is_lost(version: str, restored: str) -> None:
    passed = path(version, RELEASES[-1].version)
    before = rows(psql, restored)
    fixture.manage(restored, "migrate", "--noinput", "--verbosity", "0")
    empties = frozenset(table for release in passed for table in release.empties)
    must_not_have_lost(before, rows(psql, restored), empties)
    span = ("--from", "2026-03-01", "--to", "2026-04-01")
    told = fixture.manage(restored, "metrics", "--team", "team-a", *span, "--format", "json")
    assert json.loads(told)["throughput"]["merged"] == fixture.MERGED


@pytest.mark.parametrize("version", VERSIONS)
def test_its_configuration_says_the_same(version: str) -> None:
    former = (fixture.RELEASES / version / "appliance.conf").read_text()
    text = configuration.written(former, {})
    found = configuration.checked(text, version)
    assert {key: found[key] for key in fixture.CONFIGURATION} == fixture.CONFIGURATION
    assert configuration.written(text, {}) == text
