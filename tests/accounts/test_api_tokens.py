"""API tokens: what they are good for, for how long, and what is recorded of them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from backend.accounts import access, sessions, store
from backend.accounts.api_tokens import (
    InvalidToken,
    create_api_token,
    good,
    revoke_api_token,
    use_api_token,
)
from backend.accounts.models import ApiToken, ServiceAccount, User
from backend.audit.models import Event
from tests.factories import a_team
from tests.recorded import all_recorded, recorded
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
Role, Scope = User.Role, ApiToken.Scope
HERE = "192.0.2.1"


def a_token(user: User, *scopes: str, days: int = 30, by: User | None = None) -> str:
    made, token = create_api_token(
        user=user, name="script", scopes=scopes or ("figures",), days=days, acting_user=by or user
    )
    assert made.digest not in token
    return token


def ask(token: str, path: str = "/api/v1/me", method: str = "get", **more: Any) -> Any:
    client = Client(enforce_csrf_checks=True)
    return getattr(client, method)(path, headers={"Authorization": f"Bearer {token}"}, **more)


def test_a_token_reads_without_a_session_and_leaves_none() -> None:
    user = an_account(Role.AUDITOR)
    answer = ask(a_token(user))
    assert (answer.status_code, answer.json()["email"]) == (200, user.email)
    assert not answer.cookies
    assert ask(a_token(user), "/api/v1/definitions").status_code == 200


def test_only_the_digest_is_kept() -> None:
    token = a_token(an_account(Role.MEMBER))
    (row,) = ApiToken.objects.values()
    assert token not in str(row)
    assert token.startswith(row["beginning"])
    assert row["digest"] not in str(Event.objects.values())


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("figures", {access.READ_FIGURES, access.SEE_ALL_TEAMS}),
        ("rows", {access.READ_PULL_REQUESTS, access.SEE_ALL_TEAMS}),
        ("administration", {access.READ_ADMINISTRATION}),
    ],
)
def test_a_scope_narrows_what_the_account_may_do(scope: str, allowed: set[str]) -> None:
    user = use_api_token(a_token(an_account(Role.OWNER), scope), address=HERE)
    assert user is not None
    assert access.capabilities(user) == allowed


def test_no_token_administers_makes_tokens_or_revokes_them() -> None:
    owner = an_account(Role.OWNER)
    user = use_api_token(a_token(owner, *Scope.values), address=HERE)
    assert user is not None
    assert not access.may_administer(user)
    assert not access.may_revoke(user, ApiToken.objects.get())
    with pytest.raises(access.Denied):
        a_token(user)


def test_a_token_is_never_more_than_its_account_at_the_moment() -> None:
    user = an_account(Role.AUDITOR)
    token = a_token(user, *Scope.values)
    user.role = Role.MEMBER
    user.save()
    found = use_api_token(token, address=HERE)
    assert found is not None
    assert access.capabilities(found) == {access.READ_FIGURES, access.READ_PULL_REQUESTS}
    assert ask(token, "/api/v1/status").json()["repositories"] == []
    user.role = ""
    user.save()
    assert ask(token, "/api/v1/definitions").status_code == 403


def test_what_the_scope_is_not_for_is_denied() -> None:
    user = an_account(Role.AUDITOR)
    rows = "/api/v1/pull-requests?from=2026-03-02&to=2026-03-03"
    assert ask(a_token(user, "figures"), rows).json()["code"] == "denied"
    assert ask(a_token(user, "rows"), rows).status_code == 200
    assert ask(a_token(user, "administration"), "/api/v1/definitions").status_code == 403
    assert ask(a_token(user, "administration"), "/api/v1/completeness").json()["sees_all"]
    assert not ask(a_token(user, "figures"), "/api/v1/completeness").json()["sees_all"]


def test_nothing_is_changed_with_a_token_not_even_beside_a_session(client: Client) -> None:
    owner = an_account(Role.OWNER)
    token = a_token(owner, *Scope.values)
    path, wish = "/api/v1/completeness/retry", {"work": [1]}
    answer = ask(token, path, "post", data=wish, content_type="application/json")
    assert answer.status_code in {401, 403}
    sign_in(client, owner)
    headers = {"Authorization": "Bearer plb_unknown"}
    assert client.get("/api/v1/me", headers=headers).json()["code"] == "no_token"


def test_a_token_opens_no_page() -> None:
    token = a_token(an_account(Role.OWNER), *Scope.values)
    for page in ("/admin/", "/accounts/tokens/", "/api/v1/docs"):
        answer = ask(token, page)
        assert (answer.status_code, "login" in answer.headers["Location"]) == (302, True)


def _revoke(token: ApiToken, user: User) -> None:
    revoke_api_token(token=token, acting_user=user)


def _expire(token: ApiToken, _: User) -> None:
    ApiToken.objects.update(expires_at=timezone.now(), created_at=timezone.now())


def _deactivate(_: ApiToken, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("end", [_revoke, _expire, _deactivate])
def test_a_token_ends_at_once(end: Any) -> None:
    user = an_account(Role.MEMBER)
    token = a_token(user)
    assert ask(token).status_code == 200
    end(ApiToken.objects.get(), user)
    answer = ask(token)
    assert (answer.status_code, answer.json()["code"]) == (401, "no_token")


def test_deactivating_revokes_so_that_nothing_comes_back_with_the_account() -> None:
    user, owner = an_account(Role.MEMBER), an_account(Role.OWNER)
    token = a_token(user)
    store.close(user=user, acting_user=owner)
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert use_api_token(token, address=HERE) is None
    assert not good(user).exists()


@pytest.mark.parametrize("days", [0, 366])
def test_a_token_is_good_for_a_year_at_most(days: int) -> None:
    with pytest.raises(InvalidToken, match="365"):
        a_token(an_account(Role.MEMBER), days=days)


def test_the_database_holds_that_as_well() -> None:
    a_token(an_account(Role.MEMBER), days=365)
    with pytest.raises(IntegrityError):
        ApiToken.objects.update(expires_at=timezone.now() + timedelta(days=370))


@pytest.mark.parametrize("scopes", [("administration",), ("figures", "anything")])
def test_nobody_makes_a_token_for_what_they_may_not_do(scopes: tuple[str, ...]) -> None:
    with pytest.raises(InvalidToken):
        a_token(an_account(Role.MEMBER), *scopes)


def test_use_is_noted_once_a_minute_and_each_new_address_is_recorded() -> None:
    token = a_token(an_account(Role.MEMBER))
    for address in (HERE, HERE, "2001:db8::1", HERE):
        use_api_token(token, address=address)
    stored = ApiToken.objects.get()
    assert stored.addresses == [HERE, "2001:db8::1"]
    told = all_recorded(name="api_token_used_from_new_address")
    assert [one.address for one in told] == stored.addresses
    before = stored.last_used_at
    assert before is not None
    use_api_token(token, address=HERE)
    stored.refresh_from_db()
    assert stored.last_used_at == before
    ApiToken.objects.update(last_used_at=before - timedelta(minutes=2))
    use_api_token(token, address=HERE)
    stored.refresh_from_db()
    assert stored.last_used_at is not None
    assert stored.last_used_at > before


def test_addresses_are_kept_within_bounds() -> None:
    token = a_token(an_account(Role.MEMBER))
    for last in range(101):
        use_api_token(token, address=f"192.0.2.{last}")
    kept = ApiToken.objects.get().addresses
    assert (len(kept), kept[0], kept[-1]) == (100, "192.0.2.1", "192.0.2.100")


def test_using_a_token_is_one_statement(django_assert_num_queries: Any) -> None:
    token = a_token(an_account(Role.MEMBER))
    use_api_token(token, address=HERE)
    with django_assert_num_queries(1):
        use_api_token(token, address=HERE)


def test_tokens_of_others_are_revoked_by_administrators_alone() -> None:
    a_token(an_account(Role.OWNER))
    token, administrator = ApiToken.objects.get(), an_account(Role.ADMINISTRATOR)
    for role in (Role.AUDITOR, Role.TEAM_LEAD, Role.MEMBER):
        with pytest.raises(access.Denied):
            revoke_api_token(token=token, acting_user=an_account(role))
    assert revoke_api_token(token=token, acting_user=administrator)
    assert not revoke_api_token(token=token, acting_user=administrator)
    assert Event.objects.filter(name="api_token_revoked", actor=administrator).count() == 1


def test_making_one_is_recorded() -> None:
    user = an_account(Role.MEMBER)
    a_token(user, "rows", days=7)
    made = recorded(name="api_token_made")
    assert made.event.actor == user
    assert made.detail == {"account": user.email, "scopes": ["rows"], "days": 7}


# Service accounts


def a_service(role: str = Role.AUDITOR, *, responsible: User | None = None) -> ServiceAccount:
    owner = responsible or an_account(Role.ADMINISTRATOR)
    return store.add_service_account(name="Dash board", role=role, responsible=owner)


def test_a_service_account_reads_by_token_within_its_teams() -> None:
    owner = an_account(Role.ADMINISTRATOR)
    service = a_service(Role.TEAM_LEAD, responsible=owner)
    team, _ = a_team(slug="a"), a_team(slug="b")
    service.grants.create(team=team)
    answer = ask(a_token(service, by=owner)).json()
    assert [one["slug"] for one in answer["teams"]] == ["a"]
    assert (answer["email"], answer["may_see_all_teams"]) == ("dash-board@service.invalid", False)


def test_a_service_account_cannot_sign_in(client: Client) -> None:
    service = a_service()
    assert not service.has_usable_password()
    with pytest.raises(store.InvalidAccount, match="signs in nowhere"):
        store.enrolment_link(user=service)
    # However a session of it came to be: it is none.
    client.force_login(service)
    session = client.session
    session["second_factor"] = {"user": service.pk, "at": 0}
    session.save()
    assert client.get("/api/v1/me").status_code == 401
    assert sessions.end_all(user=service) == 0
    assert recorded(name="session_ended").detail == {"reason": "service_account"}


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMINISTRATOR, ""])
def test_a_service_account_runs_nothing(role: str) -> None:
    with pytest.raises(store.InvalidAccount, match="auditor"):
        a_service(role)
    service = a_service()
    if role:
        with pytest.raises(IntegrityError):
            ServiceAccount.objects.filter(pk=service.pk).update(role=role)


def test_an_administrator_answers_for_it_and_makes_its_tokens() -> None:
    with pytest.raises(store.InvalidAccount, match="administrator"):
        a_service(responsible=an_account(Role.AUDITOR))
    service = a_service()
    for user in (an_account(Role.AUDITOR), service):
        with pytest.raises(access.Denied):
            a_token(service, by=user)
    with pytest.raises(access.Denied):
        a_token(an_account(Role.MEMBER), by=an_account(Role.OWNER))


# The page


def made_on(client: Client, **wish: Any) -> Any:
    return client.post(
        "/accounts/tokens/", {"name": "Sheet", "scopes": ["figures"], "days": "30"} | wish
    )


def test_a_person_makes_sees_and_revokes_a_token(client: Client) -> None:
    sign_in(client, an_account(Role.MEMBER))
    page = made_on(client)
    (token,) = set(re.findall(r"plb_[-\w]{43}", page.content.decode()))
    assert "no-store" in page.headers["Cache-Control"]
    assert ask(token).status_code == 200
    listed = client.get("/accounts/tokens/").content.decode()
    assert "Sheet" in listed
    assert token not in listed
    address = f"/accounts/tokens/{ApiToken.objects.get().pk}/revoke/"
    assert client.get(address).status_code == 200
    assert ask(token).status_code == 200
    assert client.post(address).status_code == 302
    assert ask(token).status_code == 401
    assert "Sheet" not in client.get("/accounts/tokens/").content.decode()


@pytest.mark.parametrize(
    "wish", [{"scopes": ["administration"]}, {"scopes": []}, {"days": "366"}, {"name": ""}]
)
def test_the_page_refuses_what_is_not_to_be_had(client: Client, wish: dict[str, Any]) -> None:
    sign_in(client, an_account(Role.MEMBER))
    assert "invalid" in made_on(client, **wish).content.decode()
    assert not ApiToken.objects.exists()


def test_making_one_needs_a_recent_proof_of_who_sits_there(client: Client) -> None:
    user = an_account(Role.MEMBER)
    user.set_password("correct horse battery staple")
    user.save()
    sign_in(client, user)
    session = client.session
    session["started_at"] = session["seen_at"] = timezone.now().timestamp() - 600
    session["second_factor"] = {"user": user.pk, "at": timezone.now().timestamp() - 600}
    session["account_authentication_methods"] = []
    session.save()
    assert client.get("/accounts/tokens/").status_code == 200
    answer = made_on(client)
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert not ApiToken.objects.exists()
    resumed = client.post(answer.headers["Location"], {"password": "correct horse battery staple"})
    assert re.search(r"plb_[-\w]{43}", resumed.content.decode())


def test_nobody_touches_the_tokens_of_others_on_the_page(client: Client) -> None:
    a_token(an_account(Role.MEMBER))
    sign_in(client, an_account(Role.OWNER))
    address = f"/accounts/tokens/{ApiToken.objects.get().pk}/revoke/"
    assert client.post(address).status_code == 404


def test_without_a_role_no_token_is_offered(client: Client) -> None:
    sign_in(client, an_account(""))
    assert "gives it a role" in client.get("/accounts/tokens/").content.decode()
    assert client.post("/accounts/tokens/", {"name": "x", "days": 3}).status_code == 200
    assert not ApiToken.objects.exists()
