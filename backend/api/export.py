"""A table as a CSV download that no spreadsheet takes for formulas."""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.http import StreamingHttpResponse

from backend.metrics.results import Row

COLUMNS = tuple(name for name in Row.model_fields if name != "id")
_FORMULA = re.compile(r"(?:^|[;,\t\r\n|])\s*[=+\-@]|^[\t\r\n]")
"""Where a cell begins, or would begin to a spreadsheet that separates by another sign than ours."""


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def csv_answer(rows: Iterable[Row], *, name: str) -> StreamingHttpResponse:
    """UTF-8 with a mark for spreadsheets; times in UTC, durations in seconds, unknown is empty."""
    answer = StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def lines(rows: Iterable[Row]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for row in rows:
        yield writer.writerow([cell(getattr(row, column)) for column in COLUMNS])


def cell(value: object) -> str | int | None:
    """A text that a spreadsheet would compute gets an apostrophe in front."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    text = " ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if _FORMULA.search(text) else text
