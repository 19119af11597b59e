"""Matching all that is stored: bots are marked by the rules, what is certain is joined, what is likely offered."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from auditlog.context import disable_auditlog
from django.db import connection as database
from django.db import transaction
from django.db.models import Max

from backend import clock
from backend.audit.events import record
from backend.people import moving
from backend.people.bot_marks import mark_bots
from backend.people.evidence import Known, address
from backend.people.matching import Offered, SignIn, match
from backend.people.models import Address, Identity, MatchRun, Merge, Offer

RESTS: Final = timedelta(minutes=1)
"""While much is collected, new identities wait together."""


class Outcome(NamedTuple):
    joined: int
    offers: int
    marked: int


@transaction.atomic
@disable_auditlog()  # type: ignore[untyped-decorator] # the library has no types
def match_people(*, sign_ins: Sequence[SignIn]) -> Outcome:
    """One round over everything; the same again where nothing changed."""
    moving.alone()
    seen = _highest()
    marked = mark_bots()
    refused = Offer.objects.filter(answer=Offer.Answer.REFUSED).values_list("first", "second")
    found = match(_known(), _still_to_link(sign_ins), list(refused))
    joined = moving.carry_out(joins=found.joins, reason=Merge.Reason.CERTAIN)
    _store_offers(found.offers)
    MatchRun.objects.update_or_create(
        pk=1,
        defaults={"ran_at": clock.now(), "last_identity": seen[0], "last_address": seen[1]},
    )
    outcome = Outcome(len(joined), len(found.offers), marked)
    if outcome.joined or outcome.marked:
        record(name="people_matched", detail=outcome._asdict())
    return outcome


def anything_new() -> bool:
    """Whether there are identities or addresses that no round has seen, and the last one is a while ago.

    What changed without a new row, as a name, is seen at the next hourly round.
    """
    last = MatchRun.objects.filter(pk=1).first()
    if last is None:
        return Identity.objects.exists()
    if clock.now() - last.ran_at < RESTS:
        return False
    identity, email = _highest()
    return identity > last.last_identity or email > last.last_address


def _highest() -> tuple[int, int]:
    identity = Identity.objects.aggregate(highest=Max("pk"))["highest"]
    email = Address.objects.aggregate(highest=Max("pk"))["highest"]
    return identity or 0, email or 0


def _known() -> list[Known]:
    emails: dict[int, set[str]] = defaultdict(set)
    for identity, email in Address.objects.values_list("identity", "email"):
        emails[identity].add(address(email))
    rows = Identity.objects.filter(is_bot=False).exclude(
        kind__in=(Identity.Kind.BOT, Identity.Kind.ERASED)
    )
    columns = ("connection", "connection__url", "kind", "login", "external_id", "account_id")
    hosts: dict[str, str] = {}
    return [
        Known(
            id=pk,
            connection=connection,
            host=hosts.setdefault(url, urlsplit(url).hostname or ""),
            kind=kind,
            login=login,
            external_id=external_id,
            account_id=account_id,
            name=name,
            emails=frozenset(emails.get(pk, ())),
            person=person,
        )
        for pk, connection, url, kind, login, external_id, account_id, name, person in rows.values_list(
            "pk", *columns, "name", "person"
        )
    ]


def _still_to_link(sign_ins: Sequence[SignIn]) -> list[SignIn]:
    """Without those whose link somebody took back: it is theirs to make again."""
    undone = Merge.objects.exclude(undone_at=None).exclude(moved__rows=[])
    taken_back = {
        (label, pk)
        for moved in undone.values_list("moved", flat=True)
        for label, pk, _ in moved["rows"]
    }
    return [one for one in sign_ins if one.person is not None or one.row not in taken_back]


def _store_offers(found: Collection[Offered]) -> None:
    """Make the open offers these."""
    columns = [list(column) for column in zip(*found, strict=True)] or [[], [], [], []]
    with database.cursor() as cursor:
        cursor.execute(
            "DELETE FROM people_offer AS old WHERE answer = '' AND NOT EXISTS (SELECT FROM"
            " unnest(%s::bigint[], %s::bigint[]) AS new (first, second)"
            " WHERE (new.first, new.second) = (old.first_id, old.second_id))",
            columns[:2],
        )
    Offer.objects.bulk_create(
        (
            Offer(first_id=a, second_id=b, strength=strength, evidence=evidence)
            for a, b, strength, evidence in found
        ),
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["strength", "evidence"],
    )
