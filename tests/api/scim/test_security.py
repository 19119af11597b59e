"""What a SCIM token opens, and nothing else does."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from backend.accounts.api_tokens import create_api_token
from backend.accounts.models import ApiToken, ScimToken, User
from backend.accounts.scim_tokens import create_scim_token, revoke_scim_token
from backend.accounts.store import add_service_account
from backend.audit.models import Event
from backend.delivery.store.ingest_tokens import create_ingest_token
from backend.people.models import DirectoryGroup, DirectoryUser
from tests.api.scim.conftest import BASE, GROUP, USER, Directory
from tests.factories import a_repository
from tests.recorded import recorded
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
FAR = "00000000-0000-4000-8000-000000000000"
OPERATIONS = [
    *((method, "/Users") for method in ("GET", "POST")),
    *((method, f"/Users/{FAR}") for method in ("GET", "PUT", "PATCH", "DELETE")),
    *((method, "/Groups") for method in ("GET", "POST")),
    *((method, f"/Groups/{FAR}") for method in ("GET", "PUT", "PATCH", "DELETE")),
    *(("GET", path) for path in ("/ServiceProviderConfig", "/ResourceTypes", "/Schemas")),
    *(("GET", path) for path in ("/ResourceTypes/User", f"/Schemas/{USER}")),
    *(("POST", path) for path in ("/.search", "/Bulk", "/Me")),
    ("GET", "/anything"),
]
ROLES = ["owner", "administrator", "auditor", "team_lead", "member", ""]


@pytest.mark.parametrize(
    ("method", "path"), OPERATIONS, ids=[f"{method} {path}" for method, path in OPERATIONS]
)
def test_every_operation_wants_a_token(method: str, path: str) -> None:
    answer = Client().generic(method, BASE + path, content_type="application/scim+json")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer["Content-Type"] == "application/scim+json"
    told = answer.json()
    assert told["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert told["status"] == "401"


@pytest.mark.parametrize("role", ROLES)
def test_a_session_opens_nothing(role: str) -> None:
    client = sign_in(Client(), an_account(role))
    for method, path in OPERATIONS:
        cache.delete("scim-refusals:127.0.0.1")
        assert client.generic(method, BASE + path).status_code == 401


def test_other_tokens_open_nothing(owner: User) -> None:
    now = timezone.now()
    revoked, first = create_scim_token(name="old", expires_at=None, acting_user=owner)
    assert revoke_scim_token(token=revoked, acting_user=owner)
    assert not revoke_scim_token(token=revoked, acting_user=owner)
    second = create_scim_token(
        name="over", expires_at=now - timedelta(seconds=1), acting_user=owner
    )[1]
    third = create_ingest_token(
        repository=a_repository(),
        name="CI",
        purposes=["incidents"],
        expires_at=None,
        acting_user=owner,
    )[1]
    told = {
        Directory(token).send("GET", "/Users").content
        for token in (first, second, third, "pls_unknown", "", "ä", "pls_" + "x" * 5000)
    }
    assert len(told) == 1, "all the same answer"
    assert Event.objects.filter(name="scim_token_refused").count() == 7


def test_a_token_opens_nothing_else(directory: Directory) -> None:
    headers = {"Authorization": f"Bearer {directory.token}"}
    for path in ("/api/v1/me", "/api/v1/status", "/metrics"):
        assert Client().get(path, headers=headers).status_code in {401, 404}
    assert Client().get("/admin/", headers=headers).status_code == 302
    answer = Client().post(
        "/api/v1/incidents", {"id": "1"}, content_type="application/json", headers=headers
    )
    assert answer.status_code == 401


def test_guesses_are_slowed_down_and_a_good_token_is_not(directory: Directory) -> None:
    bad = Directory("pls_guess")
    answers = [bad.send("GET", "/Users") for _ in range(25)]
    assert [one.status_code for one in answers] == [401] * 20 + [429] * 5
    assert answers[-1]["Retry-After"] == "300"
    assert answers[-1].json()["status"] == "429"
    assert Event.objects.filter(name="scim_token_refused").count() == 20, "no flood of events"
    assert directory.send("GET", "/Users").status_code == 200


def test_the_token_itself_is_stored_nowhere(directory: Directory) -> None:
    directory.user()
    assert directory.token not in str(ScimToken.objects.values().get())
    assert directory.token not in str(list(Event.objects.values()))
    stored = ScimToken.objects.get()
    first = stored.last_used_at
    assert first is not None
    directory.get("/Users")
    stored.refresh_from_db()
    assert stored.last_used_at == first, "noted once a minute"


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/plain", "{}", 415),
        ("application/x-www-form-urlencoded", "userName=x", 415),
        ("multipart/form-data; boundary=x", "--x--", 415),
        ("", "{}", 415),
        ("application/scim+json", " ", 400),
        ("application/scim+json", "{", 400),
        ("application/scim+json", "[]", 400),
        ("application/scim+json", '"x"', 400),
        ("application/scim+json", "\xff", 400),
        ("application/scim+json", '{"userName": NaN}', 400),
        ("application/scim+json", "[" * 100_000, 400),
        ("application/scim+json", '{"userName": "a\\u0000"}', 400),
        ("application/scim+json", '{"x": [{"\\ud800": 1}]}', 400),
        ("application/scim+json", '{"userName": ""}', 400),
        ("application/scim+json", '{"userName": ["a"]}', 400),
        ("application/scim+json", json.dumps({"userName": "x" * 255}), 400),
        ("application/scim+json", json.dumps({"userName": "x", "externalId": "x" * 256}), 400),
        ("application/scim+json", json.dumps({"userName": "x", "emails": [{}] * 21}), 400),
        ("application/scim+json", json.dumps({"userName": "x" * 1024 * 1024}), 413),
        ("application/json; charset=utf-8", json.dumps({"userName": "x"}), 201),
    ],
    ids=[
        *("text", "form", "files", "none", "empty", "broken", "list", "string", "bytes", "NaN"),
        *(
            "deep",
            "NUL",
            "surrogate",
            "no name",
            "name of a kind",
            "long",
            "long id",
            "many",
            "large",
            "json",
        ),
    ],
)
def test_bodies(directory: Directory, content_type: str, body: str, status: int) -> None:
    answer = Client().generic(
        "POST",
        f"{BASE}/Users",
        body.encode("latin-1"),
        content_type=content_type,
        headers={"Authorization": f"Bearer {directory.token}"},
    )
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/scim+json"
    if status >= 400:
        assert answer.json()["status"] == str(status)
        assert "Traceback" not in answer.content.decode()
        assert not DirectoryUser.objects.exists()


EVIL = [
    "' OR 1=1 --",
    '" or userName pr or userName eq "',
    "'; DROP TABLE people_directoryuser; --",
    "%",
    "_",
    ".*",
    "\\",
    "(a+)+$",
    "$(id)",
    "{{7*7}}",
]


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("op", ["eq", "co", "sw", "ew"])
def test_what_is_in_a_filter_is_text(directory: Directory, op: str, text: str) -> None:
    directory.user()
    told = directory.get("/Users", filter=f"userName {op} {json.dumps(text)}")
    assert told["totalResults"] == 0
    directory.user("x" + text + "x")
    told = directory.get("/Users", filter=f"userName co {json.dumps(text)}")
    assert told["totalResults"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "userName eq 'x'",
        'userName eq "x"; select 1',
        'userName eq "x" or 1 eq 1',
        'account.password sw "!"',
        'user_name__startswith eq "x"',
        'person.id eq "1"',
        'emails[user.userName eq "x"]',
        "a" * 5000,
        " or ".join(['id eq "x"'] * 200),
        "not (" * 300 + "active eq true" + ")" * 300,
        "(" * 1500 + "active eq true",
    ],
    ids=lambda text: f"{text[:24]} ({len(text)})",
)
def test_what_is_no_filter_is_refused(directory: Directory, text: str) -> None:
    for path in ("/Users", "/Groups"):
        answer = Client().get(
            BASE + path, {"filter": text}, headers={"Authorization": f"Bearer {directory.token}"}
        )
        assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidFilter")


def test_only_what_the_directory_told_is_seen(directory: Directory, owner: User) -> None:
    an_account("member", email="local@plumbline.example")
    assert directory.get("/Users")["totalResults"] == 0
    assert directory.get("/Users", filter='userName sw "owner"')["totalResults"] == 0
    for path in ("/Users/1", f"/Users/{owner.pk}", f"/Users/{FAR}", "/Groups/1", "/Users/../Users"):
        assert directory.send("GET", path).status_code == 404
    # The same answer, whether or not there is such an account.
    told = [
        directory.send("POST", "/Users", {"schemas": [USER], "userName": name}).json()
        for name in ("local@plumbline.example", "nobody@plumbline.example")
    ]
    for one in told:
        for name in ("id", "meta", "userName"):
            del one[name]
    assert told[0] == told[1]


def test_other_methods_and_addresses(directory: Directory) -> None:
    answer = directory.send("DELETE", "/Users")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, POST")
    assert directory.send("POST", "/.search", {}).status_code == 501
    assert directory.send("POST", "/Bulk", {}).status_code == 404
    assert directory.send("GET", "/Me").status_code == 404
    assert directory.send("GET", "/Schemas?filter=id%20pr").status_code == 403
    assert directory.send("TRACE", "/Users").status_code == 405
    assert directory.send("HEAD", "/Users").status_code == 200
    for outside in ("/scim", "/scim/", "/scim/v1/Users"):
        assert Client().get(outside).status_code == 404, "no page of the browser's"


def test_discovery_tells_what_is_there(directory: Directory) -> None:
    config = directory.get("/ServiceProviderConfig")
    offered = {name: told["supported"] for name, told in config.items() if "supported" in told}
    assert offered == {
        "patch": True,
        "bulk": False,
        "filter": True,
        "changePassword": False,
        "sort": True,
        "etag": True,
    }
    kinds = directory.get("/ResourceTypes")["Resources"]
    assert [(one["id"], one["endpoint"]) for one in kinds] == [
        ("User", "/Users"),
        ("Group", "/Groups"),
    ]
    schemas = {one["id"]: one for one in directory.get("/Schemas")["Resources"]}
    assert {USER, GROUP} <= schemas.keys()
    names = {one["name"] for one in schemas[USER]["attributes"]}
    assert names == {"userName", "name", "displayName", "active", "emails", "groups"}
    assert schemas[USER]["meta"]["location"] == f"{configured.PUBLIC_URL}{BASE}/Schemas/{USER}"


def test_a_patch_has_so_many_operations(directory: Directory) -> None:
    user, group = directory.user(), directory.group()
    one = {"op": "replace", "path": "displayName", "value": "Ada"}
    for path in (f"/Users/{user}", f"/Groups/{group}"):
        assert directory.patch(path, *[one] * 1000).status_code in {200, 204}
        assert directory.patch(path, *[one] * 1001).status_code == 413
        assert directory.patch(path).status_code == 400


def test_what_fails_half_way_leaves_nothing(directory: Directory) -> None:
    body: dict[str, Any] = {"schemas": [GROUP], "displayName": "G", "members": [{"value": FAR}]}
    assert directory.send("POST", "/Groups", body).status_code == 400
    assert not DirectoryGroup.objects.exists()
    assert not Event.objects.filter(name="directory_group_created").exists()


def test_who_was_closed_has_no_token_that_works_when_they_come_back(
    directory: Directory, owner: User
) -> None:
    account = an_account("auditor", email="ada@plumbline.example")
    scopes = [ApiToken.Scope.FIGURES]
    _, token = create_api_token(
        user=account, name="script", scopes=scopes, days=9, acting_user=account
    )
    script = Client(headers={"Authorization": f"Bearer {token}"})
    key = directory.user("ada@plumbline.example")
    assert script.get("/api/v1/me").status_code == 200
    directory.patch(f"/Users/{key}", {"op": "replace", "path": "active", "value": False})
    assert script.get("/api/v1/me").status_code == 401
    assert ApiToken.objects.get().revoked_at is not None
    told = recorded(name="account_closed").detail
    assert told["tokens"] == [str(ApiToken.objects.get())]
    directory.patch(f"/Users/{key}", {"op": "replace", "path": "active", "value": True})
    account.refresh_from_db()
    assert account.is_active
    assert script.get("/api/v1/me").status_code == 401


def test_no_service_account_is_the_directorys(directory: Directory, owner: User) -> None:
    account = add_service_account(name="Dashboard", role="member", responsible=owner)
    told = {"schemas": [USER], "userName": account.email, "active": False}
    answer = directory.send("POST", "/Users", told)
    assert answer.status_code == 403
    assert "service account" in answer.json()["detail"]
    other = directory.user("ada@plumbline.example")
    renamed = directory.patch(
        f"/Users/{other}", {"op": "replace", "value": {"userName": account.email}}
    )
    assert renamed.status_code == 409
    account.refresh_from_db()
    assert account.is_active
    assert account.directory_user is None
