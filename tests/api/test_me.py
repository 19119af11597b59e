from functools import partial

import pytest
from django.test import Client

from backend.metrics.definitions import DEFINITIONS
from backend.people.models import Organisation, Team
from tests.api.conftest import SignIn, World
from tests.factories import a_team

pytestmark = pytest.mark.django_db


def test_a_lead_is_told_of_their_teams_alone(sign_in: SignIn, world: World) -> None:
    below = a_team(slug="below", parent=world.team_a, time_zone="Europe/Berlin")
    found = sign_in("lead of team a").get("/api/v1/me").json()
    assert [(team["slug"], team["parent"], team["members"]) for team in found["teams"]] == [
        ("below", "team-a", 0),
        ("team-a", None, 3),
    ]
    assert found["teams"][0]["time_zone"] == below.time_zone
    assert found["may_see_all_teams"] is False
    assert found["links"]["admin"] is None
    assert found["demo"] is None


def test_an_administrator_is_told_of_all(sign_in: SignIn) -> None:
    Organisation.objects.create(
        pk=1, name="All of us", time_zone="Asia/Tokyo", minimum_group_size=5
    )
    found = sign_in("administrator").get("/api/v1/me").json()
    assert [team["slug"] for team in found["teams"]] == ["team-a", "team-b"]
    assert found["may_see_all_teams"] is True
    assert found["links"]["admin"] == "/admin/"
    assert found["organisation"] == {
        "name": "All of us",
        "time_zone": "Asia/Tokyo",
        "minimum_group_size": 5,
    }


def test_a_team_above_that_may_not_be_seen_is_not_named(sign_in: SignIn, world: World) -> None:
    world.team_a.parent = a_team(slug="above")
    world.team_a.save()
    found = sign_in("lead of team a").get("/api/v1/me").json()
    assert [(team["slug"], team["parent"]) for team in found["teams"]] == [("team-a", None)]


def test_the_stranger_is_told_who_they_are_and_nothing_else(sign_in: SignIn) -> None:
    found = sign_in("stranger").get("/api/v1/me").json()
    assert (found["role"], found["teams"], found["may_see_all_teams"]) == ("", [], False)


def test_definitions_are_those_of_the_metrics(sign_in: SignIn) -> None:
    found = sign_in("member of team a").get("/api/v1/definitions").json()
    assert {one["key"]: (one["text"], one["version"]) for one in found} == {
        key: (known.text, known.version) for key, known in DEFINITIONS.items()
    }
    assert {one["source"] for one in found} == {
        f"/docs/metrics.md#{part}"
        for part in (
            *("pull-requests", "delivery", "automated-test-runs"),
            *("issues", "investment"),
        )
    }


def test_a_write_without_its_token_is_refused(sign_in: SignIn) -> None:
    client = sign_in("administrator")
    checked = Client(enforce_csrf_checks=True)
    checked.cookies = client.cookies
    write = partial(checked.post, "/api/v1/teams", {"name": "New"}, "application/json")
    refused = write()
    assert (refused.status_code, Team.objects.filter(name="New").exists()) == (403, False)
    checked.get("/")  # which hands the token out
    token = checked.cookies["__Host-csrftoken"].value
    assert write(headers={"X-CSRFToken": token, "Referer": "http://testserver/"}).status_code == 200
