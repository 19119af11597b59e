"""What could still see former rows is waited for, in other databases of the same server as well."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection as database

from backend.governance.erasing import on_disk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("whole_server")]
READS, WRITES = "SELECT count(*) FROM pg_class", "SELECT pg_current_xact_id()"
_NAME = "SELECT virtualtransaction FROM pg_locks WHERE pid = pg_backend_pid() LIMIT 1"


@pytest.fixture
def elsewhere() -> Iterator[psycopg.Connection]:
    """A transaction in another database of the server."""
    given = database.settings_dict
    with psycopg.connect(host=given["HOST"], user=given["USER"], dbname="postgres") as other:
        yield other


@pytest.mark.parametrize(("statement", "waited_for"), [(READS, False), (WRITES, True)])
def test_who_is_waited_for(
    elsewhere: psycopg.Connection, statement: str, *, waited_for: bool
) -> None:
    elsewhere.execute(statement)
    ((name,),) = elsewhere.execute(_NAME).fetchall()
    assert (name in on_disk._others()) is waited_for


def test_it_is_tried_again_later(
    elsewhere: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere.execute(WRITES)
    monkeypatch.setattr(on_disk, "WAITS_SECONDS", 0.1)
    with pytest.raises(on_disk.StillInUse):
        on_disk.until_others_end(table="people_person").run(1)
