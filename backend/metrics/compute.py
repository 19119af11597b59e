"""From stored events to facts and cells: load, apply the formulas, store what changed.

A changed pull request leaves a PendingMeasurement; `measure` takes it away in the transaction that stores the
figures, so that a crash at any moment loses nothing. What figures rest on besides events (who is who, teams,
formula versions) leaves no such row: `catch_up` notices a change of it. A changed formula computes all again from
what is stored in one transaction, so that figures of two versions are never seen together.

Deployments and test runs rest on the facts of pull requests and their teams: where these change, they are noted in
PendingDeployments and PendingTestRuns, which `metrics.deployments.compute` and `metrics.test_runs.compute` empty.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from backend.delivery.deployment_rules import RULES_VERSION
from backend.delivery.investment_rules import RULES_VERSION as INVESTMENT_RULES_VERSION
from backend.delivery.models import PendingMeasurement, PullRequest
from backend.delivery.store import note_all_deployments
from backend.delivery.store.investment import note_investment
from backend.metrics import cells, facts, identities, memberships
from backend.metrics.deployments import compute as deployments
from backend.metrics.formulas import dora, effort, issue, pull_request, size, working_time
from backend.metrics.formulas import test_runs as formulas_of_runs
from backend.metrics.investment.compute import measure_pull_requests, recompute_days
from backend.metrics.issues import compute as issues
from backend.metrics.loading import load
from backend.metrics.models import Basis
from backend.metrics.test_runs import compute as test_runs
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
        if not Basis.objects.exists():
            # The first figures of all: they rest on the teams as they are now. Where another process was first,
            # this must not lock its row: cells come before it.
            first = Basis(pk=1, versions=_versions())
            Basis.objects.bulk_create([first], ignore_conflicts=True)
            memberships.take()
        touched = _store(ids)
        if touched:
            cells.lock()
            # In a statement after the lock's, so that it sees what the one before committed.
            cells.recompute(touched, time_zone=organisation().time_zone)
            _remember()
        measure_pull_requests(ids)
        PendingMeasurement.objects.filter(pk__in=ids).delete()
    return len(ids)


def catch_up() -> bool:
    """Notice what figures rest on besides events, and has changed; whether something had.

    A changed formula is computed at once. Accounts that turned out to be another person, or a bot, leave a
    PendingMeasurement for each pull request that they wrote or reviewed, and changed teams, memberships, time zones
    and calendars one for each that somebody wrote whom they are about. Another version of the rules and formulas of
    deployments or test runs leaves a row in its outbox for all of them.
    """
    basis = Basis.objects.filter(pk=1).first()
    if basis is None:
        return False
    of_pull_requests, _, others = basis.versions.partition(_AND)
    if of_pull_requests != _of_pull_requests():
        recompute_all()
        return True
    teams = _note_teams()
    if others != _of_others():
        _recompute_others()
        return True
    accounts = identities.note_changes()
    return teams or accounts > 0


@transaction.atomic
def _note_teams() -> bool:
    """Whether teams, memberships, time zones or calendars had changed."""
    changed = memberships.take()
    if not changed:
        return False
    # Who measures just now may have read them as they were.
    _lock_facts(shared=False)
    memberships.note(changed)
    if changed.recut:
        _remember()
    return True


@transaction.atomic
def recompute_all() -> int:
    """Facts, teams and cells of every stored pull request; how many there are. Nothing is fetched."""
    _lock_facts(shared=False)
    memberships.take()
    count = 0
    for ids in _batches():
        _store_facts(ids)
        facts.store_teams_of(ids, time_zone=organisation().time_zone)
        count += len(ids)
    _recompute_cells()
    _note_others()
    _remember(versions=_versions())
    return count


@transaction.atomic
def _recompute_others() -> None:
    """What rests on other formulas, or on the organisation's time zone."""
    _note_others()
    _remember(versions=_versions())


def _note_others() -> None:
    """All deployments, test runs, issues and investment, by and by; days of work at once."""
    for ids in _batches():
        recompute_days(ids)
    note_all_deployments()
    test_runs.note_everything()
    issues.note_everything()
    note_investment()


def _store_facts(ids: Sequence[int]) -> set[int]:
    loaded = list(load(ids))
    identities.note_measured(account for one in loaded for account in one.accounts)
    return facts.store_facts(loaded)


def _store(ids: Sequence[int]) -> _Touched:
    """Store facts and teams; the moments whose cells that changes, before and after."""
    before = _moments(ids)
    changed = _store_facts(ids)
    changed |= facts.store_teams_of(ids, time_zone=organisation().time_zone)
    deployments.note_changed(changed)
    test_runs.note_pull_requests(changed)
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


def not_recomputing(cursor: CursorWrapper) -> bool:
    """Whether nobody computes all again, nor will to the end of the transaction. Waits for nobody."""
    cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [_LOCK])
    return bool(cursor.fetchone()[0])


def _recompute_cells() -> None:
    cells.lock()
    time_zone = organisation().time_zone
    for team in (cells.ALL_TEAMS, *Team.objects.order_by("pk").values_list("pk", flat=True)):
        cells.recompute_team(team, time_zone=time_zone)


_AND = "; deployed "


def _versions() -> str:
    return f"{_of_pull_requests()}{_AND}{_of_others()}"


def _of_pull_requests() -> str:
    return (
        f"pull request {pull_request.VERSION}, size {size.VERSION}, working {working_time.VERSION}"
    )


def _of_others() -> str:
    invested = f"{effort.VERSION}.{INVESTMENT_RULES_VERSION} in {organisation().time_zone}"
    return (
        f"{dora.VERSION}.{RULES_VERSION}; ran {formulas_of_runs.VERSION}; worked {issue.VERSION};"
        f" invested {invested}"
    )


def _remember(**basis: str) -> None:
    now = timezone.now().replace(microsecond=0)
    Basis.objects.bulk_create(
        [Basis(pk=1, measured_at=now, **basis)],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["measured_at", *basis],
    )
