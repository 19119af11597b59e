"""The copy of what is held about a person (GDPR Art. 15 and 20): JSON and a readable page in one ZIP.

Made while it is downloaded, so that no copy lies anywhere: keys first, then rows a few at a time by their keys, so
that memory stays bounded whatever somebody did in years. No row is told for more than it says of the person.
"""

import json
import zipfile
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO, Any, Final, cast

from django.core.exceptions import EmptyResultSet
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.template.loader import render_to_string

from backend import clock
from backend.governance.held import SECTIONS, Category, Section, Subject
from backend.people.store import organisation

FORMAT: Final = "plumbline-subject-access"
VERSION: Final = 1
ROWS_READ: Final = 2_000
ROWS_SHOWN: Final = 200
"""Of a table on the page; the JSON holds all."""

RECIPIENTS: Final = (
    "Owners, administrators and auditors of Plumbline in your organisation.",
    "Leads and members of teams that you are in: the teams' figures, unless of few people, and their pull requests.",
    "Nobody outside the organisation: Plumbline runs on its machines and sends nothing away.",
)
RIGHTS: Final = (
    "To have wrong data corrected (Art. 16): by a request in Plumbline, or at the system that the data come from.",
    "To have them erased (Art. 17) or their use restricted (Art. 18), and to object to it (Art. 21).",
    "To receive them as they stand in your-data.json and to pass them on (Art. 20).",
    "To complain to a data protection supervisory authority (Art. 77), such as that of where you live or work.",
)
AUTOMATION: Final = "Plumbline decides nothing about anybody, and makes no profiles (Art. 22)."


def counts(subject: Subject) -> dict[str, int]:
    """Rows by the section's key: one statement."""
    asked = [_count(section, subject) for section in SECTIONS]
    parts = ", ".join(sql for sql, _ in asked)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {parts}", [each for _, given in asked for each in given])
        found = cursor.fetchone()
    return dict(zip((section.key for section in SECTIONS), found, strict=True))


def _count(section: Section, subject: Subject) -> tuple[str, tuple[Any, ...]]:
    try:
        sql, given = section.rows(subject).values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "0", ()
    return f"(SELECT count(*) FROM ({sql}) AS found)", given  # noqa: S608 - as above


def categories(numbers: Mapping[str, int]) -> list[tuple[Category, list[tuple[Section, int]]]]:
    """Each with its sections and how many rows they have, in the order of the declaration."""
    found: dict[Category, list[tuple[Section, int]]] = {}
    for section in SECTIONS:
        found.setdefault(section.category, []).append((section, numbers[section.key]))
    return list(found.items())


Keys = dict[Section, Sequence[Any]]


def export(subject: Subject, *, whose: str) -> Iterator[bytes]:
    """A ZIP with your-data.json and your-data.html, piece by piece. `whose`: the name on the page."""
    now, keys = clock.now(), Keys()
    document = _document(subject, keys, whose=whose, now=now)
    page = _page(keys, whose=whose, now=now)
    return _archive({"your-data.json": document, "your-data.html": page}, now)


def _keys(section: Section, subject: Subject) -> Sequence[Any]:
    """Eight bytes a row; of the directory's entries, which are few, their own."""
    found = section.rows(subject).order_by("pk").values_list("pk", flat=True)
    rows = found.iterator(chunk_size=ROWS_READ)
    return list(rows) if section.label == "people.DirectoryUser" else array("q", rows)


def _rows(section: Section, keys: Collection[Any]) -> list[dict[str, Any]]:
    stored = section.model._default_manager.filter(pk__in=keys)
    found = stored.order_by("pk").values_list(*section.columns.values())
    rows = [dict(zip(section.columns, row, strict=True)) for row in found]
    section.tell(rows)
    return [{name: row[name] for name in section.told} for row in rows]


def _document(subject: Subject, keys: Keys, *, whose: str, now: datetime) -> Iterator[bytes]:
    """All rows; `keys` is filled with theirs, for the page."""
    about = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": now,
        "about": whose,
        "organisation": organisation().name,
        "recipients": RECIPIENTS,
        "rights": RIGHTS,
        "automated_decisions": AUTOMATION,
    }
    yield _json(about)[:-1] + b',"sections":['
    for number, section in enumerate(SECTIONS):
        its = keys[section] = _keys(section, subject)
        head = {
            "key": section.key,
            "title": section.title,
            "category": section.category.name,
            "purpose": section.category.purpose,
            "source": section.category.source,
            "kept": section.category.kept,
        }
        yield (b",\n" if number else b"\n") + _json(head)[:-1] + b',"rows":['
        separator = b"\n"
        for begin in range(0, len(its), ROWS_READ):
            some = _rows(section, its[begin : begin + ROWS_READ])
            yield separator + b",\n".join(map(_json, some))
            separator = b",\n"
        yield b"]}"
    yield b"\n]}\n"


def _json(value: object) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False).encode()


def _page(keys: Keys, *, whose: str, now: datetime) -> Iterator[bytes]:
    """Of each table the latest rows, once the document has told them all."""
    numbers = {section.key: len(its) for section, its in keys.items()}
    told = [
        (
            category,
            [(one, n, _heads(one), _latest(one, keys[one])) for one, n in sections if n],
            [one.title for one, n in sections if not n],
        )
        for category, sections in categories(numbers)
    ]
    context = {
        "whose": whose,
        "made_at": now,
        "organisation": organisation().name,
        "categories": told,
        "shown": ROWS_SHOWN,
        "recipients": RECIPIENTS,
        "rights": RIGHTS,
        "automation": AUTOMATION,
    }
    yield render_to_string("governance/your_data.html", context).encode()


def _heads(section: Section) -> list[str]:
    return [name.replace("_", " ") for name in section.columns]


def _latest(section: Section, keys: Sequence[Any]) -> list[list[str]]:
    rows = _rows(section, keys[-ROWS_SHOWN:])
    return [[_told(value) for value in row.values()] for row in reversed(rows)]


def _told(value: object) -> str:
    if value is None or value in ("", []):
        return "\u2013"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


class _Pieces:
    """As much of a file as an archive writes to; hands out what was written."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.kept.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        taken, self.kept = b"".join(self.kept), []
        return taken


def _archive(files: Mapping[str, Iterable[bytes]], now: datetime) -> Iterator[bytes]:
    pieces = _Pieces()
    with zipfile.ZipFile(cast("IO[bytes]", pieces), "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as file:
                for piece in content:
                    file.write(piece)
                    if pieces.kept:
                        yield pieces.take()
    yield pieces.take()
