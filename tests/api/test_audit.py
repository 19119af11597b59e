"""The audit log by API: what is found in it, in which words, and that looking is recorded too."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from backend.accounts.models import TeamGrant, User
from backend.audit import subjects
from backend.audit.events import record
from backend.audit.models import Event
from backend.people.models import Membership, Organisation, Person, Team
from backend.people.names import set_pseudonyms
from tests.factories import a_connection
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


def words(*says: str) -> dict[str, Any]:
    return {"kind": "words", "says": [*says]}


def said(details: list[Any]) -> dict[str, list[str]]:
    return {one["name"]: one["value"]["says"] for one in details}


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
    assert said(told["detail"]) == {"Is bot": ["yes"], "Reason": ["It is one."]}
    assert client.get(f"{API}/{told['id']}").json() == told


def test_a_change_is_told_with_before_and_after(client: Client, auditor: User) -> None:
    team = Team.objects.create(slug="a", name="A")
    team.name = "B"
    team.save()
    (told,) = get(client, act="changed", search="B")["items"]
    assert (told["says"], told["about"], told["kind"]) == ("Changed", "B", "team")
    before, after = ({"kind": "words", "says": [one]} for one in "AB")
    assert told["changes"] == [{"field": "name", "name": "Name", "before": before, "after": after}]


def test_values_are_told_as_people_know_them(client: Client, auditor: User) -> None:
    jira = a_connection(name="Our Jira", quiet_from=time(22))
    jira.kind, jira.cloning_allowed, jira.quiet_from = "jira_dc", False, None
    jira.organisations = ["one", "two"]
    jira.save()
    (told,) = get(client, act="changed", search="Our Jira")["items"]
    assert {one["name"]: (one["before"], one["after"]) for one in told["changes"]} == {
        "Cloning allowed": (words("yes"), words("no")),
        "Kind": (words("GitHub Enterprise Server or github.com"), words("Jira Data Center")),
        "Organisations": (None, words("one", "two")),
        "Quiet from": (words("22:00"), None),
    }


def test_what_rows_refer_to_is_told_by_name(client: Client, auditor: User, lead: User) -> None:
    team, gone = Team.objects.create(slug="a", name="Payments"), Team.objects.create(slug="b")
    person = Person.objects.create(name="Jo Doe")
    Membership.objects.create(team=team, person=person, starts_on=date(2026, 8, 20))
    TeamGrant.objects.create(user=lead, team=gone).delete()
    lost = gone.pk
    gone.delete()
    record(
        name="members_added",
        actor=lead,
        subject=team,
        detail={"people": [person.pk, 987_654], "on": "2026-08-20"},
    )
    told = {(one["act"], one["kind"]): one for one in get(client, page_size=50)["items"]}
    joined = {one["name"]: one["after"] for one in told["created", "membership"]["changes"]}
    assert (joined["Team"], joined["Person"]) == (words("Payments"), words("Jo Doe"))
    assert joined["Starts on"] == {"kind": "day", "says": ["2026-08-20"]}
    lead_of = {one["name"]: one["before"] for one in told["deleted", "team grant"]["changes"]}
    assert lead_of["User"] == words(lead.email)
    assert lead_of["Team"] == words(f"team {lost}, not stored any more")
    assert said(told["members_added", "team"]["detail"]) == {
        "People": ["Jo Doe", "person 987654, not stored any more"],
        "On": ["2026-08-20"],
    }


def test_of_what_a_trigger_saw_columns_without_values_say_why(
    client: Client, auditor: User, lead: User
) -> None:
    kind = ContentType.objects.get_for_model(User)
    Event.objects.create(
        name="row_changed",
        action=Event.Action.UPDATE,
        content_type=kind,
        object_pk=str(lead.pk),
        changes={"is_active": [True, False]},
        additional_data={"columns": ["email", "is_active"], "database_role": "worker"},
    )
    (told,) = get(client, act="row_changed")["items"]
    not_kept = {"kind": "withheld", "says": ["not kept: it may name people"]}
    assert {one["name"]: (one["before"], one["after"]) for one in told["changes"]} == {
        "E-mail address": (not_kept, not_kept),
        "May sign in": (words("yes"), words("no")),
    }
    assert said(told["detail"]) == {"Database role": ["worker"]}
    assert told["about"] == lead.email


SHAPES: tuple[Any, ...] = ("text", 7, True, ["a"], [["a"]], {"role": 7}, {"role": {"objects": 7}})


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_no_shape_of_what_was_written_makes_the_page_fail(
    client: Client, auditor: User, shape: Any
) -> None:
    for written in (shape, {"columns": shape}):
        Event.objects.create(
            name="row_changed",
            action=Event.Action.UPDATE,
            content_type=ContentType.objects.get_for_model(Membership),
            object_pk="1",
            changes=shape,
            additional_data=written,
        )
    assert len(get(client, act="row_changed")["items"]) == 2
    lines: Any = client.get(f"{API}.jsonl")
    assert len(list(lines.streaming_content)) == Event.objects.count()


@pytest.mark.parametrize("key", ["x", "9" * 30])
@pytest.mark.parametrize("pseudonyms", [False, True])
def test_what_was_written_to_make_the_page_fail_is_shown(
    client: Client, auditor: User, key: str, *, pseudonyms: bool
) -> None:
    """By a process that was taken over, which would like to have its other acts not read."""
    if pseudonyms:
        set_pseudonyms(wanted=True, acting_user=an_account(User.Role.OWNER))
    kind = ContentType.objects.get_for_model(Membership)
    for subject in ("", f"person/{key}"):
        Event.objects.create(
            name="row_changed",
            action=Event.Action.UPDATE,
            content_type=kind,
            object_pk=key,
            subject=subject,
            changes={"person": [key, "P99999999999D"], "former": ["P99999999999D", None]},
            additional_data={"people": [key, [key]], "columns": ["person"]},
        )
    told = get(client, act="row_changed")["items"]
    assert [one["about_key"] for one in told] == [key, key]
    assert said(told[1]["detail"]) == {"People": [key, f"['{key}']"]}
    lines: Any = client.get(f"{API}.jsonl")
    assert len(list(lines.streaming_content)) == Event.objects.count()


def test_lines_to_take_along_hold_values_as_they_are_in_the_log(
    client: Client, auditor: User
) -> None:
    a_connection(name="Our Jira", cloning_allowed=False)
    answer = client.get(f"{API}.jsonl", {"act": "created", "search": "Our Jira"})
    (line,) = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    told = json.loads(line)
    assert told["changes"]["cloning_allowed"] == ["None", "False"]
    assert told["changes"]["kind"] == ["None", "github"]
    assert told["about"] == "Our Jira"


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
    assert told["withheld"] == "erased with the person's key"


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
    assert [said(item["detail"]) for item in exported] == [
        {"Act": ["audit_read"], "Search": ["given"]}
    ] * 2


def test_where_people_have_pseudonyms_nothing_personal_is_told(
    client: Client, auditor: User, lead: User
) -> None:
    person = Person.objects.create(name="Marked Name")
    person.name = "Marked Other"
    person.save()
    record(name="single_sign_on_refused", actor=lead, words={"detail": "Marked words"})
    team = Team.objects.create(slug="a", name="A")
    record(name="members_added", actor=lead, subject=team, detail={"people": [person.pk]})
    set_pseudonyms(wanted=True, acting_user=lead)
    lines = client.get(f"{API}.jsonl")
    for told in (
        client.get(API).content.decode(),
        b"".join(lines.streaming_content).decode(),  # type: ignore[attr-defined]
    ):
        assert "Marked" not in told
        assert lead.email not in told
        assert "Person " in told
    (added,) = get(client, act="members_added")["items"]
    (renamed,) = get(client, act="changed", search="Person ")["items"]
    assert said(added["detail"]) == {"People": [renamed["about"]]}
    assert (renamed["changes"], renamed["withheld"]) == (
        [],
        "left out: people are shown under pseudonyms",
    )


def test_a_page_is_a_fixed_number_of_statements(
    client: Client, auditor: User, lead: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    get(client)
    for _ in range(30):
        record(name="signed_in", actor=lead, subject=lead)
    # With what finds the session and its account, and the transaction's two.
    with django_assert_num_queries(10):
        get(client, page_size=25)
    grants = [Team.objects.create(slug=f"t{n}", name="T") for n in range(20)]
    for team in grants:
        TeamGrant.objects.create(user=lead, team=team)
    # One more for the accounts, one for the teams.
    with django_assert_num_queries(12):
        get(client, page_size=15)


def test_what_can_be_asked_for(client: Client, auditor: User) -> None:
    told = client.get("/api/v1/audit/choices").json()
    assert told["groups"][0]["acts"][0]["act"] == "signed_in"
    assert {"user", "team"} <= {kind["name"] for kind in told["kinds"]}
