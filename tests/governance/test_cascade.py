"""Every table is decided about: it goes with a repository or a connection, or stays for a reason."""

from django.db.models import Model

from backend.connections.models import Connection
from backend.delivery.models import Repository
from backend.governance.erasing import connection, everything
from backend.governance.erasing.cascade import reached, references, tables
from backend.governance.models import Erasure
from backend.people.models import Team

NOT_OF_A_CONNECTION = {
    "metrics.measuredteam": "follows teams",
    "metrics.measuredmembership": "follows memberships",
    "metrics.basis": "versions of formulas",
    "people.matchrun": "how far matching has come",
    "people.directorygroup": "of the directory",
    "people.directorygroup_members": "of the directory",
    "delivery.pendinginvestment": "one row, that says to sort anew",
}


def test_every_table_goes_with_a_connection_or_stays_for_a_reason() -> None:
    gone = {step.table for step in connection.steps(Erasure(subject_id=1))}
    left = {
        model._meta.label_lower for model in everything.doomed() if model._meta.db_table not in gone
    }
    assert left == NOT_OF_A_CONNECTION.keys()


def test_what_belongs_to_a_repository_is_what_refers_to_one() -> None:
    """By whatever keys: no table that leads to a repository is passed over."""
    gone = {one.table for one in reached(Repository)}
    leading: set[type[Model]] = {Repository}
    for model in reversed(tables()):
        keys = [one for one in references() if one.model is model]
        if any(one.related_model in leading for one in keys):
            leading.add(model)
    assert {model._meta.db_table for model in leading} == gone


def test_every_way_is_one_that_an_index_leads() -> None:
    for root in (Repository, Connection, Team):
        assert all(one.paths for one in reached(root))


def test_nothing_that_stays_needs_what_goes() -> None:
    assert all(one.null for one in everything.links())


def test_every_reason_is_about_something() -> None:
    known = {model._meta.label_lower for model in tables()}
    known |= {model._meta.app_label for model in tables()}
    assert everything.STAYS.keys() <= known
