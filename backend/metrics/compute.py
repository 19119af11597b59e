"""From stored events to facts and cells: load, apply the formulas, store what changed.

A changed pull request leaves a PendingMeasurement; `measure` takes it away in the transaction that stores the
figures, so that a crash at any moment loses nothing. What figures rest on besides events (who is who, teams,
formula versions) leaves no such row: `catch_up` notices a change of it by a digest and computes all again from
what is stored, in one transaction, so that figures of two versions are never seen together.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from backend.delivery.models import PendingMeasurement, PullRequest
from backend.metrics import cells, facts
from backend.metrics.formulas import pull_request, size
from backend.metrics.loading import load
from backend.metrics.models import Basis
from backend.people.models import Team
from backend.people.store import organisation

BATCH = 2000
"""Pull requests loaded at once."""
_Touched = set[tuple[int, datetime]]


def measure(limit: int = BATCH) -> int:
    """Measure up to `limit` pull requests that changed; how many there were, so that 0 is "all is done".

    Several processes may do this at once: each takes rows that no other has.
    """
    with transaction.atomic():
        _lock_facts(shared=True)
        rows = PendingMeasurement.objects.select_for_update(skip_locked=True)
        ids = sorted(rows.order_by("since").values_list("pk", flat=True)[:limit])
        if not ids:
            return 0
        touched = _store(ids)
        if touched:
            cells.lock()
            # In a statement after the lock's, so that it sees what the one before committed.
            cells.recompute(touched, time_zone=organisation().time_zone)
            Basis.objects.update_or_create(
                pk=1, defaults={"measured_at": timezone.now().replace(microsecond=0)}
            )
        PendingMeasurement.objects.filter(pk__in=ids).delete()
    return len(ids)


def catch_up() -> bool:
    """Compute all again where what figures rest on has changed since they were computed; whether it had."""
    people, teams = _digests()
    basis = Basis.objects.filter(pk=1).first() or Basis(pk=1)
    if (basis.people, basis.teams) == (people, teams):
        return False
    if basis.people != people:
        recompute_all()
    else:
        recompute_teams()
    return True


@transaction.atomic
def recompute_all() -> int:
    """Facts, teams and cells of every stored pull request; how many there are. Nothing is fetched."""
    _lock_facts(shared=False)
    people, teams = _digests()
    count = 0
    for ids in _batches():
        facts.store_facts(load(ids))
        facts.store_teams_of(ids, time_zone=organisation().time_zone)
        count += len(ids)
    _recompute_cells()
    _remember(people=people, teams=teams)
    return count


@transaction.atomic
def recompute_teams() -> None:
    """Which teams each pull request belongs to, and their cells; facts stay as they are."""
    _lock_facts(shared=False)
    _, teams = _digests()
    for ids in _batches():
        facts.store_teams_of(ids, time_zone=organisation().time_zone)
    _recompute_cells()
    _remember(teams=teams)


def _store(ids: Sequence[int]) -> _Touched:
    """Store facts and teams; the moments whose cells that changes, before and after."""
    before = _moments(ids)
    changed = facts.store_facts(load(ids))
    changed |= facts.store_teams_of(ids, time_zone=organisation().time_zone)
    after = _moments(changed)
    return {
        (team, moment)
        for pk in changed
        for team, moment in (*before.get(pk, ()), *after.get(pk, ()))
    }


_MOMENTS = """
    SELECT fact_id, team_id, merged_at, first_review_at FROM metrics_pullrequestteam
    WHERE fact_id = ANY(%s)
    UNION ALL
    SELECT pull_request_id, 0, merged_at, first_review_at FROM metrics_pullrequestfact
    WHERE pull_request_id = ANY(%s)
"""


def _moments(ids: Iterable[int]) -> dict[int, list[tuple[int, datetime]]]:
    """For each pull request the teams it counts in, all teams included, and the moments it counts at."""
    wanted = list(ids)
    found: dict[int, list[tuple[int, datetime]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_MOMENTS, [wanted, wanted])
        for pk, team, *moments in cursor.fetchall():
            found.setdefault(pk, []).extend((team, at) for at in moments if at is not None)
    return found


def _batches() -> Iterable[list[int]]:
    last = 0
    while ids := list(
        PullRequest.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield ids
        last = ids[-1]


_LOCK = 7_301_000


def _lock_facts(*, shared: bool) -> None:
    """Many may measure at once, each its own pull requests; who computes all again does so alone."""
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_LOCK])


def _recompute_cells() -> None:
    cells.lock()
    time_zone = organisation().time_zone
    for team in (cells.ALL_TEAMS, *Team.objects.order_by("pk").values_list("pk", flat=True)):
        cells.recompute_team(team, time_zone=time_zone)


_DIGESTS = """
    SELECT md5(concat_ws('|', %s::text, (
            SELECT string_agg(concat_ws(',', id, person_id, is_bot), ';' ORDER BY id)
            FROM people_identity WHERE person_id IS NOT NULL OR is_bot
        ))),
        md5(concat_ws('|', %s::text, (
            SELECT string_agg(concat_ws(',', id, parent_id, time_zone), ';' ORDER BY id)
            FROM people_team
        ), (
            SELECT string_agg(
                concat_ws(',', team_id, person_id, COALESCE(starts_on::text, '-'), ends_on), ';'
                ORDER BY id)
            FROM people_membership
        )))
"""


def _digests() -> tuple[str, str]:
    """Of who is who and who is a bot, and of the teams. A new account that is nobody's changes neither."""
    versions = f"{pull_request.VERSION} {size.VERSION}"
    with connection.cursor() as cursor:
        cursor.execute(_DIGESTS, [versions, organisation().time_zone])
        people, teams = cursor.fetchone()
    return people, teams


def _remember(**digests: str) -> None:
    Basis.objects.update_or_create(
        pk=1, defaults={**digests, "measured_at": timezone.now().replace(microsecond=0)}
    )
