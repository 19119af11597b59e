"""The demo's sign-in links exist in the demo alone."""

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.models.signals import post_save
from django.test import Client
from django.urls import clear_url_caches, include, path

from backend.accounts.models import User
from backend.audit.models import Event
from backend.people.models import Team
from tests.factories import a_team

NAME = "backend.accounts.demo"


def test_elsewhere_it_refuses_to_load_and_answers_nothing(client: Client) -> None:
    sys.modules.pop(NAME, None)
    with pytest.raises(ImproperlyConfigured, match="for the demo alone"):
        importlib.import_module(NAME)
    assert client.get("/demo/sign-in/anything/owner").status_code == 404


@pytest.fixture
def demo(settings: Any, tmp_path: object) -> Iterator[ModuleType]:
    """The module as the demo's settings load it, at its address."""
    settings.MODE = "demo"
    settings.SECRETS_DIR = tmp_path
    sys.modules.pop(NAME, None)
    module = importlib.import_module(NAME)
    urls = ModuleType("demo_urls")
    urls.urlpatterns = [  # type: ignore[attr-defined]
        path("", include(module)),
        path("", include("backend.config.urls")),
    ]
    settings.ROOT_URLCONF = urls
    clear_url_caches()
    yield module
    post_save.disconnect(module._open_new_team, sender=Team)
    sys.modules.pop(NAME, None)
    clear_url_caches()


@pytest.mark.django_db
def test_the_link_signs_a_team_lead_in_who_sees_teams_old_and_new(
    client: Client, demo: ModuleType, settings: Any
) -> None:
    keys = settings.SECRETS_DIR
    a_team(slug="a")
    link = demo.demo_link()
    assert link == demo.demo_link(), "the token is kept"
    assert (keys / "demo_sign_in_token").stat().st_mode & 0o777 == 0o400
    assert client.get(link).headers["Location"] == "/"
    a_team(slug="b")
    found = client.get("/api/v1/me").json()
    assert found["role"] == User.Role.TEAM_LEAD
    assert {team["slug"] for team in found["teams"]} == {"a", "b"}
    assert client.get("/admin/", follow=True).status_code == 403
    assert Event.objects.filter(name="signed_in").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["administrator", "owner"])
def test_others_administer(client: Client, demo: ModuleType, who: str) -> None:
    assert client.get(demo.demo_link(who)).status_code == 302
    assert client.get("/api/v1/me").json()["role"] == who
    assert client.get("/admin/").status_code == 200
    assert client.get("/api/v1/erasures").status_code == 200


@pytest.mark.django_db
def test_a_wrong_token_signs_nobody_in(client: Client, demo: ModuleType) -> None:
    token = demo.demo_link().split("/")[3]
    for wrong in (f"{token}x/owner", f"{token}/auditor", token):
        assert client.get(f"/demo/sign-in/{wrong}").status_code == 404
    assert client.get("/api/v1/me").status_code == 401
