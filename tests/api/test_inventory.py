"""The inventory as reviewers read it, and the documents that are made from it."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from backend.accounts.models import User
from backend.audit.models import Event
from backend.governance.models import Particulars
from backend.inventory import TABLES
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
API = "/api/v1/inventory"


@pytest.fixture(autouse=True)
def auditor(client: Client) -> User:
    user = an_account(User.Role.AUDITOR)
    sign_in(client, user)
    return user


def get(client: Client, **query: str) -> Any:
    answer = client.get(API, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def columns(answer: Any) -> dict[str, Any]:
    return {
        f"{table['label']}.{column['name']}": column
        for area in answer["areas"]
        for table in area["tables"]
        for column in table["columns"]
    }


def test_every_column_is_told_with_who_may_touch_it(client: Client) -> None:
    found = columns(get(client))
    assert found.keys() == {f"{t.label}.{c.name}" for t in TABLES.values() for c in t.columns}
    sealed = found["connections.credential.sealed"]
    assert sealed["data_class"] == "secret"
    assert (sealed["read_by"], sealed["written_by"]) == (["worker"], ["web", "worker"])
    title = found["delivery.pullrequest.title"]
    assert title["comes_from"] == ["GitHub: PullRequest.title"]
    assert title["data_class"] == "work metadata"


def test_rights_of_a_table_are_told_by_what_they_allow(client: Client) -> None:
    (area,) = get(client, area="audit")["areas"]
    event = next(table for table in area["tables"] if table["label"] == "audit.event")
    assert event["adds"] == ["web", "worker", "sealer"]
    assert event["changes"] == event["deletes"] == []


def test_it_is_cut_down_to_a_class_and_to_words(client: Client) -> None:
    secrets = columns(get(client, data_class="secret"))
    assert {one["data_class"] for one in secrets.values()} == {"secret"}
    assert "accounts.user.password" in secrets
    assert columns(get(client, q="Argon2")).keys() == {"accounts.user.password"}
    assert columns(get(client, q="nothing like it")) == {}
    assert {name.rpartition(".")[0] for name in columns(get(client, q="people.address"))} == {
        "people.address"
    }
    assert client.get(API, {"data_class": "other"}).status_code == 422


def test_what_enters_and_is_not_kept_is_told(client: Client) -> None:
    answer = get(client, q="body")
    fields = {
        f"{source['key']}.{one['name']}.{field['name']}": field
        for source in answer["sources"]
        for one in source["objects"]
        for field in one["fields"]
    }
    body = fields["github.PullRequest.body"]
    assert body["stored"] == []
    assert "Reduced to the numbers" in body["read"]
    assert any("Source code" in line for line in answer["never"])


def test_it_is_exported_whole(client: Client) -> None:
    text = b"".join(client.get(f"{API}.csv")).decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    assert len(rows) == sum(len(table.columns) for table in TABLES.values())
    row = next(one for one in rows if (one["table"], one["column"]) == ("people.person", "name"))
    assert (row["data_class"], row["read_by"]) == ("personal", "web worker")
    answer = client.get(f"{API}.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="inventory.json"'
    assert json.loads(answer.content) == get(client)


def test_documents_are_listed_with_what_is_missing(client: Client) -> None:
    Particulars.objects.create(pk=1, controller="Example GmbH")
    answer = client.get(f"{API}/documents").json()
    assert [one["key"] for one in answer["documents"]] == [
        *("record-of-processing", "data-protection-agreement", "privacy-notice"),
    ]
    labels = [one["label"] for one in answer["blanks"]]
    assert "controller" not in labels
    assert "legal basis" in labels
    assert answer["place"] == "/admin/governance/particulars/"


@pytest.mark.parametrize(
    ("form", "kind", "beginning"),
    [
        ("md", "text/markdown; charset=utf-8", b"# Privacy notice\n"),
        ("pdf", "application/pdf", b"%PDF-"),
    ],
)
def test_a_document_is_downloaded_and_that_is_on_record(
    client: Client, auditor: User, form: str, kind: str, beginning: bytes
) -> None:
    answer = client.get(f"{API}/documents/privacy-notice/{form}")
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Disposition"] == f'attachment; filename="privacy-notice.{form}"'
    assert answer.content.startswith(beginning)
    event = Event.objects.get(name="document_exported")
    assert event.actor == auditor
    assert event.additional_data == {"document": "privacy-notice", "form": form}
    assert client.get(f"{API}/documents/other/{form}").status_code == 422
