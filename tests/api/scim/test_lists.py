"""Pages of users: in order, of what was asked for, in few statements."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.people.models import DirectoryEmail, DirectoryUser, Person
from tests.api.scim.conftest import Directory

pytestmark = pytest.mark.django_db


def test_pages_in_an_order_of_their_own(directory: Directory) -> None:
    for number in range(5):
        directory.user(f"u{number}@plumbline.example", displayName=f"{'bca'[number % 3]}{number}")
    pages = [directory.get("/Users", startIndex=one, count=2) for one in (1, 3, 5, 7)]
    names = [[one["userName"][:2] for one in page.get("Resources", [])] for page in pages]
    assert names == [["u0", "u1"], ["u2", "u3"], ["u4"], []]
    assert {page["totalResults"] for page in pages} == {5}
    ordered = directory.get("/Users", sortBy="displayName", attributes="displayName")
    assert [one["displayName"] for one in ordered["Resources"]] == ["a2", "b0", "b3", "c1", "c4"]
    assert set(ordered["Resources"][0]) == {"schemas", "id", "displayName"}
    back = directory.get("/Users", sortBy="userName", sortOrder="descending", count=1)
    assert back["Resources"][0]["userName"].startswith("u4")
    none = directory.get("/Users", count=0)
    assert (none["totalResults"], none.get("Resources", [])) == (5, [])
    for wrong in ("sortBy=emails", "startIndex=x", "count=x", "sortOrder=up", "filter=userName"):
        assert directory.send("GET", f"/Users?{wrong}").status_code == 400, wrong
    far = directory.get("/Users", startIndex=10**30, count=10**30)
    assert far.get("Resources", []) == []


def test_five_thousand_users_are_listed_in_as_many_statements_as_ten(
    directory: Directory,
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            told = directory.get("/Users", count=200, filter='userName co "@"')
        assert told["itemsPerPage"] == min(200, told["totalResults"])
        return len(captured)

    many(10)
    group = directory.group("All", *map(str, DirectoryUser.objects.values_list("pk", flat=True)))
    few = statements()
    many(4990)
    keys = DirectoryUser.objects.values_list("pk", flat=True)
    directory.patch(f"/Groups/{group}", adding(*keys))
    with_all = statements()
    assert with_all == few <= 9


def many(number: int) -> None:
    taken = DirectoryUser.objects.count()
    people = Person.objects.bulk_create(Person() for _ in range(number))
    users = [
        DirectoryUser(user_name=f"u{taken + one}@plumbline.example", person=person)
        for one, person in enumerate(people)
    ]
    DirectoryUser.objects.bulk_create(users)
    DirectoryEmail.objects.bulk_create(DirectoryEmail(user=one, value="a") for one in users)


def adding(*keys: object) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": [{"value": str(one)} for one in keys]}
