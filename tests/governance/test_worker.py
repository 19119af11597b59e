"""The worker's own role erases all of it, and cannot approve; web approves, and cannot erase."""

import pytest
from django.db import DatabaseError, connection, transaction

from backend.connections.models import Connection
from backend.governance.erasing.cascade import count, reached
from backend.governance.erasing.everything import doomed
from backend.governance.models import Erasure
from tests.governance.erased import a_repository_of, approved, carry_out
from tests.governance.filled import fill
from tests.roles import acting_as, make_roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def roles() -> None:
    make_roles()


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize("kind", ["repository", "connection", "everything"])
def test_the_worker_needs_no_more_than_it_is_granted(kind: str) -> None:
    source = fill()
    subject = {"repository": a_repository_of(source).pk, "connection": source.pk}.get(kind)
    erasure = approved(kind, subject)
    with acting_as("worker"):
        carry_out(erasure)
    if kind != "repository":
        assert count(reached(Connection), source.pk) == {}


@pytest.mark.usefixtures("roles")
def test_the_worker_may_delete_from_every_table_that_goes() -> None:
    """Those that are empty above as well."""
    tables = [model._meta.db_table for model in doomed()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) name"
            " WHERE NOT has_table_privilege('worker', name, 'DELETE')",
            [tables],
        )
        assert cursor.fetchall() == []


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize(
    "what",
    [
        "UPDATE governance_erasure SET approved_at = now()",
        "UPDATE governance_erasure SET approved_by_id = asked_by_id",
        "INSERT INTO governance_erasure (kind) VALUES ('everything')",
        "DELETE FROM governance_erasure",
        "DELETE FROM tombstones_tombstone",
        "UPDATE audit_signeddocument SET content = ''",
        "SELECT enveloped FROM connections_webhooksecret",
        "SELECT digest FROM delivery_ingesttoken",
    ],
)
def test_the_worker_neither_approves_nor_takes_back(what: str) -> None:
    with (
        acting_as("worker"),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(what)


@pytest.mark.usefixtures("roles")
def test_web_asks_and_approves() -> None:
    repository = a_repository_of(fill())
    with acting_as("web"):
        erasure = approved("repository", repository.pk)
        assert Erasure.objects.get().approved_at == erasure.approved_at
        for what in (
            "DELETE FROM delivery_repository",
            "DELETE FROM governance_erasure",
            "INSERT INTO tombstones_tombstone (kind) VALUES ('x')",
        ):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(what)
