"""A table as a CSV download that no spreadsheet takes for formulas."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.http import StreamingHttpResponse

from backend.metrics.results import Result

_FORMULA = re.compile(
    r"""(?:^|(?<=[;,\t\r\n|]))(?=[\s"']*[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])"""
)
"""Where a formula begins in a cell, or would to a spreadsheet that separates by another sign than ours: it drops
blanks and quotes, and takes the wide signs of East Asian keyboards for the narrow ones.
"""


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def csv_answer(rows: Iterable[Result], *, kind: type[Result], name: str) -> StreamingHttpResponse:
    """Every field of a kind of row but its id, in UTF-8 with a mark for spreadsheets.

    Times are in UTC, durations in seconds, unknown is empty.
    """
    columns = [field for field in kind.model_fields if field != "id"]
    answer = StreamingHttpResponse(lines(rows, columns), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def lines(rows: Iterable[Result], columns: Sequence[str]) -> Iterator[str]:
    return lines_of(([getattr(row, column) for column in columns] for row in rows), columns)


def lines_of(rows: Iterable[Sequence[object]], columns: Sequence[str]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(columns)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def cell(value: object) -> str | float | None:
    """What a spreadsheet would compute gets an apostrophe in front, wherever in a text it stands."""
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    text = " ".join(value) if isinstance(value, list) else str(value)
    return _FORMULA.sub("'", text)
