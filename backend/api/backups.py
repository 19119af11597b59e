"""Backups, and whether they can be restored: as the host says. Auditors, administrators and owners read it."""

from datetime import date, datetime
from typing import Literal, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from backend.accounts import access
from backend.accounts.models import User
from backend.api import schemas
from backend.api.errors import ERRORS
from backend.api.rules import READS_ADMINISTRATION
from backend.appliance import records
from backend.appliance.models import Backup, Drill

router = Router(tags=["governance"])
DRILLS_SHOWN = 20


class BackupDrill(Schema):
    backup: str | None = Field(description="Null: its signature was not good.")
    finished_at: datetime
    passed: bool
    reason: str | None = Field(description="Why it failed.")
    seconds: int
    tables: int = Field(description="That were compared.")
    rows: int


class KeptBackup(Schema):
    name: str
    made_at: datetime = Field(description="The moment that it holds.")
    release: str
    size: int = Field(description="Bytes, encrypted.")
    sha256: str
    tables: int
    rows: int
    place: Literal["folder", "sftp"]
    goes_on: date = Field(description="The day from which it is too old, and goes.")
    drill: BackupDrill | None = Field(description="The last one of it; null: it was not tried.")


class Backups(Schema):
    backups: list[KeptBackup] = Field(description="Those that lie there, the newest first.")
    drills: list[BackupDrill] = Field(description="The last ones, the newest first.")
    kept_days: int
    erased_gone_on: date = Field(
        description="What is erased today is in no backup from this day on."
    )
    next_backup_at: datetime | None = Field(description="By when; null: none was ever made.")
    backup_overdue: bool
    next_drill_at: datetime | None = Field(description="By when; null: none was ever made.")
    drill_overdue: bool


@router.get(
    "/backups",
    response={200: Backups, ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="backups",
)
def backups(request: HttpRequest) -> Backups:  # noqa: ARG001 - ninja's signature
    kept = list(Backup.objects.filter(removed_at=None).order_by("-made_at"))
    drills = list(Drill.objects.select_related("backup").order_by("-finished_at", "-pk"))
    last = {one.backup_id: one for one in reversed(drills)}
    newest, last_drill = (kept[0] if kept else None), (drills[0] if drills else None)
    return Backups(
        backups=[_backup(one, last.get(one.pk)) for one in kept],
        drills=[_drill(one) for one in drills[:DRILLS_SHOWN]],
        kept_days=settings.BACKUPS_KEPT.days,
        erased_gone_on=(timezone.now() + settings.BACKUPS_KEPT).date(),
        next_backup_at=newest.made_at + records.BACKUP_EACH if newest else None,
        backup_overdue=records.backup_is_overdue(newest),
        next_drill_at=last_drill.finished_at + records.DRILL_EACH if last_drill else None,
        drill_overdue=records.drill_is_overdue(last_drill),
    )


def trouble(user: User) -> str | None:
    """What an administrator is to be warned of; None: nothing, or nobody of theirs. The demo makes no backups."""
    if settings.MODE == "demo" or not access.may_administer(user):
        return None
    return records.trouble()


def _backup(one: Backup, drill: Drill | None) -> KeptBackup:
    return KeptBackup(
        name=one.name,
        made_at=one.made_at,
        release=one.release,
        size=one.size,
        sha256=one.sha256,
        tables=one.tables,
        rows=one.rows,
        place=cast("Literal['folder', 'sftp']", one.place),
        goes_on=(one.made_at + settings.BACKUPS_KEPT).date(),
        drill=_drill(drill) if drill else None,
    )


def _drill(one: Drill) -> BackupDrill:
    return BackupDrill(
        backup=one.backup.name if one.backup else None,
        finished_at=one.finished_at,
        passed=one.passed,
        reason=one.reason or None,
        seconds=one.seconds,
        tables=one.tables,
        rows=one.rows,
    )
