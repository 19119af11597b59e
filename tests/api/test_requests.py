"""People's own data over the API: what they see and ask for, how it is handled, and who gets the copy."""

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.accounts.break_glass import mark
from backend.accounts.models import User
from backend.audit.models import Event
from backend.governance import requests
from backend.people.models import Organisation, Person
from backend.people.names import set_pseudonyms
from tests.factories import History, an_identity
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
API = "/api/v1"
LETTER = {
    "kind": "access",
    "who": "Sam Brook, 1 Long Road",
    "asked_on": "2026-03-02",
    "identity_checked": "By their passport.",
}


@pytest.fixture
def jo() -> User:
    """A member with one pull request."""
    history = History()
    author = an_identity(history.repository.connection)
    history.pull(author, title="zzMine")
    history.pull(an_identity(history.repository.connection), title="zzTheirs")
    user = an_account(User.Role.MEMBER, email="jo@plumbline.example")
    user.person = author.person
    user.save()
    return user


@pytest.fixture
def own(jo: User) -> Client:
    return sign_in(Client(), jo)


@pytest.fixture
def admin() -> Client:
    return sign_in(Client(), an_account(User.Role.ADMINISTRATOR, email="admin@plumbline.example"))


def get(client: Client, path: str, **query: str) -> Any:
    answer = client.get(f"{API}{path}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def post(client: Client, path: str, body: object = None, *, status: int = 200) -> Any:
    answer = client.post(f"{API}{path}", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def copy(client: Client, path: str) -> tuple[Any, str]:
    answer = client.get(f"{API}{path}")
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as archive:
        page = archive.read("your-data.html").decode()
        return json.loads(archive.read("your-data.json")), page


def test_what_is_held_is_told_by_category_with_counts(own: Client) -> None:
    told = get(own, "/your-data")
    assert (told["linked"], told["requests"]) == (True, [])
    found = {one["key"]: one for one in told["categories"]}
    assert {"title": "Pull requests that you opened", "rows": 1} in found["code"]["tables"]
    assert found["directory"]["rows"] == 0
    assert all(one["purpose"] and one["source"] and one["kept"] for one in told["categories"])


def test_asking_handling_and_downloading(own: Client, admin: Client) -> None:
    with time_machine.travel(datetime(2026, 1, 31, 9, tzinfo=UTC), tick=False):
        asked = post(own, "/your-data/requests", {"kind": "access"})
        assert (asked["state"], asked["due_on"], asked["available_until"]) == (
            "open",
            "2026-02-28",
            None,
        )
        assert post(own, "/your-data/requests", {"kind": "access"}, status=409)["message"]
        address = f"/subject-requests/{asked['id']}"
        (row,) = get(admin, "/subject-requests")["items"]
        assert (row["who"], row["days_left"], row["timing"]) == (
            "jo@plumbline.example",
            28,
            "in_time",
        )
        detail = get(admin, address)
        assert sum(one["rows"] for one in detail["categories"]) > 1
        assert own.get(f"{API}/your-data/requests/{asked['id']}/copy").status_code == 409
        handed = post(admin, f"{address}/hand-over")
        assert (handed["state"], handed["may_download"]) == ("fulfilled", False)
        assert admin.get(f"{API}{address}/copy").status_code == 404
        document, page = copy(own, f"/your-data/requests/{asked['id']}/copy")
        (pull,) = next(one for one in document["sections"] if one["key"] == "pull_requests")["rows"]
        assert pull["title"] == "zzMine"
        assert "zzMine" in page
        assert "zzTheirs" not in page + json.dumps(document)
        again = own.get(f"{API}/your-data/requests/{asked['id']}/copy")
        assert (again.status_code, again["Retry-After"]) == (429, "60")
        assert get(admin, address)["downloaded_at"] is not None
    assert Event.objects.filter(name="subject_access_downloaded").count() == 1


def test_nobody_sees_withdraws_or_downloads_what_another_asked_for(
    own: Client, admin: Client, jo: User
) -> None:
    asked = requests.ask(kind="access", acting_user=jo)
    requests.hand_over(request=asked, acting_user=User.objects.get(role="administrator"))
    assert get(admin, "/your-data")["requests"] == []
    assert admin.get(f"{API}/your-data/requests/{asked.pk}/copy").status_code == 404
    assert admin.post(f"{API}/your-data/requests/{asked.pk}/withdraw").status_code == 404


def test_an_account_that_is_nobodys_asks_too() -> None:
    client = sign_in(Client(), an_account("", email="alone@plumbline.example"))
    told = get(client, "/your-data")
    assert not told["linked"]
    assert next(one["rows"] for one in told["categories"] if one["key"] == "account") >= 1
    wish = {"kind": "erasure", "mode": "pseudonymise"}
    asked = post(client, "/your-data/requests", wish)
    assert (asked["mode"], asked["may_withdraw"]) == ("pseudonymise", True)
    assert post(client, f"/your-data/requests/{asked['id']}/withdraw")["state"] == "withdrawn"


def test_whoever_asked_reads_why_it_takes_longer_and_why_it_was_refused(
    own: Client, admin: Client
) -> None:
    wish = {"kind": "rectification", "text": "My name is Jo."}
    asked = post(own, "/your-data/requests", wish)
    address = f"/subject-requests/{asked['id']}"
    post(admin, f"{address}/extend", {"reason": "Jira has to be asked."})
    post(admin, f"{address}/refuse", {"reason": "It comes from Jira as it is."})
    (told,) = get(own, "/your-data")["requests"]
    assert told["extension_reason"] == "Jira has to be asked."
    assert (told["state"], told["outcome_text"]) == ("refused", "It comes from Jira as it is.")
    assert post(admin, f"{address}/fulfil", {"done": "It is done."}, status=409)


def test_the_copy_of_a_letter_goes_to_the_administrator_who_handed_it_over(
    admin: Client, jo: User
) -> None:
    other, third = (sign_in(Client(), an_account(User.Role.OWNER)) for _ in range(2))
    made = post(admin, "/subject-requests", LETTER | {"person": jo.person_id})
    assert (made["by_letter"], made["due_on"], made["known"]) == (True, "2026-04-02", True)
    address = f"/subject-requests/{made['id']}"
    assert get(other, address)["why_not_handed_over"] is None
    handed = post(other, f"{address}/hand-over")
    assert (handed["may_download"], handed["why_not_handed_over"]) == (True, None)
    assert not get(third, address)["may_download"]
    assert third.get(f"{API}{address}/copy").status_code == 409
    document, _ = copy(other, f"{address}/copy")
    assert document["about"] == LETTER["who"]


def test_nobody_alone_makes_up_a_letter_to_read_what_is_held_of_another(
    admin: Client, jo: User
) -> None:
    other = sign_in(Client(), an_account(User.Role.OWNER))
    made = post(admin, "/subject-requests", LETTER | {"person": jo.person_id})
    address, why = f"/subject-requests/{made['id']}", made["why_not_handed_over"]
    assert why == (
        "You entered it yourself: another owner or administrator hands the copy over and downloads it."
    )
    refused = post(admin, f"{address}/hand-over", status=409)
    assert (refused["code"], refused["message"]) == ("not_possible", why)
    post(other, f"{address}/hand-over")
    told = get(admin, address)
    assert (told["may_download"], told["why_not_handed_over"]) == (False, why)
    answer = admin.get(f"{API}{address}/copy")
    assert (answer.status_code, answer.json()["message"]) == (409, why)
    assert not Event.objects.filter(name="subject_access_downloaded").exists()


def test_an_emergency_account_is_told_why_it_enters_none() -> None:
    glass = an_account(User.Role.OWNER)
    mark(user=glass)
    client = sign_in(Client(), glass)
    assert "nobody's own" in get(client, "/subject-requests")["why_not_entered"]
    assert "nobody's own" in post(client, "/subject-requests", LETTER, status=409)["message"]


def test_an_auditor_looks_on_and_is_offered_nothing(jo: User) -> None:
    asked = requests.ask(kind="access", acting_user=jo)
    auditor = sign_in(Client(), an_account(User.Role.AUDITOR))
    assert not get(auditor, "/subject-requests")["may_handle"]
    assert not get(auditor, f"/subject-requests/{asked.pk}")["may_handle"]


def test_lists_are_narrowed_and_the_most_urgent_comes_first(admin: Client, jo: User) -> None:
    with time_machine.travel(datetime(2026, 3, 20, 9, tzinfo=UTC), tick=False):
        late = post(admin, "/subject-requests", LETTER | {"asked_on": "2026-02-01"})
        soon = post(admin, "/subject-requests", LETTER | {"asked_on": "2026-02-25"})
        mine = requests.ask(kind="erasure", mode="remove", acting_user=jo)
        post(admin, f"/subject-requests/{soon['id']}/fulfil", {"done": "Nothing is held."})
        told = get(admin, "/subject-requests")
        assert [one["id"] for one in told["items"]] == [late["id"], mine.pk]
        assert (told["items"][0]["timing"], told["items"][0]["days_left"]) == ("overdue", -19)
        timings = {"in_time": 1, "due_in_7_days": 0, "due_in_2_days": 0, "overdue": 1}
        assert told["timings"] == timings
        closed = get(admin, "/subject-requests", show="closed")["items"]
        assert [(one["id"], one["timing"]) for one in closed] == [(soon["id"], None)]
        assert [
            one["id"]
            for one in get(admin, "/subject-requests", show="all", kind="erasure")["items"]
        ] == [mine.pk]


def test_administrators_alone_are_reminded_from_seven_days_before(
    own: Client, admin: Client, jo: User
) -> None:
    with time_machine.travel(datetime(2026, 1, 31, 9, tzinfo=UTC), tick=False) as now:
        requests.ask(kind="access", acting_user=jo)
        assert get(admin, "/me")["requests_due"] is None
        now.move_to(datetime(2026, 2, 21, 9, tzinfo=UTC))
        fresh = sign_in(Client(), User.objects.get(role="administrator"))
        assert get(fresh, "/me")["requests_due"] == {"soon": 1, "overdue": 0}
        now.move_to(datetime(2026, 3, 1, 9, tzinfo=UTC))
        fresh = sign_in(Client(), User.objects.get(role="administrator"))
        assert get(fresh, "/me")["requests_due"] == {"soon": 0, "overdue": 1}
        assert get(sign_in(Client(), jo), "/me")["requests_due"] is None


def test_where_people_have_pseudonyms_they_have_them_here_and_their_own_copy_names_them(
    own: Client, admin: Client, jo: User
) -> None:
    Organisation.objects.get_or_create(pk=1)
    Person.objects.filter(user=jo).update(name="zzJo")
    set_pseudonyms(wanted=True, acting_user=an_account(User.Role.OWNER))
    asked = requests.ask(kind="access", acting_user=jo)
    today = f"{requests.today()}"
    letter = LETTER | {"text": "I am zzText.", "kind": "objection", "asked_on": today}
    letters = [post(admin, "/subject-requests", letter | {"person": jo.person_id})]
    letters += [post(admin, "/subject-requests", letter)]
    for one in letters:
        post(admin, f"/subject-requests/{one['id']}/extend", {"reason": "For zzText"})
        post(admin, f"/subject-requests/{one['id']}/refuse", {"reason": "Dear zzText"})
    auditor = sign_in(Client(), an_account(User.Role.AUDITOR))
    # To the administrator, who handled them, that is "You".
    for reader, shown in ((admin, 5), (auditor, 9)):
        rows = [get(reader, f"/subject-requests/{one['id']}") for one in letters]
        told = json.dumps([get(reader, "/subject-requests", show="all"), rows])
        for name in ("jo@plumbline.example", "zzJo", "Sam Brook", "passport", "zzText"):
            assert name not in told
        assert told.count("Person ") == shown
        for row in rows:
            texts = ("text", "extension_reason", "outcome_text", "identity_checked")
            assert [row[text] for text in texts] == [None] * 4
            assert "pseudonyms" in row["words_left_out"]
    own_words = post(own, "/your-data/requests", {"kind": "objection", "text": "I am zzText."})
    assert own_words["text"] == "I am zzText."
    requests.hand_over(request=asked, acting_user=User.objects.get(role="administrator"))
    document, _ = copy(own, f"/your-data/requests/{asked.pk}/copy")
    assert "zzJo" in json.dumps(document)


def test_the_number_of_statements_does_not_grow(own: Client, admin: Client, jo: User) -> None:
    def statements() -> tuple[int, int]:
        found = []
        for client, path in ((own, "/your-data"), (admin, "/subject-requests")):
            with CaptureQueriesContext(connection) as asked:
                get(client, path)
            found.append(len(asked))
        return found[0], found[1]

    requests.ask(kind="access", acting_user=jo)
    few = statements()
    for _ in range(5):
        post(admin, "/subject-requests", LETTER | {"person": jo.person_id})
    for kind in ("objection", "rectification"):
        requests.ask(kind=kind, text="It is wrong.", acting_user=jo)
    assert statements() == few
