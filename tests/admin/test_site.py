"""Who may enter the administration, and what each of its pages answers to whom."""

from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.test import Client
from django.urls import reverse

from backend.accounts.models import SignInPolicy, User
from backend.config.admin.site import AREAS, area_of, site
from backend.delivery.models import ArtifactRule, IngestToken, Ownership
from backend.governance.models import Particulars
from backend.people.models import Organisation
from tests.factories import History, a_connection, a_team
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
Role = User.Role
MODELS = sorted(site._registry, key=lambda model: model._meta.label_lower)


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMINISTRATOR, Role.AUDITOR])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_every_list_opens_with_its_filters_and_search(
    client: Client, model: Any, role: str
) -> None:
    Organisation.objects.create(pk=1)
    SignInPolicy.objects.create(pk=1)
    Particulars.objects.create(pk=1)
    a_team(slug="a")
    History().pull(None)
    sign_in(client, an_account(role))
    answer = client.get(address(model, "changelist"))
    if model in {Organisation, Particulars, SignInPolicy}:
        assert answer.headers["Location"] == address(model, "change", 1)
        return
    assert answer.status_code == 200
    assert client.get(address(model, "changelist"), {"q": "1"}).status_code == 200
    row = model._default_manager.first()
    if row is not None:
        assert client.get(address(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("role", [Role.TEAM_LEAD, Role.MEMBER, ""])
def test_others_are_kept_out(client: Client, role: str) -> None:
    sign_in(client, an_account(role))
    for model in MODELS:
        answer = client.get(address(model, "changelist"), follow=True)
        assert answer.status_code == 403, model
    assert client.get("/admin/", follow=True).status_code == 403


def test_signing_in_is_the_same_as_everywhere(client: Client) -> None:
    answer = client.get("/admin/people/team/", follow=True)
    assert [place for place, _ in answer.redirect_chain] == [
        "/admin/login/?next=/admin/people/team/",
        "/accounts/login/?next=%2Fadmin%2Fpeople%2Fteam%2F",
    ]
    assert client.post("/admin/login/", {"username": "x", "password": "y"}).status_code == 302


def test_an_auditor_changes_nothing(client: Client) -> None:
    team, connection = a_team(slug="a"), a_connection()
    other = an_account(Role.MEMBER)
    sign_in(client, an_account(Role.AUDITOR))
    for row in (team, connection, other):
        page = address(type(row), "change", row.pk)
        assert b'name="_save"' not in client.get(page).content
        assert client.post(page, {"name": "changed"}).status_code == 403
        assert client.get(address(type(row), "add")).status_code == 403
    secret = reverse("admin:connections_connection_webhook_secret", args=[connection.pk])
    assert client.post(secret).status_code == 403
    team.refresh_from_db()
    assert team.name == "A"


@pytest.mark.parametrize("label", ["delivery", "sources", "audit", "usersessions"])
def test_what_is_collected_or_recorded_is_read_only(client: Client, label: str) -> None:
    History().pull(None)
    sign_in(client, an_account(Role.OWNER))
    for model in (model for model in MODELS if model._meta.app_label == label):
        if model in {ArtifactRule, IngestToken, Ownership}:  # made by people
            continue
        assert client.get(address(model, "add")).status_code == 403
        row = model._default_manager.first()
        if row is not None:
            assert client.post(address(model, "change", row.pk), {}).status_code == 403
            assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_what_other_apps_register_is_not_shown() -> None:
    django_admin.autodiscover()
    assert "mfa.authenticator" in {m._meta.label_lower for m in django_admin.site._registry}
    shown = {model._meta.label_lower for model in site._registry}
    assert shown == {model._meta.label_lower for model in MODELS}
    assert not shown & {"mfa.authenticator", "auth.group", "account.emailaddress"}


def test_the_index_is_in_order_and_names_the_product(client: Client) -> None:
    sign_in(client, an_account(Role.ADMINISTRATOR))
    page = client.get("/admin/").content.decode()
    places = [page.index(f'class="app-{label} module') for label in ("connections", "people")]
    assert places == sorted(places)
    assert "Plumbline</a>" in page


def test_every_area_has_pages_and_every_page_one_area() -> None:
    areas = [area_of(model._meta.app_label, model._meta.model_name or "") for model in MODELS]
    assert set(areas) == set(AREAS)
    known = {model._meta.label_lower for model in MODELS}
    for area in AREAS:
        assert all(kind in known for kind in area.kinds if "." in kind), area.name
