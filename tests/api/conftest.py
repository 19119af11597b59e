"""The small cast, signed in with a second factor, and pull requests of two teams."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.accounts import sessions
from backend.accounts.models import TeamGrant, User
from backend.connections.models import Connection
from backend.delivery.records import ActorRecord
from backend.metrics import compute
from backend.people import moving
from backend.people.matching import Join
from backend.people.models import Identity, Merge, Offer, Team
from backend.people.store import resolve_identities
from tests.deployed import Deployed, said
from tests.factories import MONDAY, History, a_team, an_identity
from tests.kept_rows import Rows, added, all_rows, put_back
from tests.tested import Machines
from tests.worked import Tracker

ROLES = {
    "owner": "owner",
    "administrator": "administrator",
    "auditor": "auditor",
    "lead of team a": "team_lead",
    "lead of team b": "team_lead",
    "member of team a": "member",
    "stranger": "",
}
CAST = [*ROLES, "anonymous"]


@dataclass
class World:
    history: History
    team_a: Team
    team_b: Team
    pull_of_a: int
    pull_of_b: int
    deployment_of_a: int
    deployment_of_b: int
    """After the other, of the same service."""
    correction: int
    """Of what fixed the deployment of a."""
    shared_test: int
    """Of the repository that both teams work on."""
    issue_of_a: int
    issue_of_b: int
    sprint: int
    offer: int
    """That people of the two teams are one."""
    merge: int


def an_offer(*pair: Identity) -> Offer:
    first, second = sorted(one.pk for one in pair)
    evidence = [["same login", "jdoe"]]
    return Offer.objects.create(first_id=first, second_id=second, strength=75, evidence=evidence)


def a_merge(connection: Connection) -> Merge:
    """Of two addresses that were nobody's."""
    accounts = [ActorRecord("git", f"merged@{part}.example", None) for part in "ab"]
    found = resolve_identities(connection=connection, accounts=accounts)
    join = Join(tuple(sorted(found.values())), ())
    return moving.carry_out(joins=[join], reason=Merge.Reason.CERTAIN)[0]


@dataclass
class Made:
    """A world and its rows, once a test has asked for it."""

    world: World | None = None
    rows: Rows = field(default_factory=dict)


@pytest.fixture(scope="module")
def made() -> Made:
    return Made()


@pytest.fixture
def world(db: None, made: Made) -> World:
    """As `a_world`, made once for a module: that takes longer than most of what is asked of it."""
    if made.world is None:
        before = all_rows()
        made.world = a_world()
        made.rows = added(before, all_rows())
    else:
        put_back(made.rows)
    return deepcopy(made.world)


def a_world() -> World:
    """Two teams of three people, with a merged pull request a day of each for two weeks, and one of a bot.

    What each team merged in the first week was deployed on the second Tuesday.
    """
    history = History()
    groups = [[an_identity(history.repository.connection) for _ in range(3)] for _ in range(2)]
    teams = [a_team(*group, slug=f"team-{name}") for name, group in zip("ab", groups, strict=True)]
    pulls = [
        history.pull(
            group[day % 3],
            opened=MONDAY + timedelta(days=day),
            merged=5 + day,
            reviews=((2, "approved", group[(day + 1) % 3]),),
        )
        for group in groups
        for day in range(14)
    ]
    history.pull(an_identity(history.repository.connection, is_bot=True), merged=2)
    history.pull(groups[0][0])
    compute.measure()
    compute.catch_up()
    shop = Deployed(history.repository)
    of_a, of_b = (shop.at(24 * 8, *pulls[:7]), shop.at(24 * 8 + 1, *pulls[14:21]))
    shared = Machines(history.repository).a_test()
    tracker = Tracker(begin=MONDAY)
    issues = [
        [tracker.issue(who, (2, "In Progress"), (9, "Done"), sprints=(1,)).pk for who in group]
        for group in groups
    ]
    return World(
        history,
        teams[0],
        teams[1],
        pulls[0].pk,
        pulls[-1].pk,
        of_a.pk,
        of_b.pk,
        said(of_a).pk,
        shared.pk,
        issues[0][0],
        issues[1][0],
        tracker.sprint(1, start=0, end=300).pk,
        an_offer(groups[0][0], groups[1][0]).pk,
        a_merge(history.repository.connection).pk,
    )


SignIn = Callable[[str], Client]


def statements_of(client: Client, path: str) -> int:
    """How many statements an answer takes, besides those that find the session and its user."""
    with CaptureQueriesContext(connection) as of_session:
        client.get("/api/v1/definitions")
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(f"/api/v1{path}")
        assert answer.getvalue()  # an export is read as it is sent
    assert answer.status_code == 200
    return len(captured) - len(of_session)


@pytest.fixture
def sign_in(world: World) -> SignIn:
    """A client signed in as one of the cast; "anonymous" is not."""

    def as_one(name: str) -> Client:
        client = Client()
        if name == "anonymous":
            return client
        user = User.objects.create(
            email=f"{name.replace(' ', '-')}@plumbline.example", name=name, role=ROLES[name]
        )
        if name.startswith("lead"):
            team = world.team_a if name.endswith("a") else world.team_b
            TeamGrant.objects.create(user=user, team=team)
        if name.startswith("member"):
            user.person = world.team_a.members.first()
            user.save()
        client.force_login(user)
        request = HttpRequest()
        request.session = client.session
        sessions.begin(request)
        sessions.show_second_factor(request, user)
        request.session.save()
        return client

    return as_one
