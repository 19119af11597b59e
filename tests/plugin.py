"""Starts Postgres and the broker before Django's settings are read, once for all of pytest's processes."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings as examples

from tests import servers

_running = ExitStack()
_TOP = Path(__file__).resolve().parents[1]


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Processes of xdist inherit the first one's environment, and so its servers."""
    if "PYTEST_XDIST_WORKER" in os.environ or early_config.getoption("help", default=False):
        return
    found = _running.enter_context(servers.running(_TOP / ".test", durable=False))
    os.environ.update(found.environment(mode="test"))
    static = _TOP / ".test" / "static"
    static.mkdir(exist_ok=True)
    os.environ["PLUMBLINE_STATIC_ROOT"] = str(static)


def pytest_configure() -> None:
    """Each of pytest's processes counts attempts in a database of the broker of its own, and clears that alone.

    How long an example takes says how busy the machine is.
    """
    from django.conf import settings  # noqa: PLC0415 - not to be read before the servers run

    examples.register_profile("plumbline", examples(), deadline=None)
    examples.load_profile("plumbline")
    cache = settings.CACHES["default"]
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    cache["LOCATION"] = f"{str(cache['LOCATION']).removesuffix('/1')}/{1 + number}"


def pytest_unconfigure() -> None:
    _running.close()


_TRUNCATE = """
DO $$ DECLARE
    large text := (
        SELECT string_agg(oid::regclass::text, ', ') FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 2 ^ 19
            AND relname <> 'django_migrations');
BEGIN
    IF large IS NOT NULL THEN EXECUTE 'TRUNCATE ' || large || ' CASCADE'; END IF;
END $$
"""
"""What rows that are gone have left of a table makes it slow to look through, sooner or later."""


@pytest.fixture(autouse=True, scope="session")
def _emptied_by_row() -> Iterator[None]:
    """Tests that commit leave few rows; to truncate all tables and indexes after each takes half a second."""
    from django.db.backends.postgresql.operations import DatabaseOperations  # noqa: PLC0415 - as above

    truncated = DatabaseOperations.sql_flush

    def sql_flush(
        self: DatabaseOperations, style: Any, tables: Sequence[str], **options: bool
    ) -> list[str]:
        """As with TRUNCATE, neither triggers nor foreign keys have a say."""
        if options["reset_sequences"]:
            return truncated(self, style, tables, **options)
        deletions = (f"DELETE FROM {self.quote_name(table)}" for table in tables)  # noqa: S608 - of models
        return ["; ".join(("SET LOCAL session_replication_role = replica", *deletions)), _TRUNCATE]

    with mock.patch.object(DatabaseOperations, "sql_flush", sql_flush):
        yield


@pytest.fixture(autouse=True)
def _own_tombstones(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one test buries is no other's."""
    from django.conf import settings  # noqa: PLC0415 - as above

    # Without pytest's number, which takes longer to find with each test.
    folder = tempfile.mkdtemp(prefix="tombstones-", dir=tmp_path_factory.getbasetemp())
    monkeypatch.setattr(settings, "TOMBSTONES_DIR", Path(folder))


@pytest.fixture(autouse=True)
def _no_maintenance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is anybody asked for it, every two seconds: what a request costs in statements is counted."""
    from backend.appliance import maintenance  # noqa: PLC0415 - as above

    monkeypatch.setattr(maintenance.memory, "read", lambda: None)


@pytest.fixture(autouse=True)
def _own_database(monkeypatch: pytest.MonkeyPatch) -> str:
    """Erasures in two of pytest's processes, each within its test's transaction, would wait for one another.

    And for the server's own vacuuming, which waits for a test that has granted something and not committed.
    """
    from backend.governance.erasing import on_disk  # noqa: PLC0415 - as above

    as_shipped = on_disk._OTHERS
    here = "lock.pid IN (SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend')"
    monkeypatch.setattr(on_disk, "_OTHERS", f"{as_shipped.format(elsewhere='false')} AND {here}")
    return as_shipped


@pytest.fixture
def whole_server(_own_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where bytes on the disk count, and the test holds no transaction: wait for the other processes' tests."""
    from backend.governance.erasing import on_disk  # noqa: PLC0415 - as above

    monkeypatch.setattr(on_disk, "_OTHERS", _own_database)
    monkeypatch.setattr(on_disk, "WAITS_SECONDS", 100)
