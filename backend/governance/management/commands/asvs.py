"""`manage.py asvs`: the self-assessment against OWASP ASVS 4.0.3, made now, signed, and told.

`manage.py asvs looked < JSON` puts on record what scripts/appliance asvs found, by the tables' owner.
"""

import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic import ValidationError

from backend.audit import documents
from backend.audit.operators import operated
from backend.governance.asvs import assessing, looks
from backend.governance.asvs.catalogue import Inconsistent
from backend.governance.models import Assessment, AssessmentFile

SIGNED_WITHIN: Final = 20
"""Seconds; the sealer signs each few."""


class Command(BaseCommand):
    help = (
        "Assess this appliance against OWASP ASVS 4.0.3, levels 1 and 2: self-assessed, never certified. Run it in the"
        " worker: docker compose exec worker python manage.py asvs --format json"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "act",
            nargs="?",
            choices=["assess", "looked"],
            default="assess",
            help="looked: for scripts/appliance asvs alone, which tells what the host found",
        )
        parser.add_argument(
            "--format", choices=["text", "json", *AssessmentFile.Kind.values], default="text"
        )
        parser.add_argument("--output", type=Path, metavar="FILE", help="instead of printing it")

    def handle(self, *_arguments: object, **options: Any) -> None:  # noqa: ANN401 - Django's
        if options["act"] == "looked":
            self._looked()
            return
        if options["format"] == "pdf" and not options["output"] and sys.stdout.isatty():
            raise CommandError("A PDF is for a file: --output FILE.")
        try:
            with operated("asvs"):
                made = assessing.ask_by_command()
            assessing.make(made)
        except Inconsistent as error:
            raise CommandError(f"The catalogue of claims is broken: {error}") from error
        self._tell(made, options["format"], options["output"])

    def _looked(self) -> None:
        try:
            told = looks.Look.model_validate_json(sys.stdin.read())
        except ValidationError as error:
            raise CommandError(str(error)) from error
        try:
            with operated("asvs looked"):
                looks.note(told)
        except looks.FromTheFuture as error:
            raise CommandError(
                "The host's clock is ahead: timedatectl, then look again."
            ) from error

    def _tell(self, made: Assessment, kind: str, output: Path | None) -> None:
        if kind == "text":
            told = text(assessing.content_of(made)).encode()
        elif kind == "json":
            told = self._signed(made).encode()
        else:
            told = bytes(made.files.get(kind=kind).content)
        if output:
            output.write_bytes(told)
        else:
            self.stdout._out.buffer.write(told)  # type: ignore[attr-defined]  # noqa: SLF001 - bytes as they are
            self.stdout._out.flush()  # type: ignore[attr-defined]  # noqa: SLF001

    def _signed(self, made: Assessment) -> str:
        assert made.document is not None  # noqa: S101 - it was made
        until = time.monotonic() + SIGNED_WITHIN
        while True:
            made.document.refresh_from_db()
            try:
                return documents.portable(made.document)
            except documents.Unsigned as error:
                if time.monotonic() > until:
                    raise CommandError(
                        f"It is made, as number {made.pk}, but not signed: {error} Does the sealer run?"
                    ) from error
                time.sleep(0.5)


def text(content: dict[str, Any]) -> str:
    """For a terminal: the counts, and what is amiss with what to do."""
    lines = [content["statement"], ""]
    for word, number in content["counts"].items():
        lines.append(f"{number:5}  {word}")
    for one in content["requirements"]:
        if one["verdict"] in {"fail", "not shown"}:
            lines += ["", f"{one['id']}  {one['verdict']}: {one['reason']}"]
            lines += [f"        {one['todo']}"] if one["todo"] else []
    broken = Counter(one["verdict"] for one in content["promises"])
    lines += ["", f"Promises: {broken['pass']} of {len(content['promises'])} shown."]
    return "\n".join(lines) + "\n"
