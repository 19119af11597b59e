"""`manage.py backups made|failed|drilled|restored < JSON`: what scripts/appliance did, put on record by the owner."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic import BaseModel, ValidationError

from backend.appliance import records
from backend.appliance.records import DrillTold, Told
from backend.audit.operators import operated


class _Made(BaseModel):
    present: list[Told]
    place: str
    made: str = ""


class _Failed(BaseModel):
    reason: str


class _Drilled(BaseModel):
    drill: DrillTold
    place: str


class _Restored(BaseModel):
    backup: Told
    place: str


class Command(BaseCommand):
    help = (
        "Put on record what scripts/appliance did with backups; for that command, not for people."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["made", "failed", "drilled", "restored"])

    def handle(self, *_arguments: object, **options: Any) -> None:  # noqa: ANN401 - Django's
        what = options["what"]
        try:
            with operated(f"backups {what}"):
                getattr(self, f"_{what}")(sys.stdin.read())
        except ValidationError as error:
            raise CommandError(str(error)) from error

    def _made(self, content: str) -> None:
        told = _Made.model_validate_json(content)
        records.note_backups(present=told.present, place=told.place, made=told.made)

    def _failed(self, content: str) -> None:
        records.note_failed_backup(reason=_Failed.model_validate_json(content).reason)

    def _drilled(self, content: str) -> None:
        told = _Drilled.model_validate_json(content)
        records.note_drill(told.drill, place=told.place)

    def _restored(self, content: str) -> None:
        told = _Restored.model_validate_json(content)
        records.note_restored(told.backup, place=told.place)
