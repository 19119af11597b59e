"""The tree of teams as its readers see it, and what an administrator changes of it."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from backend.audit.models import Event
from backend.delivery.models import Ownership
from backend.people.models import Organisation, Team
from backend.people.store import put_team
from tests.api.conftest import SignIn, World
from tests.factories import a_repository

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(sign_in: SignIn) -> Client:
    return sign_in("administrator")


def post(client: Client, path: str, **wish: Any) -> Any:
    return client.post(f"/api/v1/teams{path}", wish, content_type="application/json")


def entry(answer: Any, slug: str) -> dict[str, Any]:
    (found,) = (one for one in answer.json()["items"] if one["slug"] == slug)
    return dict(found)


def test_a_lead_sees_their_own_teams_with_their_calendars(sign_in: SignIn, world: World) -> None:
    Organisation.objects.create(pk=1, holidays_country="DE", holidays_subdivision="BY")
    Team.objects.filter(slug="team-a").update(days_off=[date(2026, 12, 24)])
    repository = world.history.repository
    Ownership.objects.create(team=world.team_a, repository=repository)
    Ownership.objects.create(team=world.team_b, repository=a_repository())
    answer = sign_in("lead of team a").get("/api/v1/teams").json()
    assert answer["may_change"] is False
    assert answer["items"] == [
        {
            "slug": "team-a",
            "name": "Team-A",
            "parent": None,
            "source": "manual",
            "ended_on": None,
            "people": 3,
            "people_below": 3,
            "calendar": {
                "time_zone": "UTC",
                "working_hours": "Mon-Fri 09:00-17:00",
                "holidays": "DE-BY",
                "days_off": 1,
            },
            "owns": [repository.name_with_owner],
        }
    ]


def test_an_administrator_makes_renames_and_moves_a_team(
    administrator: Client, world: World
) -> None:
    assert entry(post(administrator, "", name="Product"), "product")["people_below"] == 0
    answer = post(administrator, "/team-a", name="Web", parent="product")
    assert (entry(answer, "team-a")["name"], entry(answer, "team-a")["parent"]) == (
        "Web",
        "product",
    )
    assert entry(answer, "product")["people_below"] == 3
    refused = post(administrator, "/product", parent="team-a")
    assert (refused.status_code, "below itself" in refused.json()["message"]) == (422, True)
    assert post(administrator, "/team-a", parent="none").status_code == 422
    told = Event.objects.filter(name__startswith="team_").values_list("name", flat=True)
    assert sorted(told) == ["team_moved", "team_put", "team_put"]


def test_memberships_begin_and_end_on_a_day_of_the_past(
    administrator: Client, world: World
) -> None:
    person = world.team_b.memberships.earliest("pk").person_id
    begun = post(administrator, "/team-a/members", person=person, on="2026-03-05")
    rows = {one["person"]: one for one in begun.json()["items"]}
    assert (rows[person]["from"], rows[person]["to"]) == ("2026-03-05", None)
    ended = post(administrator, "/team-a/members/end", person=person, on="2026-03-09")
    rows = {one["person"]: one for one in ended.json()["items"]}
    assert (rows[person]["from"], rows[person]["to"]) == ("2026-03-05", "2026-03-09")
    assert post(administrator, "/team-a/members", person=2**40, on="2026-03-05").status_code == 422


def test_what_a_source_keeps_is_refused_until_it_is_taken_over(
    administrator: Client, world: World
) -> None:
    put_team(source=Team.Source.SCIM, external_id="1", name="Directory")
    person = world.team_b.memberships.earliest("pk").person_id
    refused = post(administrator, "/directory/members", person=person, on="2026-03-05")
    assert (refused.status_code, refused.json()["code"]) == (409, "kept_elsewhere")
    assert post(administrator, "/directory", name="Other").status_code == 409
    assert (
        entry(post(administrator, "/directory", parent="team-a"), "directory")["parent"] == "team-a"
    )
    assert entry(post(administrator, "/directory/take-over"), "directory")["source"] == "manual"
    assert post(administrator, "/directory", name="Other").status_code == 200
