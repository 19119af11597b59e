"""Reminders after 24, 48 and 66 hours: each once to each owner and administrator, whatever the mail server does."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
import time_machine
from django.conf import LazySettings
from django.core import mail
from django.db import DatabaseError, connection

from backend.accounts.models import User
from backend.audit.models import Event
from backend.governance.incidents import register, reminders
from backend.governance.models import IncidentReminder, SecurityIncident
from backend.outbound.mail import NotSent
from backend.pipeline import tasks
from tests.governance.incidents.known import an_incident
from tests.outbound.mailing import PASSWORD, USER, a_mail_server
from tests.proxies import a_proxy
from tests.roles import acting_as, make_roles
from tests.servers import free_port
from tests.sign_in import an_account
from tests.simulators.conftest import certificate

__all__ = ["certificate"]

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def admin() -> User:
    return an_account(User.Role.ADMINISTRATOR, email="administrator@plumbline.example")


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


Traveller = time_machine.Traveller


def sent() -> dict[str, list[int]]:
    """Hours that each was reminded of, by address, from the subjects of the mails."""
    found: dict[str, list[int]] = {}
    for one in mail.outbox:
        found.setdefault(one.to[0], []).append(int(one.subject.split(", ")[1].split()[0]))
    return found


def states(incident: SecurityIncident) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for one in incident.reminders.all():
        stands = reminders.state(one, now=datetime.now(UTC))
        found.setdefault(one.hours, set()).add(stands)
    return found


def test_three_mails_to_whoever_administers_and_to_nobody_else(admin: User, now: Traveller) -> None:
    owner = an_account(User.Role.OWNER, email="owner@plumbline.example")
    closed = an_account(User.Role.OWNER)
    closed.is_active = False
    closed.save()
    for role in (User.Role.AUDITOR, User.Role.MEMBER, User.Role.TEAM_LEAD):
        an_account(role)
    incident = an_incident(admin, title="zzwords", what_happened="zzwords")
    for minutes in range(0, 80 * 60, 20):
        now.move_to(NOON + minutes * MINUTE)
        tasks.remind()
    assert sent() == {one.email: [24, 48, 66] for one in (admin, owner)}
    told = Event.objects.filter(name="security_incident_reminded")
    assert [one.additional_data["hours"] for one in told.order_by("pk")] == [24, 24, 48, 48, 66, 66]
    assert told.order_by("pk")[0].timestamp == NOON + 24 * HOUR
    text = str([(one.subject, one.body) for one in mail.outbox])
    assert f"/governance/incidents?incident={incident.pk}" in text
    assert "5 March 2026 at 12:00 UTC" in text
    assert "zzwords" not in text


@pytest.mark.parametrize("after", [24, 48, 66], ids=["24 hours", "48 hours", "66 hours"])
def test_each_comes_at_its_hour_and_not_a_second_before(
    admin: User, now: Traveller, after: int
) -> None:
    incident = an_incident(admin)
    now.move_to(NOON + after * HOUR - timedelta(seconds=1))
    reminders.remind()
    assert after not in sent().get(admin.email, [])
    now.move_to(NOON + after * HOUR)
    assert reminders.remind() == 1
    assert reminders.remind() == 0
    assert sent()[admin.email][-1] == after
    assert states(incident)[after] == {"sent"}


def test_what_is_entered_late_is_told_of_once_and_the_rest_has_passed(
    admin: User, now: Traveller
) -> None:
    incident = an_incident(admin, at=NOON - 50 * HOUR)
    reminders.remind()
    assert sent() == {admin.email: [48]}
    assert states(incident) == {24: {"passed"}, 48: {"sent"}}
    now.move_to(NOON + 16 * HOUR)
    reminders.remind()
    assert sent() == {admin.email: [48, 66]}


@pytest.mark.parametrize("how", ["told", "decided", "no personal data"])
def test_nobody_is_reminded_of_what_is_done(admin: User, now: Traveller, how: str) -> None:
    incident = an_incident(admin)
    now.move_to(NOON + 23 * HOUR)
    if how == "told":
        told = NOON + HOUR
        register.authority_told(incident=incident, at=told, delay_reason="", acting_user=admin)
    elif how == "decided":
        register.not_to_notify(incident=incident, reason="Encrypted.", acting_user=admin)
    else:
        facts = {"personal_data": False}
        register.describe(incident=incident, acting_user=admin, facts=facts)
    now.move_to(NOON + 70 * HOUR)
    reminders.remind()
    assert (sent(), incident.reminders.count()) == ({}, 0)


def test_whoever_comes_to_administer_is_told_of_the_newest(admin: User, now: Traveller) -> None:
    an_incident(admin)
    now.move_to(NOON + 49 * HOUR)
    reminders.remind()
    later = an_account(User.Role.OWNER)
    reminders.remind()
    assert sent() == {admin.email: [48], later.email: [48]}


def test_who_administers_no_more_is_not_written_to(admin: User, now: Traveller) -> None:
    incident = an_incident(admin)
    now.move_to(NOON + 24 * HOUR)
    IncidentReminder.objects.create(incident=incident, hours=24, to=an_account(User.Role.MEMBER))
    reminders.remind()
    assert sent() == {admin.email: [24]}
    assert states(incident) == {24: {"sent", "passed"}}


def test_without_a_mail_server_it_is_on_record_and_passes_with_the_next(
    admin: User, now: Traveller, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = "backend.outbound.mail.Backend"
    settings.EMAIL_HOST = ""
    incident = an_incident(admin)
    now.move_to(NOON + 24 * HOUR)
    for _ in range(120):
        reminders.remind()
        now.shift(MINUTE)
    one = incident.reminders.get()
    assert states(incident) == {24: {"failing"}}
    assert one.error.startswith("No mail server is configured. Say server")
    assert 5 < one.attempts < 10, "after pauses that grow"
    assert Event.objects.filter(name="security_incident_not_reminded").count() == 1
    now.move_to(NOON + 48 * HOUR)
    reminders.remind()
    assert states(incident) == {24: {"passed"}, 48: {"failing"}}


def test_a_server_that_refuses_at_first_gets_it_once_by_real_mail(
    admin: User, settings: LazySettings, certificate: tuple[Path, Path]
) -> None:
    incident = an_incident(admin, at=datetime.now(UTC) - 24 * HOUR)
    port = free_port()
    settings.EMAIL_BACKEND = "backend.outbound.mail.Backend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", port
    settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = False, True
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, "not-the-password"
    settings.EMAIL_TIMEOUT, settings.MAIL_CA_FILE = 3, str(certificate[0])
    settings.DEFAULT_FROM_EMAIL = "plumbline@company.example"
    with a_proxy() as proxy, a_mail_server(certificate, port=port) as (_, box):
        settings.OUTBOUND_PROXY = proxy.url
        assert reminders.remind() == 0
        one = incident.reminders.get()
        assert one.error.startswith("The server refused user and password.")
        settings.EMAIL_HOST_PASSWORD = PASSWORD
        assert reminders.remind() == 0, "not before its pause is over"
        incident.reminders.update(not_before=datetime.now(UTC))
        assert reminders.remind() == 1
        assert reminders.remind() == 0
    (message,) = box.messages
    assert message["To"] == admin.email
    assert states(incident) == {24: {"sent"}}


def test_what_the_ledger_does_not_take_is_tried_again(
    admin: User, now: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = an_incident(admin)
    now.move_to(NOON + 24 * HOUR)

    def fails(*_: str) -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(reminders, "send", fails)
        reminders.remind()
    assert states(incident) == {24: {"failing"}}
    now.shift(MINUTE)
    assert reminders.remind() == 1


def test_what_a_process_was_sending_when_it_died_is_told_and_not_sent_again(
    admin: User, now: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have left: the server's answer went with the process."""
    incident = an_incident(admin)
    now.move_to(NOON + 24 * HOUR)

    def dies(*_: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(reminders, "send", dies)
        with pytest.raises(KeyboardInterrupt):
            reminders.remind()
    assert states(incident) == {24: {"sending"}}
    now.shift(10 * MINUTE)
    assert reminders.remind() == 0
    assert states(incident) == {24: {"unknown"}}
    now.move_to(NOON + 48 * HOUR)
    assert reminders.remind() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("refuses", [False, True], ids=["a good server", "one that refuses first"])
def test_of_many_processes_at_once_one_sends_and_never_within_a_transaction(
    monkeypatch: pytest.MonkeyPatch, *, refuses: bool
) -> None:
    admins = [an_account(User.Role.ADMINISTRATOR) for _ in range(3)]
    incident = an_incident(admins[0], at=datetime.now(UTC) - 25 * HOUR)
    taken: Counter[str] = Counter()
    asked: Counter[str] = Counter()

    def send(to: str, _subject: str, _text: str) -> None:
        assert not connection.in_atomic_block
        asked[to] += 1
        if refuses and asked[to] == 1:
            raise NotSent("The server refused.", "Its own log says more.")
        taken[to] += 1

    monkeypatch.setattr(reminders, "send", send)
    start = Barrier(4)

    def work(_: int) -> None:
        try:
            start.wait()
            for _ in range(3):
                tasks.remind()
                incident.reminders.filter(sent_at=None).update(not_before=None)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert taken == Counter({one.email: 1 for one in admins})
    assert states(incident) == {24: {"sent"}}
    assert incident.reminders.count() == len(admins)


def test_the_worker_needs_no_more_than_it_is_granted(admin: User, now: Traveller) -> None:
    make_roles()
    incident = an_incident(admin)
    now.move_to(NOON + 50 * HOUR)
    with acting_as("worker"):
        assert reminders.remind() == 1
    assert states(incident) == {24: {"passed"}, 48: {"sent"}}
