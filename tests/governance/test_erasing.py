"""Repositories, connections and everything, erased: nothing of them is left, and nothing else is touched."""

import json

import pytest

from backend.connections.models import Connection
from backend.delivery.models import Repository
from backend.governance.erasing.cascade import count, reached
from backend.governance.erasing.everything import doomed
from backend.people.models import Merge, Person, Team
from tests.governance.erased import a_repository_of, approved, carry_out
from tests.governance.filled import NOTED, everything, fill, gained, lost

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("kind", ["repository", "connection"])
def test_nothing_is_left_and_nothing_else_is_touched(kind: str) -> None:
    other, source = fill(), fill()
    subject = a_repository_of(source) if kind == "repository" else source
    root = type(subject)
    before, expected = everything(but=NOTED), count(reached(root), subject.pk)
    of_other = count(reached(Connection), other.pk)
    if kind == "connection":
        assert expected.keys() == of_other.keys() == {one.table for one in reached(root)}

    erasure = carry_out(approved(kind, subject.pk))

    after = everything(but=NOTED)
    assert count(reached(root), subject.pk) == {}
    assert count(reached(Connection), other.pk) == of_other
    assert lost(before, after) == {
        table: rows for table, rows in erasure.done.items() if table in after
    }
    assert (
        erasure.done.items()
        >= {table: rows for table, rows in expected.items() if table not in NOTED}.items()
    )
    assert gained(before, after) == set()


def test_the_certificate_tells_what_went_and_nothing_of_it() -> None:
    source = fill()
    repository = a_repository_of(source)
    Repository.objects.filter(pk=repository.pk).update(name_with_owner="secret-org/secret-project")
    asked = approved("repository", repository.pk)
    assert asked.subject_name == "secret-org/secret-project"
    preview = asked.preview

    erasure = carry_out(asked)

    assert erasure.certificate is not None
    told = json.loads(erasure.certificate.content)
    assert told["rows"] == erasure.done == preview
    assert told["rows_in_all"] == sum(preview.values())
    assert told["subject"]["id"] == repository.pk
    assert told["approved"]["by_account"] != told["asked"]["by_account"]
    assert erasure.subject_name == ""
    for rows in everything(but=("audit_event",)).values():
        assert not any("secret-" in row for row in rows)


def test_people_that_only_the_connection_knew_go_with_it() -> None:
    kept = [Person.objects.create(name="Known elsewhere")]
    fill(kept=kept)
    source = fill(kept=kept)
    people, merges = Person.objects.count(), Merge.objects.count()

    erasure = carry_out(approved("connection", source.pk))

    assert (people - Person.objects.count()) == erasure.done["people_person"] == 5
    assert (merges - Merge.objects.count()) == 6
    assert Person.objects.filter(pk=kept[0].pk).exists()
    assert kept[0].memberships.count() == 2


def test_a_team_that_somebody_built_on_stays_and_is_kept_by_hand() -> None:
    source = fill()
    found = Team.objects.get(connection=source)
    parent = Team.objects.create(
        slug="parent", name="Parent", source="github", connection=source, external_id="p"
    )
    Team.objects.filter(pk=found.pk).update(parent=parent)
    above = Team.objects.create(
        slug="above", name="Above", source="github", connection=source, external_id="a"
    )
    Team.objects.create(slug="below", name="Below", parent=above)

    carry_out(approved("connection", source.pk))

    assert not Team.objects.filter(pk__in=[found.pk, parent.pk]).exists()
    above.refresh_from_db()
    assert (above.source, above.connection, above.external_id) == ("manual", None, "")


def test_everything_leaves_who_may_sign_in_settings_and_the_record() -> None:
    source = fill()
    fill()
    before = everything()
    erasure = carry_out(approved("everything", None))
    after = everything()
    assert {model._meta.db_table for model in doomed() if after[model._meta.db_table]} == set()
    assert len(after["accounts_user"]) == len(before["accounts_user"]) + 2
    assert len(after["tombstones_tombstone"]) == 3  # two connections of one address
    assert erasure.done["delivery_repository"] == 12
    assert len(after["audit_event"]) > len(before["audit_event"])
    assert not Connection.objects.filter(pk=source.pk).exists()
