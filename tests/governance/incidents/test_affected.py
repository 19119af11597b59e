"""What was affected: numbers of real rows, classes by the inventory, and acts by the audit log."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from backend.accounts.models import User
from backend.audit.events import record
from backend.delivery.models import PullRequest
from backend.governance.incidents import affected
from backend.governance.incidents.affected import Exposed, figures
from backend.governance.incidents.register import NotPossible
from backend.inventory import AREAS, TABLES
from backend.people.models import Identity, Person
from tests.governance.filled import fill
from tests.governance.incidents.known import an_incident
from tests.roles import acting_as, make_roles
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def admin() -> User:
    return an_account(User.Role.ADMINISTRATOR)


def rows(exposed: Exposed) -> dict[str, int | None]:
    return {one["table"]: one["rows"] for one in figures(exposed)["tables"]}


def test_of_tables_all_rows_and_each_person_once() -> None:
    source = fill()
    them = Person.objects.create(name="Both")
    Identity.objects.filter(pk__in=Identity.objects.values("pk")[:2]).update(
        person=them, is_bot=False
    )
    exposed = Exposed(tables=["delivery.pullrequest", "people.person", "people.identity"])
    assert rows(exposed) == {
        "delivery.pullrequest": PullRequest.objects.count(),
        "people.identity": Identity.objects.count(),
        "people.person": Person.objects.count(),
    }
    found = figures(exposed)
    loose = Identity.objects.filter(person=None, is_bot=False).count()
    assert found["people"] == Person.objects.count() + loose
    assert found["records"] == sum(number or 0 for number in rows(exposed).values())
    assert {one["data_class"] for one in found["classes"]} >= {"identifier", "personal"}
    of_source = Identity.objects.filter(connection=source, is_bot=False)
    keys = {one.person_id or -one.pk for one in of_source}
    assert figures(Exposed(connections=[source.pk]))["people"] == len(keys)


def test_of_a_connection_what_came_by_it() -> None:
    first, second = fill(), fill()
    one, both = (
        rows(Exposed(connections=[first.pk])),
        rows(Exposed(connections=[first.pk, second.pk])),
    )
    of_first = PullRequest.objects.filter(repository__connection=first).count()
    assert one["delivery.pullrequest"] == of_first > 0
    assert both["delivery.pullrequest"] == PullRequest.objects.count()
    whole = rows(Exposed(tables=["delivery.pullrequest"], connections=[first.pk]))
    assert whole["delivery.pullrequest"] == PullRequest.objects.count(), "each row once"


def test_accounts_are_people_and_one_persons_are_one() -> None:
    person = Person.objects.create(name="Jo")
    accounts = [an_account(User.Role.MEMBER) for _ in range(3)]
    User.objects.filter(pk__in=[one.pk for one in accounts[:2]]).update(person=person)
    assert figures(Exposed(accounts=[one.pk for one in accounts]))["people"] == 2
    all_of_them = figures(Exposed(tables=["accounts.user", "people.person"]))
    assert (
        all_of_them["people"] == Person.objects.count() + User.objects.filter(person=None).count()
    )


def test_every_table_of_the_inventory_can_be_counted_by_web() -> None:
    fill()
    make_roles()
    with acting_as("web"):
        found = figures(Exposed(tables=[*TABLES]))
    not_read = [one["table"] for one in found["tables"] if one["rows"] is None]
    assert "audit.unsealed" in not_read
    assert not [one for one in not_read if _reads(one)]
    assert found["people"] > 0
    assert {one["data_class"] for one in found["classes"]} == {
        *("identifier", "personal", "work metadata", "secret", "operational")
    }


def _reads(label: str) -> bool:
    """Of those that have a model."""
    granted = TABLES[label].grants.get("web", ())
    return label != "migrations.migration" and any(one.startswith("SELECT") for one in granted)


def test_what_was_read_and_taken_in_the_period_is_of_the_audit_log(admin: User) -> None:
    other = an_account(User.Role.AUDITOR)
    for at, name, who in (
        (NOON - HOUR, "people_read", other),
        (NOON, "people_read", other),
        (NOON + HOUR, "pull_requests_exported", other),
        (NOON + HOUR, "name_changed", admin),
        (NOON + 2 * HOUR, "issues_exported", other),
    ):
        with time_machine.travel(at, tick=False):
            record(name=name, actor=who)
    with time_machine.travel(NOON, tick=False):
        record(name="sign_in_failed")
    found = figures(Exposed(start=NOON, end=NOON + 2 * HOUR))
    assert found["accounts"] == [
        {"account": other.pk, "acts": 2, "reads": 1, "exports": 1},
        {"account": admin.pk, "acts": 1, "reads": 0, "exports": 0},
    ]
    assert found["accounts_in_all"] == 2
    assert found["failed_sign_ins"] == 1
    assert {one["act"]: one["times"] for one in found["acts"]} == {
        "people_read": 1,
        "pull_requests_exported": 1,
    }
    of_admin = figures(Exposed(start=NOON, accounts=[admin.pk]))
    assert [one["account"] for one in of_admin["accounts"]] == [admin.pk]


def test_figures_are_kept_with_their_time_and_counted_again(admin: User) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        incident = an_incident(admin)
        with pytest.raises(NotPossible, match="what was exposed"):
            affected.recount(incident=incident, acting_user=admin)
        exposed = Exposed(start=NOON - HOUR, tables=["people.person"])
        affected.expose(incident=incident, exposed=exposed, acting_user=admin)
        incident.refresh_from_db()
        assert (incident.counted_at, (incident.figures or {})["people"]) == (NOON, 0)
        Person.objects.create(name="Jo")
        now.shift(HOUR)
        affected.recount(incident=incident, acting_user=admin)
        incident.refresh_from_db()
        assert (incident.counted_at, (incident.figures or {})["people"]) == (NOON + HOUR, 1)


@pytest.mark.parametrize(
    ("exposed", "why"),
    [
        (Exposed(), "Choose a period"),
        (Exposed(tables=["no.table"]), "no such table"),
        (Exposed(connections=[10**9]), "no such connection"),
        (Exposed(accounts=[10**9]), "no such account"),
        (Exposed(start=NOON, end=NOON), "ends before it begins"),
        (Exposed(start=datetime(2999, 1, 1, tzinfo=UTC)), "still to come"),
    ],
    ids=["nothing", "table", "connection", "account", "period", "future"],
)
def test_what_cannot_be_meant_is_refused(admin: User, exposed: Exposed, why: str) -> None:
    incident = an_incident(admin)
    with pytest.raises(NotPossible, match=why):
        affected.expose(incident=incident, exposed=exposed, acting_user=admin)


def test_areas_are_found_by_their_tables() -> None:
    names = [one.key for one in affected.areas_of(["people.person", "audit.event"])]
    assert names == [one.key for one in AREAS if one.key in {"people", "audit"}]
