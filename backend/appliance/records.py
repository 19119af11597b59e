"""What the host did with backups, on record: rows for the page, and events of the audit log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from pydantic import BaseModel, ConfigDict

from backend.appliance.models import Backup, Drill
from backend.audit.events import record

BACKUP_EACH: Final = timedelta(days=1)
DRILL_EACH: Final = timedelta(days=7)
_LATE: Final = timedelta(hours=12)


class Told(BaseModel):
    """A backup as its signed statement tells of it; more stands there, which is the host's business."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    made_at: datetime
    release: str
    size: int
    sha256: str
    tables: int
    rows: int


class DrillTold(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    backup: Told | None
    finished_at: datetime
    passed: bool
    reason: str = ""
    seconds: int
    tables: int = 0
    rows: int = 0


@transaction.atomic
def note_backups(*, present: Sequence[Told], place: str, made: str = "") -> None:
    """All that lie there now; `made` has just come. What is on record and not among them is gone."""
    for one in present:
        _keep(one, place)
    gone = Backup.objects.filter(removed_at=None).exclude(name__in=[one.name for one in present])
    removed = gone.update(removed_at=timezone.now())
    if made:
        backup = Backup.objects.get(name=made)
        detail = {"sha256": backup.sha256, "size": backup.size, "rows": backup.rows}
        record(name="backup_made", subject=backup, detail=detail | {"removed": removed})


@transaction.atomic
def note_failed_backup(*, reason: str) -> None:
    record(name="backup_failed", detail={"reason": reason[:500]})


@transaction.atomic
def note_drill(told: DrillTold, *, place: str) -> Drill:
    drill = Drill.objects.create(
        backup=_keep(told.backup, place) if told.backup else None,
        finished_at=told.finished_at,
        passed=told.passed,
        reason=told.reason[:2000],
        seconds=told.seconds,
        tables=told.tables,
        rows=told.rows,
    )
    detail = {"seconds": told.seconds, "rows": told.rows, "reason": told.reason[:500]}
    record(name="drill_done" if told.passed else "drill_failed", subject=drill, detail=detail)
    return drill


@transaction.atomic
def note_restored(told: Told, *, place: str) -> None:
    """In the restored database, which knows nothing of its own backup yet."""
    record(name="restored", subject=_keep(told, place), detail={"sha256": told.sha256})


def _keep(told: Told, place: str) -> Backup:
    values = told.model_dump(exclude={"name"}) | {"place": place, "removed_at": None}
    backup, _ = Backup.objects.update_or_create(name=told.name, defaults=values)
    return backup


def newest_backup() -> Backup | None:
    return Backup.objects.filter(removed_at=None).order_by("made_at").last()


def last_drill() -> Drill | None:
    return Drill.objects.select_related("backup").order_by("finished_at").last()


def backup_age_seconds() -> float | None:
    """Since the newest backup was made; None where there is none."""
    newest = newest_backup()
    return (timezone.now() - newest.made_at).total_seconds() if newest else None


def trouble() -> str | None:
    """What is wrong with backups or drills, in a sentence; None where all is well."""
    return backup_trouble(newest_backup()) or drill_trouble(last_drill())


def backup_trouble(newest: Backup | None) -> str | None:
    if newest is None:
        return "There is no backup."
    return "The last backup is too old." if backup_is_overdue(newest) else None


def drill_trouble(last: Drill | None) -> str | None:
    if last is not None and not last.passed:
        return "The last restore drill failed."
    # A week passes before the first one is due.
    first = Backup.objects.order_by("made_at").values_list("made_at", flat=True).first()
    if drill_is_overdue(last) and first is not None and first + DRILL_EACH + _LATE < timezone.now():
        return "No restore drill was made for more than a week."
    return None


def backup_is_overdue(newest: Backup | None) -> bool:
    return newest is None or newest.made_at + BACKUP_EACH + _LATE < timezone.now()


def drill_is_overdue(last: Drill | None) -> bool:
    return last is None or last.finished_at + DRILL_EACH + _LATE < timezone.now()
