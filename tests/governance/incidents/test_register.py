"""Incidents: opened, described, told of and closed; their states, and what is on record."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction

from backend.accounts.models import User
from backend.audit.models import Event
from backend.governance.incidents import affected, register, report
from backend.governance.incidents.register import NotPossible
from backend.governance.incidents.timeline import timeline
from backend.governance.models import SecurityIncident
from tests.governance.incidents.known import an_incident, close
from tests.roles import acting_as, make_roles
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def admin() -> User:
    return an_account(User.Role.ADMINISTRATOR)


def standing(incident: SecurityIncident) -> str:
    incident.refresh_from_db()
    return register.standing(incident, now=datetime.now(UTC))


def test_72_hours_pass_and_the_notice_needs_a_reason(admin: User) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        incident = an_incident(admin, at=NOON - HOUR)
        seen = []
        for hours in (0, 46, 47, 71, 72):
            now.move_to(NOON + hours * HOUR)
            seen.append(standing(incident))
        assert seen == ["running", "running", "soon", "soon", "overdue"]
        with pytest.raises(NotPossible, match="why it took so long"):
            register.authority_told(
                incident=incident, at=NOON + 72 * HOUR, delay_reason=" ", acting_user=admin
            )
        register.authority_told(
            incident=incident, at=NOON + 71 * HOUR, delay_reason="Late.", acting_user=admin
        )
        assert standing(incident) == "notified"
        incident.refresh_from_db()
        assert incident.delay_reason == "", "none is kept where none is asked for"
        register.authority_told(
            incident=incident, at=NOON + 72 * HOUR, delay_reason="Late.", acting_user=admin
        )
        assert standing(incident) == "notified_late"
        with pytest.raises(NotPossible, match="told already"):
            register.not_to_notify(incident=incident, reason="Unlikely.", acting_user=admin)


def test_times_are_in_order_and_none_is_to_come(admin: User) -> None:
    with time_machine.travel(NOON, tick=False):
        with pytest.raises(NotPossible, match="still to come"):
            an_incident(admin, at=NOON + HOUR)
        incident = an_incident(admin, at=NOON - HOUR)
        for at, why in ((NOON + HOUR, "still to come"), (NOON - 2 * HOUR, "before the incident")):
            with pytest.raises(NotPossible, match=why):
                register.authority_told(
                    incident=incident, at=at, delay_reason="", acting_user=admin
                )
        register.authority_told(incident=incident, at=NOON, delay_reason="", acting_user=admin)
        with pytest.raises(NotPossible, match="more than 72 hours"):
            facts = {"detected_at": NOON - 73 * HOUR}
            register.describe(incident=incident, acting_user=admin, facts=facts)
        with pytest.raises(NotPossible, match="title"):
            register.describe(incident=incident, acting_user=admin, facts={"title": " "})
        with pytest.raises(ValueError, match="Not a fact"):
            register.describe(incident=incident, acting_user=admin, facts={"closed_at": NOON})


def test_without_personal_data_no_clock_runs_and_a_decision_stops_it(admin: User) -> None:
    incident = an_incident(admin)
    assert register.waiting().get() == incident
    register.describe(incident=incident, acting_user=admin, facts={"personal_data": False})
    assert (standing(incident), register.waiting().count()) == ("no_personal_data", 0)
    register.describe(incident=incident, acting_user=admin, facts={"personal_data": True})
    assert register.waiting().count() == 1
    with pytest.raises(NotPossible, match="Say why a risk"):
        register.not_to_notify(incident=incident, reason="", acting_user=admin)
    register.not_to_notify(incident=incident, reason="It is encrypted.", acting_user=admin)
    assert (standing(incident), register.waiting().count()) == ("not_notified", 0)
    register.authority_told(
        incident=incident, at=datetime.now(UTC), delay_reason="", acting_user=admin
    )
    assert standing(incident) == "notified"


def test_people_are_told_after_it_was_decided(admin: User) -> None:
    incident = an_incident(admin)
    with pytest.raises(NotPossible, match="Decide first"):
        register.people_told(incident=incident, at=datetime.now(UTC), acting_user=admin)
    register.decide_on_people(
        incident=incident, tell=True, reason="A high risk.", acting_user=admin
    )
    register.people_told(incident=incident, at=datetime.now(UTC), acting_user=admin)
    with pytest.raises(NotPossible, match="cannot be taken back"):
        register.decide_on_people(incident=incident, tell=False, reason="None.", acting_user=admin)


def test_closing_says_all_that_is_missing_and_nothing_changes_after_it(admin: User) -> None:
    incident = an_incident(admin)
    with pytest.raises(NotPossible) as refused:
        report.close(incident=incident, root_cause="", measures="x", lessons="x", acting_user=admin)
    assert "whether it is about personal data" in str(refused.value)
    assert "root cause" in str(refused.value)
    close(incident, admin)
    for act in (
        lambda: register.describe(incident=incident, acting_user=admin, facts={"title": "x"}),
        lambda: affected.recount(incident=incident, acting_user=admin),
        lambda: register.not_to_notify(incident=incident, reason="x", acting_user=admin),
        lambda: report.close(
            incident=incident, root_cause="x", measures="x", lessons="x", acting_user=admin
        ),
    ):
        with pytest.raises(NotPossible, match="is closed"):
            act()


@pytest.mark.parametrize(
    "change",
    [{"detected_at": NOON}, {"figures": {}}, {"closed_at": None, "closing": None}, {"closing": {}}],
    ids=["a time", "figures", "opened again", "the report"],
)
def test_the_database_itself_keeps_what_is_closed(admin: User, change: dict[str, object]) -> None:
    incident = close(an_incident(admin), admin)
    with pytest.raises(DatabaseError, match="nothing of it changes"), transaction.atomic():
        SecurityIncident.objects.filter(pk=incident.pk).update(**change)
    SecurityIncident.objects.filter(pk=incident.pk).update(title="(erased)", opened_by=None)
    incident.refresh_from_db()
    assert not report.words_are_as_signed(incident)


@pytest.mark.django_db(transaction=True)
def test_every_act_is_on_record_and_no_word_is(admin: User) -> None:
    incident = an_incident(admin, title="zzwords", what_happened="zzwords")
    register.describe(incident=incident, acting_user=admin, facts={"causes": "zzwords"})
    register.describe(incident=incident, acting_user=admin, facts={"causes": "zzwords"})
    close(incident, admin)
    told = [one.act for one in timeline(incident)]
    assert told == [
        *("security_incident_opened", "security_incident_described"),
        *("security_incident_described", "security_incident_scoped"),
        *("security_incident_authority_told", "security_incident_people_decided"),
        "security_incident_closed",
    ]
    first, second, *_ = timeline(incident)
    assert (first.account, second.changed) == (admin.pk, ("causes",))
    events = list(Event.objects.values_list("changes", "additional_data", "object_repr"))
    assert "zzwords" not in str(events)
    assert {"detected_at", "notified_at"} <= {name for one, *_ in events for name in one or ()}


def test_each_process_may_do_its_part_and_no_more(admin: User) -> None:
    make_roles()
    with acting_as("web"):
        incident = close(an_incident(admin), admin)
    with acting_as("worker"):
        assert report.write_down() == 1
        assert report.write_down() == 0
    incident.refresh_from_db()
    assert incident.report is not None
    for role, what in (
        ("worker", "SELECT title FROM governance_securityincident"),
        ("worker", "UPDATE governance_securityincident SET title = ''"),
        ("web", "DELETE FROM governance_securityincident"),
        ("web", "UPDATE governance_incidentreminder SET sent_at = now()"),
        ("web", "INSERT INTO audit_signeddocument (kind) VALUES ('x')"),
    ):
        with (
            acting_as(role),
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
        ):
            _execute(what)


def _execute(what: str) -> None:
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(what)
