"""The audit log by API: what is found in it, in which words, and that looking is recorded too."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from backend.accounts.models import User
from backend.audit import subjects
from backend.audit.events import record
from backend.audit.models import Event
from backend.people.models import Organisation, Person, Team
from backend.people.names import set_pseudonyms
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
API = "/api/v1/audit/events"


@pytest.fixture
def auditor(client: Client) -> User:
    user = an_account(User.Role.AUDITOR, email="auditor@plumbline.example")
    sign_in(client, user)
    return user


@pytest.fixture
def lead() -> User:
    return an_account(User.Role.TEAM_LEAD, email="lead@plumbline.example")


def get(client: Client, **query: str | int) -> Any:
    answer = client.get(API, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def acts(client: Client, **query: str | int) -> list[str]:
    return [item["act"] for item in get(client, **query)["items"]]


def test_an_event_is_told_in_plain_words(client: Client, auditor: User, lead: User) -> None:
    person = Person.objects.create(name="Jo Doe")
    record(
        name="bot_marked",
        actor=lead,
        subject=person,
        address="192.0.2.7",
        detail={"is_bot": True},
        words={"reason": "It is one."},
    )
    (told,) = get(client, act="bot_marked")["items"]
    assert told["says"] == "Bot marked"
    assert told["meaning"] == "Somebody said whether an account is a bot."
    assert (told["who"], told["who_kind"], told["actor"]) == (lead.email, "account", lead.pk)
    assert (told["kind"], told["about"], told["address"]) == ("person", "Jo Doe", "192.0.2.7")
    assert told["detail"] == [
        {"name": "is bot", "value": "True"},
        {"name": "reason", "value": "It is one."},
    ]
    assert client.get(f"{API}/{told['id']}").json() == told


def test_a_change_is_told_with_before_and_after(client: Client, auditor: User) -> None:
    team = Team.objects.create(slug="a", name="A")
    team.name = "B"
    team.save()
    (told,) = get(client, act="changed", search="B")["items"]
    assert (told["says"], told["about"], told["kind"]) == ("Changed", "B", "team")
    assert told["changes"] == [{"field": "name", "before": "A", "after": "B"}]


def test_who_did_it_where_it_was_no_account(client: Client, auditor: User, lead: User) -> None:
    record(name="collected")
    record(name="sign_in_failed", subject=lead)
    call_command("sign_in_policy", "open-administration")
    Event.objects.create(name="row_changed", action=1)
    told = {item["act"]: item for item in get(client)["items"]}
    assert told["collected"]["who_kind"] == "plumbline"
    assert told["sign_in_failed"]["who_kind"] == "nobody"
    assert told["administration_opened"]["who_kind"] == "operator"
    assert told["administration_opened"]["who"]
    assert told["row_changed"]["who_kind"] == "database"


def test_what_is_asked_for_is_found(client: Client, auditor: User, lead: User) -> None:
    record(name="signed_in", actor=lead, subject=lead, address="192.0.2.7")
    record(name="signed_out", actor=auditor, subject=auditor, address="192.0.2.8")
    record(name="single_sign_on_refused", address="192.0.2.9")
    assert acts(client, act="signed_in") == ["signed_in"]
    assert acts(client, actor=lead.pk) == ["signed_in"]
    assert acts(client, address="192.0.2.7") == ["signed_in"]
    assert acts(client, address="192.0.2.9") == ["single_sign_on_refused"]
    assert acts(client, address="192.0.2.1") == []
    assert acts(client, search="lead@") == ["signed_in", "created"]
    assert acts(client, search="signed out") == ["signed_out"]
    assert "signed_in" in acts(client, group="sign-ins")
    assert "created" not in acts(client, group="sign-ins")
    kind = Event.objects.exclude(content_type=None).values_list("content_type", flat=True)[0]
    assert acts(client, kind=kind, act="signed_in") == ["signed_in"]


def test_a_range_is_of_the_organisations_days(client: Client, auditor: User) -> None:
    Organisation.objects.create(pk=1, time_zone="Asia/Tokyo")
    midnight = datetime.fromisoformat("2026-03-02T00:00+09:00")
    for moment in (midnight - timedelta(seconds=1), midnight, midnight + timedelta(days=1)):
        Event.objects.create(name="collected", action=3, timestamp=moment)
    found = get(client, **{"from": "2026-03-02", "to": "2026-03-03"})["items"]
    assert [item["at"] for item in found] == ["2026-03-01T15:00:00Z"]


def test_pages_follow_each_other_without_a_gap_or_a_row_twice(
    client: Client, auditor: User
) -> None:
    now = timezone.now() - timedelta(days=1)
    made = [
        Event.objects.create(name="collected", action=3, timestamp=now + timedelta(hours=n // 3)).pk
        for n in range(8)
    ]
    seen: list[int] = []
    query: dict[str, Any] = {"act": "collected", "page_size": 3}
    while True:
        page = get(client, **query)
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert seen == made[::-1]


@pytest.mark.parametrize("after", ["x", "1", "1-x", "9" * 40 + "-1"])
def test_a_place_that_is_none_is_refused(client: Client, auditor: User, after: str) -> None:
    assert client.get(API, {"after": after}).status_code == 422


def test_of_whom_was_erased_the_log_says_so(client: Client, auditor: User, lead: User) -> None:
    record(name="signed_in", actor=lead, subject=lead)
    subjects.forget([subjects.user(lead.pk)])
    (told,) = get(client, act="signed_in")["items"]
    assert (told["who"], told["about"], told["actor"]) == (None, "", lead.pk)
    assert told["who_erased"]
    assert told["about_erased"]


def test_reading_is_recorded_once_an_hour_and_taking_along_each_time(
    client: Client, auditor: User
) -> None:
    get(client)
    get(client)
    for _ in range(2):
        answer = client.get(f"{API}.jsonl", {"act": "audit_read", "search": "audit"})
        lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
        assert [json.loads(line)["act"] for line in lines] == ["audit_read"]
    assert Event.objects.filter(name="audit_read", actor=auditor).count() == 1
    exported = get(client, act="audit_exported")["items"]
    assert [item["detail"] for item in exported] == [
        [{"name": "act", "value": "audit_read"}, {"name": "search", "value": "given"}]
    ] * 2


def test_where_people_have_pseudonyms_nothing_personal_is_told(
    client: Client, auditor: User, lead: User
) -> None:
    person = Person.objects.create(name="Marked Name")
    person.name = "Marked Other"
    person.save()
    record(name="single_sign_on_refused", actor=lead, words={"detail": "Marked words"})
    set_pseudonyms(wanted=True, acting_user=lead)
    told = client.get(API).content.decode()
    assert "Marked" not in told
    assert lead.email not in told
    assert "Person " in told


def test_a_page_is_a_fixed_number_of_statements(
    client: Client, auditor: User, lead: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    get(client)
    for _ in range(30):
        record(name="signed_in", actor=lead, subject=lead)
    # With what finds the session and its account, and the transaction's two.
    with django_assert_num_queries(10):
        get(client, page_size=25)


def test_what_can_be_asked_for(client: Client, auditor: User) -> None:
    told = client.get("/api/v1/audit/choices").json()
    assert told["groups"][0]["acts"][0]["act"] == "signed_in"
    assert {"user", "team"} <= {kind["name"] for kind in told["kinds"]}
