"""What left the appliance in the browser's world: a month and a half of it."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from backend.accounts.models import IdentityProvider
from backend.accounts.sso.questions import OPENID_CONFIGURATION, OPENID_KEYS
from backend.connections.models import Connection
from backend.outbound.destinations import destination_of
from backend.outbound.graphql import question
from backend.outbound.models import Query, Traffic
from backend.outbound.questions import Question
from backend.sources.endpoints import a_file
from backend.sources.git.watching import QUESTION as FETCH
from backend.sources.github.endpoints import REST
from backend.sources.github.queries import Queries

DAYS = 45
Sent = tuple[str, Traffic.Purpose, Question, int, int]
"""Where to, for what, what, requests an hour, and bytes that come back for each."""


def leave(connection: Connection) -> None:
    """To the connection, to where it leads, to a provider that is no longer configured, and not to one that is."""
    IdentityProvider.objects.create(
        kind=IdentityProvider.Kind.SAML,
        slug="staff",
        name="Staff",
        is_enabled=False,
        address="https://idp.plumbline.example/saml",
    )
    chance = random.Random(3)
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=DAYS)
    sent = list(_sent(connection))
    for _, _, one, _, _ in sent:
        Query.objects.get_or_create(
            digest=one.digest,
            defaults={
                "interface": one.interface,
                "name": one.name,
                "asked": list(one.asked),
                "kept": None if one.kept is None else list(one.kept),
                "first_asked_at": begin,
            },
        )
    Traffic.objects.bulk_create(
        _row(begin + timedelta(hours=hour), one, chance)
        for hour in range(0, DAYS * 24, 4)
        for one in sent
        if chance.random() < (0.9 if (hour // 24) % 7 < 5 else 0.2)
    )


def _sent(connection: Connection) -> Iterator[Sent]:
    place, collect = destination_of(connection.url), Traffic.Purpose.COLLECT
    asked = Queries(
        full_database_id=True, bot_reviewers=True, rate_limit=True, status_environment=True
    )
    yield place, collect, question(asked.pull_requests), 60, 21_000
    yield place, collect, question(asked.pull_request), 22, 4_100
    yield place, collect, question(asked.teams), 2, 900
    for path in ("/meta", "/repos/a/b/actions/runs", "/repos/a/b/actions/runs/1/jobs"):
        yield place, collect, REST.question("GET", path, {}), 30, 5_200
    yield place, Traffic.Purpose.CLONE, FETCH, 3, 850_000
    yield "files.ghes.example:443", Traffic.Purpose.FILES, a_file("ghes.example"), 2, 64_000
    for one in (OPENID_CONFIGURATION, OPENID_KEYS):
        yield "sign-in.plumbline.example:443", Traffic.Purpose.SIGN_IN, one, 1, 1_800


def _row(hour: datetime, sent: Sent, chance: random.Random) -> Traffic:
    destination, purpose, one, requests, size = sent
    requests = max(1, round(requests * chance.lognormvariate(0, 0.5)))
    return Traffic(
        hour=hour,
        destination=destination,
        purpose=purpose,
        query_id=one.digest,
        requests=requests,
        refused=chance.random() < 0.05,
        failed=chance.random() < 0.03,
        bytes_sent=requests * (900 + 4 * len(one.asked)),
        bytes_received=round(requests * size * chance.lognormvariate(0, 0.3)),
        first_at=hour,
        last_at=hour + timedelta(minutes=55),
    )
