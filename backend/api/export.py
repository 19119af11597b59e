"""What can be downloaded: files, and tables as CSV that no spreadsheet takes for formulas."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse

from backend.metrics.results import Result
from backend.spreadsheets import cell


def downloads(*kinds: str) -> dict[str, Any]:
    """What a route's `openapi_extra` says where it answers with a file, of one of these types."""
    content = {kind: {"schema": {"type": "string"}} for kind in kinds}
    return {"responses": {200: {"content": content}}}


def file(content: str | bytes, *, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers=_attached(name))


def streamed(
    pieces: Iterable[str] | Iterable[bytes], *, kind: str, name: str
) -> StreamingHttpResponse:
    """A file that is made while it is sent."""
    return StreamingHttpResponse(pieces, content_type=kind, headers=_attached(name))


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def csv_answer(rows: Iterable[Result], *, kind: type[Result], name: str) -> StreamingHttpResponse:
    """Every field of a kind of row but its id, in UTF-8 with a mark for spreadsheets.

    Times are in UTC, durations in seconds, unknown is empty.
    """
    columns = [field for field in kind.model_fields if field != "id"]
    return csv_file(([getattr(row, one) for one in columns] for row in rows), columns, name=name)


def csv_file(
    rows: Iterable[Sequence[object]], columns: Sequence[str], *, name: str
) -> StreamingHttpResponse:
    return streamed(lines_of(rows, columns), kind="text/csv; charset=utf-8", name=name)


def lines_of(rows: Iterable[Sequence[object]], columns: Sequence[str]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(columns)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])
