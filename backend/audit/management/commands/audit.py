"""`manage.py audit`: seal the audit log, verify it, export it, and remove what is too old."""

import signal
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from threading import Event as Flag
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from backend.audit.chain import last_position
from backend.audit.exporting import lines
from backend.audit.head_file import HeadFile
from backend.audit.pruning import remove_some, set_anchor
from backend.audit.sealer import Sealer, accept
from backend.audit.statements import Statement, Unreadable
from backend.audit.syslog import Address, Syslog
from backend.audit.verifying import Report, verify
from backend.keyring import KeyUnavailable
from backend.keyring.signing import signing_key_id

INTACT, NOT_INTACT, NOT_CHECKED = 0, 1, 2
_LEAST_DAYS = 365


class Command(BaseCommand):
    help = "Seal, verify, export and prune the audit log. Exit codes of verify: 0 intact, 1 not, 2 not checked."

    def add_arguments(self, parser: CommandParser) -> None:
        ways = parser.add_subparsers(dest="do", required=True)
        seal = ways.add_parser("seal", help="the sealer's process; ends on SIGTERM")
        seal.add_argument("--heartbeat", type=Path, help="touched after each turn that went well")
        check = ways.add_parser("verify", help="say whether it is whole and unchanged")
        check.add_argument(
            "--heads",
            type=Path,
            metavar="FILE",
            help="signed heads held outside: heads.jsonl, or a log of syslog's",
        )
        check.add_argument(
            "--since",
            type=int,
            default=0,
            metavar="POSITION",
            help="begin at the signed head before it",
        )
        export = ways.add_parser("export", help="print it as JSON lines, for scripts/verify-audit")
        export.add_argument("--after", type=int, default=0, metavar="POSITION")
        prune = ways.add_parser("prune", help="remove what is older, up to a signed head")
        prune.add_argument("--days", type=_days, required=True, help=f"{_LEAST_DAYS} at least")
        restart = ways.add_parser(
            "accept", help="take the chain as it stands, as after restoring a backup"
        )
        restart.add_argument("--reason", required=True, help="stays on record")

    def handle(self, *_arguments: object, **options: Any) -> None:  # noqa: ANN401 - Django's
        try:
            getattr(self, f"_{options['do']}")(**options)
        except KeyUnavailable as error:
            raise CommandError(
                f"{error} Run this in the sealer: docker compose exec sealer python manage.py audit …",
                returncode=NOT_CHECKED,
            ) from error
        except (OSError, Unreadable, DatabaseError) as error:
            raise CommandError(str(error).partition("\n")[0], returncode=NOT_CHECKED) from error

    def _seal(self, *, heartbeat: Path | None, **_: object) -> None:
        signing_key_id()
        stopped = Flag()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        Sealer(_heads(), _syslog(), settings.AUDIT_KEPT, heartbeat).run(stopped)

    def _verify(self, *, heads: Path | None, since: int, **_: object) -> None:
        total = max((last_position() or 0) - since, 0)
        outside: Iterable[Statement] = ()
        if heads is not None:
            outside = (
                HeadFile(heads) if heads.is_file() else [*HeadFile(heads)]
            )  # a pipe is read once
        with _progress() as progress:
            task = progress.add_task("events", total=total)
            report = verify(
                outside=outside,
                since=since,
                advance=lambda count: progress.advance(task, count),
            )
        for text in self._told(report, heads):
            self.stdout.write(text)
        if not report.is_intact:
            sys.exit(NOT_INTACT)

    def _told(self, report: Report, heads: Path | None) -> Iterator[str]:
        yield from report.findings
        if report.more:
            yield f"… and {report.more} more."
        yield from report.notes
        if heads is None:
            yield "No heads from outside were given (--heads): that the end was cut off would not show."
        yield (
            f"{report.events:,} events from position {report.after + 1} to {report.up_to},"
            f" {report.heads:,} heads in the database, {report.outside:,} from outside:"
            f" {'intact' if report.is_intact else 'NOT INTACT'}."
        )

    def _export(self, *, after: int, **_: object) -> None:
        export = lines(after=after)
        while some := list(islice(export, 1_000)):
            self.stdout.write("\n".join(some))

    def _prune(self, *, days: int, **_: object) -> None:
        heads = _heads()
        anchor = set_anchor(kept=timedelta(days=days))
        if anchor is not None:
            heads.append(anchor)
        removed = 0
        while some := remove_some():
            removed += some
        self.stdout.write(f"{removed:,} events older than {days} days were removed.")

    def _accept(self, *, reason: str, **_: object) -> None:
        statement = accept(heads=_heads(), reason=reason)
        self.stdout.write(f"The chain goes on behind position {statement.position}.")


def _days(text: str) -> int:
    if not text.isdigit() or int(text) < _LEAST_DAYS:
        raise ArgumentTypeError(f"The audit log is kept for {_LEAST_DAYS} days at least.")
    return int(text)


def _heads() -> HeadFile:
    folder = settings.AUDIT_HEADS_DIR
    if folder is None or not folder.is_dir():
        raise CommandError("PLUMBLINE_AUDIT_HEADS_DIR names no folder.", returncode=NOT_CHECKED)
    return HeadFile(folder / "heads.jsonl")


def _syslog() -> Syslog | None:
    host, ca_file = settings.AUDIT_SYSLOG_HOST, settings.AUDIT_SYSLOG_CA_FILE
    if not host:
        return None
    if ca_file is None or not ca_file.is_file():
        raise CommandError("PLUMBLINE_SYSLOG_CA_FILE names no file: the server must be verified.")
    address = Address(host, settings.AUDIT_SYSLOG_PORT, ca_file)
    return Syslog(address, urlsplit(settings.PUBLIC_URL).hostname or "-")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
