"""Figures and rows of one's own pull requests: for the person whose they are, and for nobody else."""

import pytest

from backend.accounts import access
from backend.accounts.models import User
from backend.metrics.models import PullRequestFact
from backend.people.models import Organisation
from tests.access.api_matrix import MATRIX, RANGE, SEES_ALL
from tests.access.conftest import CAST, Come
from tests.api.conftest import World
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db
ADDRESSES = [
    f"/api/v1/pull-requests{what}?{RANGE}&mine=true"
    for what in ("", "/figures", "/scatter", ".csv")
]


@pytest.mark.parametrize("name", CAST)
def test_only_an_account_that_is_linked_to_a_person_has_any(
    come: Come, world: World, name: str
) -> None:
    client = come(name)
    expected = {"member of team a": 200, "anonymous": 401, "ingest token": 401}.get(name, 403)
    assert [client.get(address).status_code for address in ADDRESSES] == [expected] * 4


def test_they_are_ones_own_whatever_the_size_of_the_group(come: Come, world: World) -> None:
    Organisation.objects.create(pk=1, minimum_group_size=50)
    client = come("member of team a")
    person = User.objects.get(role="member").person_id
    own = PullRequestFact.objects.filter(author_key=person, state="merged")
    page = client.get(f"{ADDRESSES[0]}&page_size=200").json()
    assert {row["id"] for row in page["items"]} == set(own.values_list("pk", flat=True))
    figures = client.get(ADDRESSES[1]).json()
    assert (figures["suppressed"], figures["people"]) == (None, 1)
    assert (figures["throughput"]["merged"], figures["team"]) == (own.count(), None)
    assert sum(week["n"] or 0 for week in figures["weeks"]) == own.count()
    assert not any(week["suppressed"] for week in figures["weeks"])
    assert client.get(ADDRESSES[2]).json()["n"] == own.count()
    of_team = client.get(ADDRESSES[1].replace("mine=true", "team=team-a")).json()
    assert of_team["suppressed"] is not None


def test_ones_own_pull_request_opens_without_a_team(come: Come, world: World) -> None:
    client = come("member of team a")
    user = User.objects.get(role="member")
    assert user.person is not None
    mine = PullRequestFact.objects.filter(author_key=user.person_id).first()
    assert mine is not None
    user.person.memberships.all().delete()
    assert client.get(f"/api/v1/pull-requests/{mine.pk}").status_code == 200
    assert client.get(f"/api/v1/pull-requests/{world.pull_of_b}").status_code == 404


def test_nothing_else_is_opened_by_asking_for_it(come: Come, world: World) -> None:
    """Other answers know nothing of it: without a team they stay closed to a member."""
    client = come("member of team a")
    tried = 0
    for operation, addresses in MATRIX.items():
        for address, allowed in addresses.items():
            is_own = address.partition("?")[0].startswith("/pull-requests")
            if address.endswith(RANGE) and allowed <= SEES_ALL | {"service account"} and not is_own:
                answer = client.get(
                    f"/api/v1{address.format(sprint=world.sprint, foreign_test=0)}&mine=true"
                )
                assert answer.status_code in {403, 404}, operation
                tried += 1
    assert tried > 20


def test_a_team_and_oneself_are_not_asked_for_at_once(come: Come, world: World) -> None:
    client = come("member of team a")
    assert client.get(f"{ADDRESSES[1]}&team=team-a").status_code == 422


def test_nobody_else_has_a_persons_own_figures_owners_included() -> None:
    for role in (*User.Role.values, ""):
        with pytest.raises(access.Denied):
            access.own_person(an_account(role))
