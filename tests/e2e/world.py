"""What the browser finds: two teams below a third, and four months of their pull requests, seeded."""

import random
from datetime import UTC, datetime, time, timedelta
from typing import Any

from backend.accounts import break_glass
from backend.accounts.models import User
from backend.accounts.store import add_user, enrolment_link
from backend.audit.sealing import sign_documents
from backend.connections.models import Connection
from backend.delivery.models import PullRequest
from backend.governance.asvs import assessing
from backend.governance.models import Assessment
from backend.metrics import compute
from backend.people.models import Identity, Team
from backend.sources.models import Cursor, Hint, SyncRun, Usage
from tests.audit.chained import a_head
from tests.e2e.deployments import deploy
from tests.e2e.issues import work
from tests.e2e.outbound import leave
from tests.e2e.people import known
from tests.e2e.runs import run
from tests.factories import History, a_cursor, a_hint, a_repository, a_team, an_identity

DAYS = 120
KEY_HOLDERS = ("passkey", "key", "touch", "copied", "other")
LABELS: tuple[list[str], ...] = (
    ["feature"],
    ["bug"],
    [],
    ["enhancement"],
    ["tech-debt"],
    [],
)
TITLES = (
    "Fix the retry of a task whose broker went away",
    "Filter the rack list by site",
    "Cache the project page by its serial",
    "Correct the chord counter when a header task is replaced",
    "Use the right time zone in scheduled jobs",
    "Say how upgrades of plugins work",
    "Validate prefixes on import",
)


def fill() -> dict[str, str]:
    """Everything that stands in the database before the browser opens. Enrolment links by account."""
    chance = random.Random(7)
    history = History()
    connection = history.repository.connection
    groups = [[an_identity(connection) for _ in range(5)] for _ in range(2)]
    department = a_team(slug="department")
    teams = [
        a_team(*group, slug=f"team-{name}", parent=department)
        for name, group in zip("ab", groups, strict=True)
    ]
    alone = a_team(an_identity(connection), slug="team-of-one")
    for group in groups:
        _pulls(history, group, chance)
    lonely = Identity.objects.get(person__teams=alone)
    for day in (3, 9):
        history.pull(lonely, opened=_ago(day), merged=5)
    leave(connection)
    compute.measure(limit=10_000)
    compute.catch_up()
    deploy(history.repository, chance)
    run(history.repository)
    work(groups, lonely, chance)
    count = PullRequest.objects.count()
    Cursor.objects.create(
        connection=connection,
        repository=history.repository,
        kind=Hint.Kind.PULL_REQUESTS,
        complete_to=datetime.now(UTC),
        stored=count,
        expected=count,
        held=count,
        counted_at=datetime.now(UTC),
    )
    _ledger(history)
    known(connection)
    return _accounts(department, [*teams, alone])


def _ledger(history: History) -> None:
    """A repository that is whole, one with a gap and parked work, one under way, and two that are not read."""
    now = datetime.now(UTC)
    connection = history.repository.connection
    whole: dict[str, Any] = {"complete_to": now, "counted_at": now}
    for kind, count in (("commits", 1204), ("checks", 2310), ("releases", 8), ("tags", 31)):
        a_cursor(history.repository, kind, expected=count, held=count, **whole)
    a_cursor(history.repository, "workflow_runs", **whole)
    refused = "The token may not read deployments. Give it deployments: read."
    a_cursor(history.repository, "deployments", unavailable=refused)
    gap = a_repository(connection, name_with_owner="org/with-a-gap")
    a_cursor(gap, expected=480, held=477, **whole)
    a_cursor(gap, "tags", expected=30, held=31, **whole)
    for number in (7, 12):
        a_hint(
            gap,
            "pull_request",
            key=str(number),
            attempts=8,
            parked_at=now,
            last_error="The server answered 502 to the smallest page.",
        )
    a_cursor(
        a_repository(connection, name_with_owner="org/under-way"),
        expected=9_000,
        held=4_150,
        counted_at=now,
        page="next",
    )
    a_repository(
        connection,
        name_with_owner="org/left-out",
        state="excluded",
        state_reason="It is a fork, and forks are excluded.",
    )
    a_repository(connection, name_with_owner="org/lost", state="lost_access")
    _activity(connection, now)


def _activity(connection: Connection, now: datetime) -> None:
    connection.quiet_from, connection.quiet_to = time(22), time(6)
    connection.server_version = "3.19.1"
    connection.save()
    hour = now.replace(minute=0, second=0, microsecond=0)
    Usage.objects.create(
        connection=connection,
        hour=hour,
        interface=Usage.Interface.GRAPHQL,
        requests=2_480,
        points=2_600,
        not_modified=110,
    )
    SyncRun.objects.create(
        connection=connection,
        kind=Hint.Kind.CONNECTION,
        started_at=now,
        finished_at=now,
        outcome=SyncRun.Outcome.SUCCEEDED,
    )


def _ago(days: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(days=days)


def _pulls(history: History, group: list[Identity], chance: random.Random) -> None:
    for _ in range(90):
        author, reviewer = chance.sample(group, 2)
        opened = _ago(chance.uniform(1, DAYS))
        picked_up = chance.lognormvariate(1.6, 1.1)
        approved = picked_up + chance.lognormvariate(1, 1)
        reviewed = chance.random() < 0.9
        merged = approved + chance.lognormvariate(-1, 1)
        history.pull(
            author,
            opened=opened,
            merged=merged if opened + timedelta(hours=merged) < _ago(0) else None,
            commits=(-chance.lognormvariate(1.5, 1),),
            reviews=(
                (picked_up, "commented", reviewer),
                (approved, "approved", reviewer),
            )
            if reviewed
            else (),
            lines=round(chance.lognormvariate(4, 1.3)) + 1,
            generated=chance.choice((0, 0, 900)),
            title=chance.choice(TITLES),
            labels=LABELS[round(picked_up * 60) % len(LABELS)],
        )


def _accounts(department: Team, others: list[Team]) -> dict[str, str]:
    lead = add_user(
        email="lead-a@plumbline.example",
        name="Lead of team a",
        role=User.Role.TEAM_LEAD,
        teams=[department, *others],
    )
    newcomer = add_user(
        email="newcomer@plumbline.example",
        name="Newcomer",
        role=User.Role.TEAM_LEAD,
        teams=[others[0]],
    )
    administrator = add_user(
        email="administrator@plumbline.example",
        name="Administrator",
        role=User.Role.ADMINISTRATOR,
    )
    owner = add_user(email="owner@plumbline.example", name="Owner", role=User.Role.OWNER)
    auditor = add_user(email="auditor@plumbline.example", name="Auditor", role=User.Role.AUDITOR)
    holders = [
        add_user(email=f"{name}@plumbline.example", name=name, role=User.Role.TEAM_LEAD)
        for name in KEY_HOLDERS
    ]
    users = (lead, newcomer, administrator, owner, auditor, *holders)
    return {user.name: enrolment_link(user=user) for user in users}


def use_emergency_account() -> None:
    """Somebody signs in with it."""
    email = "emergency@plumbline.example"
    user = User.objects.filter(email=email).first() or add_user(email=email, role=User.Role.OWNER)
    break_glass.mark(user=user)
    break_glass.tell(user=user, address="192.0.2.7")


def assess() -> None:
    """A self-assessment that was made and signed, of an appliance that no host has looked at."""
    if assessing.last_made() is None:
        assessing.make(assessing.ask(cause=Assessment.Cause.DEMAND))
        sign_documents(head=a_head())
