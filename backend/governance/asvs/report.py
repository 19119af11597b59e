"""An assessment as people read it: HTML, PDF and CSV. Pure: the same content makes the same bytes."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from django.template import Context, Engine

from backend.governance.documents.pdf import pdf_of
from backend.governance.documents.writing import plain
from backend.governance.models import AssessmentFile
from backend.spreadsheets import cell

TITLE: Final = "Self-assessment against OWASP ASVS 4.0.3"
_ENGINE: Final = Engine(dirs=[str(Path(__file__).parent)])
_COLUMNS: Final = (
    *("id", "chapter", "section", "level", "cwe", "verdict", "met", "says"),
    *("proofs", "reason", "todo", "stated", "document", "text"),
)
_FROM: Final = {"live": "from inside", "host": "by the host", "build": "when built"}

Content = Mapping[str, Any]


def written(kind: str, content: Content) -> bytes:
    if kind == AssessmentFile.Kind.CSV:
        return _csv(content)
    if kind == AssessmentFile.Kind.HTML:
        return _html(content)
    at = datetime.fromisoformat(content["assessed_at"])
    return pdf_of(_markdown(content), title=TITLE, at=at)


def _csv(content: Content) -> bytes:
    """A row a requirement."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    for one in content["requirements"]:
        told = {**one, "proofs": "\n".join(_proof(proof) for proof in one["proofs"])}
        rows.writerow([cell(told[name]) for name in _COLUMNS])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _html(content: Content) -> bytes:
    return _ENGINE.get_template("report.html").render(Context(_context(content))).encode()


def _context(content: Content) -> dict[str, Any]:
    requirements = content["requirements"]
    return {
        "title": TITLE,
        "content": content,
        "at": _moment(content["assessed_at"]),
        "host_at": _moment(content["host_looked_at"]),
        "counts": [
            (word, content["counts_of_level_1"][word], number)
            for word, number in content["counts"].items()
        ],
        "amiss": [one for one in requirements if one["verdict"] in ("fail", "not shown")],
        "chapters": [
            (chapter, list(found))
            for chapter, found in groupby(requirements, key=lambda one: one["chapter"])
        ],
        "from": _FROM,
    }


def _moment(told: str | None) -> str:
    if told is None:
        return "never"
    at = datetime.fromisoformat(told)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def _markdown(content: Content) -> str:
    return "\n".join(_lines(content)) + "\n"


def _lines(content: Content) -> Iterator[str]:
    told = _context(content)
    yield f"# {TITLE}\n"
    yield f"> {plain(content['statement'])}\n"
    yield from _table(("", ""), _particulars(content))
    yield "## Result\n"
    yield from _table(("Verdict", "Level 1", "Levels 1 and 2"), told["counts"])
    yield "## What is not met, or not shown\n"
    if told["amiss"]:
        rows = [(one["id"], one["verdict"], one["reason"], one["todo"]) for one in told["amiss"]]
        yield from _table(("Id", "Verdict", "Why", "What to do"), rows)
    else:
        yield "Nothing.\n"
    yield "## What changed\n"
    yield from _changes(content)
    for chapter, found in told["chapters"]:
        yield f"## {plain(chapter)}\n"
        for one in found:
            yield from _requirement(one)
    yield "## How to check this report\n"
    yield (
        "The signed document (JSON) of this assessment holds the SHA-256 of this file as it was made. Its signature is"
        " checked by scripts/verify-audit --document, with the appliance's public key.\n"
    )
    yield (
        "Texts of the requirements: © The OWASP Foundation and the authors of the standard, CC BY-SA 4.0; with them"
        " this report is under the same licence.\n"
    )


def _particulars(content: Content) -> Iterator[tuple[str, str]]:
    release, evidence = content["release"], content["evidence"]
    yield "Installation", content["site"]
    yield "Assessed", f"{_moment(content['assessed_at'])}, number {content['number']}"
    yield "Release that runs", content["running"] or "built here, from no bundle"
    if release:
        yield (
            "Signed",
            f"commit {release['commit']}; checksums {release['sums']}; key {release['key']}",
        )
    yield "Looked at by its host", _moment(content["host_looked_at"])
    yield (
        "Results of the build",
        f"of {_moment(evidence['made'])}" if evidence["made"] else evidence["reason"],
    )


def _changes(content: Content) -> Iterator[str]:
    before = content["compared_with"]
    if not before:
        yield "This is the first assessment.\n"
    elif not content["changes"]:
        yield f"Nothing, since number {before['number']} of {_moment(before['assessed_at'])}.\n"
    else:
        yield f"Since number {before['number']} of {_moment(before['assessed_at'])}:\n"
        rows = [(one["id"], one["was"] or "not assessed", one["is"]) for one in content["changes"]]
        yield from _table(("Requirement", "Was", "Is"), rows)


def _requirement(one: Content) -> Iterator[str]:
    """In running text: a table of so many words would be slow to read and to make."""
    yield f"**{plain(one['id'])}, level {one['level']}: {one['verdict']}.** {plain(one['text'])}\n"
    said = [one["says"]]
    if one["stated"]:
        said.append(f"Stated on {one['stated']}, in {one['document']}.")
    for source, proofs in groupby(one["proofs"], key=lambda proof: proof["from"]):
        told = ", ".join(f"{proof['name']} ({proof['found']})" for proof in proofs)
        said.append(f"Shown {_FROM[source]}: {told}.")
    yield f"> {plain(' '.join(said))}\n"


def _proof(proof: Content) -> str:
    return f"{_FROM[proof['from']]}: {proof['name']} ({proof['found']})"


def _table(headings: tuple[str, ...], rows: Any) -> Iterator[str]:  # noqa: ANN401 - cells of any kind
    yield _row(headings)
    yield _row(("---",) * len(headings), is_plain=True)
    for row in rows:
        yield _row(row)
    yield ""


def _row(cells: Any, *, is_plain: bool = False) -> str:  # noqa: ANN401 - as above
    return (
        "| "
        + " | ".join(
            str(one) if is_plain else plain("" if one is None else str(one)) for one in cells
        )
        + " |"
    )
