"""Users of the directory, and what becomes of their accounts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scim2_models import PatchOp

from backend.accounts.api_tokens import create_api_token, use_api_token
from backend.accounts.models import TeamGrant, User
from backend.api.scim.mapping import user_told
from backend.api.scim.resources import SERVICE
from backend.api.scim.resources import User as Resource
from backend.people import directory as people
from backend.people.directory import EmailRecord, UserRecord
from backend.people.models import DirectoryUser, Person
from tests.api.scim.conftest import USER, Directory
from tests.factories import a_team
from tests.recorded import recorded
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
ADA = "ada@plumbline.example"


def put(directory: Directory, key: str, **told: Any) -> Any:
    return directory.send("PUT", f"/Users/{key}", {"schemas": [USER], "userName": ADA, **told})


def set_active(directory: Directory, key: str, *, active: bool) -> Any:
    return directory.patch(f"/Users/{key}", {"op": "replace", "path": "active", "value": active})


def test_who_joins_has_an_account_without_a_role_and_a_person(directory: Directory) -> None:
    key = directory.user(
        ADA.title(), displayName="Ada Example", externalId="E-1", emails=[{"value": ADA}]
    )
    account = User.objects.get(email=ADA)
    assert (account.role, account.is_active, account.name) == ("", True, "Ada Example")
    assert not account.has_usable_password()
    stored = DirectoryUser.objects.get(pk=key)
    assert account.directory_user == stored
    assert account.person == stored.person
    assert str(account.person) == "Ada Example"
    event = recorded(name="directory_user_created")
    assert event.detail["by"].startswith("SCIM token Entra (pls_")


def test_it_reads_back_what_it_wrote(directory: Directory) -> None:
    told = {
        "userName": ADA,
        "externalId": "E-1",
        "displayName": "Ada",
        "name": {"formatted": "Ada E.", "familyName": "Example", "givenName": "Ada"},
        "active": True,
        "emails": [
            {"value": "b@plumbline.example", "type": "home"},
            {"value": ADA, "type": "work", "primary": True},
        ],
    }
    answer = directory.send("POST", "/Users", {"schemas": [USER], **told})
    assert answer["Location"] == answer.json()["meta"]["location"]
    read = directory.get(f"/Users/{answer.json()['id']}")
    assert {name: read[name] for name in told} == told
    assert read["meta"]["resourceType"] == "User"
    assert read["meta"]["version"] == answer["ETag"] == 'W/"1"'


def test_without_an_address_there_is_a_person_and_no_account(directory: Directory) -> None:
    key = directory.user("ada")
    assert DirectoryUser.objects.get(pk=key).person is not None
    assert not User.objects.filter(directory_user=UUID(key)).exists()
    directory.patch(f"/Users/{key}", {"op": "add", "path": "emails", "value": [{"value": ADA}]})
    assert User.objects.get(email=ADA).directory_user_id == DirectoryUser.objects.get().pk


def test_an_account_that_is_there_is_joined_and_keeps_its_role(directory: Directory) -> None:
    lead = an_account("team_lead", email=ADA, teams=[a_team()])
    lead.person = Person.objects.create(name="Ada")
    lead.save()
    key = directory.user(ADA)
    lead.refresh_from_db()
    assert (lead.role, lead.grants.count(), lead.is_active) == ("team_lead", 1, True)
    assert DirectoryUser.objects.get(pk=key).person == lead.person
    assert User.objects.filter(email=ADA).count() == 1


def test_a_name_is_given_once(directory: Directory) -> None:
    directory.user(ADA)
    again = {"schemas": [USER], "userName": ADA.upper()}
    answer = directory.send("POST", "/Users", again)
    assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")
    other = directory.user("bob", emails=[{"value": "bob@plumbline.example"}])
    answer = directory.send("PUT", f"/Users/{other}", again)
    assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")
    answer = directory.send(
        "POST", "/Users", {"schemas": [USER], "userName": "c", "emails": [{"value": ADA}]}
    )
    assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")
    assert DirectoryUser.objects.count() == 2


def test_who_leaves_is_signed_out_with_the_next_request(directory: Directory) -> None:
    key = directory.user(ADA)
    client = sign_in(Client(), User.objects.get(email=ADA))
    UserSession.objects.create(
        user=User.objects.get(email=ADA), session_key=client.session.session_key, ip="127.0.0.1"
    )
    assert client.get("/api/v1/me").status_code == 200
    assert set_active(directory, key, active=False).json()["active"] is False
    assert client.get("/api/v1/me").status_code == 401
    account = User.objects.get(email=ADA)
    assert (account.is_active, account.closed_by_directory) == (False, True)
    event = recorded(name="account_closed")
    assert event.detail["sessions"] == 1
    assert set_active(directory, key, active=True).json()["active"] is True
    account.refresh_from_db()
    assert (account.is_active, account.closed_by_directory) == (True, False)
    assert client.get("/api/v1/me").status_code == 401, "the session does not come back"


def test_a_token_of_who_left_and_came_back_stays_dead(directory: Directory) -> None:
    key = directory.user(ADA)
    account = User.objects.get(email=ADA)
    account.role = "member"
    account.save()
    made, token = create_api_token(
        user=account, name="script", scopes=["figures"], days=7, acting_user=account
    )
    assert use_api_token(token, address="127.0.0.1") == account
    for active in (False, True):
        set_active(directory, key, active=active)
        assert use_api_token(token, address="127.0.0.1") is None
    closed = recorded(name="account_closed")
    assert (closed.event.actor, closed.detail["tokens"]) == (None, [str(made)])
    assert closed.detail["by"].startswith("SCIM token Entra (pls_")


def test_a_gap_opens_no_account(directory: Directory) -> None:
    key = directory.user(ADA)
    set_active(directory, key, active=False)
    assert put(directory, key).json()["active"] is False
    directory.patch(f"/Users/{key}", {"op": "remove", "path": "active"})
    assert not User.objects.get(email=ADA).is_active


def test_what_an_administrator_closed_stays_closed(directory: Directory) -> None:
    key = directory.user(ADA)
    User.objects.filter(email=ADA).update(is_active=False)
    for active in (True, False, True):
        assert set_active(directory, key, active=active).status_code == 200
    assert not User.objects.get(email=ADA).is_active
    directory.send("DELETE", f"/Users/{key}")
    directory.user(ADA)
    assert not User.objects.get(email=ADA).is_active


def test_a_deleted_one_is_not_found_and_may_come_back_without_its_role(
    directory: Directory,
) -> None:
    key = directory.user(ADA)
    account = User.objects.get(email=ADA)
    account.role = "team_lead"
    account.save()
    TeamGrant.objects.create(user=account, team=a_team())
    assert directory.send("DELETE", f"/Users/{key}").status_code == 204
    for method in ("GET", "DELETE", "PUT"):
        assert directory.send(method, f"/Users/{key}", {}).status_code == 404
    account.refresh_from_db()
    assert (account.is_active, account.directory_user, account.role) == (False, None, "team_lead")
    assert directory.user(ADA) != key
    account.refresh_from_db()
    assert (account.is_active, account.role, account.grants.count()) == (True, "", 0)
    assert recorded(name="role_taken").detail["role"] == "team_lead"


def test_an_address_follows_the_directory(directory: Directory) -> None:
    key = directory.user(ADA)
    account = User.objects.get(email=ADA)
    EmailAddress.objects.create(user=account, email=ADA, primary=True, verified=True)
    directory.patch(
        f"/Users/{key}", {"op": "replace", "path": "userName", "value": "new@plumbline.example"}
    )
    account.refresh_from_db()
    assert account.email == "new@plumbline.example"
    assert not EmailAddress.objects.filter(email=ADA).exists()


@pytest.mark.parametrize("role", ["owner", "administrator", "auditor", "team_lead"])
def test_no_token_takes_over_who_sees_more_than_themselves(directory: Directory, role: str) -> None:
    an_account(role, email=ADA)
    key = directory.user(ADA)
    for change in (
        {"op": "replace", "path": "userName", "value": "thief@plumbline.example"},
        {"op": "replace", "value": {"userName": "thief@plumbline.example"}},
    ):
        answer = directory.patch(f"/Users/{key}", change)
        assert answer.status_code == 403
        assert "an owner or administrator changes it in Plumbline" in answer.json()["detail"]
    assert User.objects.filter(email=ADA, role=role).exists()
    assert DirectoryUser.objects.get().user_name == ADA
    # Once a person did it, the directory may say the same.
    User.objects.filter(email=ADA).update(email="thief@plumbline.example")
    assert directory.patch(f"/Users/{key}", change).status_code == 200


def test_an_address_of_another_account_is_not_taken(directory: Directory) -> None:
    an_account("member", email="b@plumbline.example")
    key = directory.user(ADA)
    answer = directory.patch(
        f"/Users/{key}", {"op": "replace", "path": "userName", "value": "b@plumbline.example"}
    )
    assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")


def test_the_last_owner_stays(directory: Directory, owner: User) -> None:
    key = directory.user(owner.email)
    for answer in (
        set_active(directory, key, active=False),
        directory.send("DELETE", f"/Users/{key}"),
        directory.send(
            "PUT",
            f"/Users/{key}",
            {"schemas": [USER], "userName": owner.email, "active": False},
        ),
    ):
        assert answer.status_code == 403
        assert "is the last owner" in answer.json()["detail"]
    owner.refresh_from_db()
    assert owner.is_active
    an_account("owner")
    assert set_active(directory, key, active=False).status_code == 200
    owner.refresh_from_db()
    assert not owner.is_active


@pytest.mark.django_db(transaction=True)
def test_two_last_owners_do_not_leave_at_once(directory: Directory, owner: User) -> None:
    other = an_account("owner")
    keys = [directory.user(one.email) for one in (owner, other)]
    together = Barrier(2)

    def leave(key: str) -> int:
        together.wait()
        try:
            return int(set_active(directory, key, active=False).status_code)
        finally:
            connection.close()

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(leave, keys)) == [200, 403]
        assert User.objects.filter(role="owner", is_active=True).count() == 1
        for key in keys:
            set_active(directory, key, active=True)


@pytest.mark.parametrize(
    "told",
    [
        {"role": "owner"},
        {"roles": [{"value": "owner", "primary": True}]},
        {"entitlements": [{"value": "owner"}]},
        {"is_active": False, "isActive": False},
        {"is_staff": True, "isSuperuser": True},
        {"password": "correct horse battery"},
        {"closed_by_directory": True, "closedByDirectory": True},
        {"person": 1, "personId": 1, "person_id": 1},
        {"groups": [{"value": "x"}]},
        {"id": "00000000-0000-0000-0000-000000000000", "version": 7, "meta": {"version": "7"}},
    ],
    ids=lambda told: next(iter(told)),
)
def test_nothing_else_is_taken(directory: Directory, told: dict[str, Any]) -> None:
    answer = directory.send("POST", "/Users", {"schemas": [USER], "userName": ADA, **told})
    key = answer.json().get("id") or directory.user(ADA)
    assert put(directory, key, active=True, **told).status_code in {200, 400}
    for name, value in told.items():
        answer = directory.patch(f"/Users/{key}", {"op": "add", "path": name, "value": value})
        assert answer.status_code in {200, 400}
    account = User.objects.get(email=ADA)
    assert (account.role, account.is_active, account.is_staff) == ("", True, False)
    assert not account.has_usable_password()
    assert not account.closed_by_directory
    assert account.person == DirectoryUser.objects.get().person
    assert str(DirectoryUser.objects.get().pk) == key
    assert b"correct horse" not in directory.send("GET", f"/Users/{key}").content


def test_a_version_that_is_known_is_not_sent_and_one_that_is_over_not_changed(
    directory: Directory,
) -> None:
    key = directory.user(ADA)
    tag = directory.send("GET", f"/Users/{key}")["ETag"]
    same = directory.send("GET", f"/Users/{key}", None, If_None_Match=tag)
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", tag)
    body = {"schemas": [USER], "userName": ADA, "displayName": "Ada"}
    first = directory.send("PUT", f"/Users/{key}", body, If_Match=tag)
    assert (first.status_code, first["ETag"]) == (200, 'W/"2"')
    for method in ("PUT", "DELETE"):
        late = directory.send(method, f"/Users/{key}", body, If_Match=tag)
        assert late.status_code == 412
    changed = first.json()["meta"]["lastModified"]
    again = directory.send("PUT", f"/Users/{key}", body).json()
    assert again["meta"]["version"] == 'W/"2"', "nothing changed"
    assert again["meta"]["lastModified"] == changed


WORDS = st.sampled_from(["", "a", "b", "ä"])
OPERATIONS = st.one_of(
    st.builds(
        lambda op, path, value: {"op": op, "path": path, "value": value},
        st.sampled_from(["add", "Replace"]),
        st.sampled_from(
            ["displayName", "name.givenName", "externalId", 'emails[type eq "work"].value']
        ),
        st.sampled_from(["a", "b", "ä"]),
    ),
    st.builds(
        lambda path: {"op": "remove", "path": path},
        st.sampled_from(["displayName", "name", "emails", 'emails[value eq "a"]', "active"]),
    ),
    st.builds(
        lambda value: {"op": "replace", "path": "active", "value": value},
        st.sampled_from([True, False, "True", "False"]),
    ),
)


@given(st.lists(OPERATIONS, min_size=1, max_size=6))
@settings(max_examples=150, deadline=timedelta(seconds=2))
def test_a_sequence_of_changes_repeated_ends_where_it_ended(
    operations: list[dict[str, Any]],
) -> None:
    with SERVICE:
        resource = Resource(user_name=ADA)
        ends = []
        for _ in range(2):
            PatchOp[Resource].model_validate({"Operations": operations}).patch(resource)
            ends.append(user_told(resource))
        assert ends[0] == ends[1]


@given(
    told=st.builds(
        UserRecord,
        user_name=st.just("ada"),
        display_name=WORDS,
        given_name=WORDS,
        active=st.sampled_from([None, True, False]),
        emails=st.lists(
            st.builds(
                EmailRecord,
                value=st.sampled_from(["", "x", "y"]),
                primary=st.sampled_from([None, True, False]),
            ),
            max_size=3,
        ).map(tuple),
    )
)
@settings(
    max_examples=30,
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_is_stored_is_what_was_told(told: UserRecord) -> None:
    DirectoryUser.objects.all().delete()
    user = people.create_user(told=UserRecord("ada"), person=None, told_by="a test")
    changed = people.change_user(user=user, told=told, told_by="a test")
    stored = DirectoryUser.objects.get()
    assert people.user_record(stored) == told
    assert changed == (told != UserRecord("ada"))
    assert not people.change_user(user=stored, told=told, told_by="a test")
    assert stored.version == 1 + changed
