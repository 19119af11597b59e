"""What a fetch sent and received, by git's own account of its headers, for the outbound ledger.

Git tells of no data where its trace is to hold none. So a body weighs what its header says; a pack that comes without
one, as large as it lies there.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from backend.delivery.records import CommitRecord
from backend.outbound.ledger import Exchange
from backend.outbound.models import Query
from backend.outbound.questions import Question
from backend.sources.git.scratch import Job

QUESTION: Final = Question(
    Query.Interface.GIT,
    "git fetch of a default branch",
    kept=(
        *(name for name in CommitRecord.__dataclass_fields__ if name != "files"),
        *("files.path", "files.additions", "files.deletions", ".gitattributes", "CODEOWNERS"),
    ),
)
_HEAD: Final = re.compile(r"(Send|Recv) header, 0*(\d+) bytes")
_LENGTH: Final = re.compile(r"(Send|Recv) header: content-length: (\d{1,15})", re.IGNORECASE)
_TO_THE_PROXY: Final = re.compile(
    r"Send header, \d+ bytes[^\n]*\n[^\n]*Send header: CONNECT .*?(?=Send header, |\Z)", re.DOTALL
)
"""What it is asked and answers, which is none of the server's."""
_STATUS: Final = re.compile(r"Recv header: HTTP/\S+ (\d{3})")


@contextmanager
def watched(job: Job, exchange: Exchange) -> Iterator[dict[str, str]]:
    """Around a fetch into the job's folder, by what the block adds to git's environment."""
    trace = job.folder / "trace"
    ended_well = False
    try:
        yield {"GIT_TRACE_CURL": str(trace), "GIT_TRACE_CURL_NO_DATA": "1", "GIT_TRACE_REDACT": "1"}
        ended_well = True
    finally:
        told = trace.read_text(errors="replace") if trace.exists() else ""
        trace.unlink(missing_ok=True)
        told = _TO_THE_PROXY.sub("", told)
        _weigh(told, exchange, fetched=_fetched(job))
        status = int((_STATUS.findall(told) or ["0"])[-1])
        exchange.status = status if ended_well or status >= HTTPStatus.BAD_REQUEST else 0


def _fetched(job: Job) -> int:
    """Bytes of packs, also of one that is not whole."""
    folder = job.folder / "repository" / "objects" / "pack"
    packs = (*folder.glob("*.pack"), *folder.glob("tmp_pack_*"))
    return sum(path.stat().st_size for path in packs)


def _weigh(told: str, exchange: Exchange, *, fetched: int) -> None:
    heads, lengths = _HEAD.findall(told), _LENGTH.findall(told)
    requests = sum(way == "Send" for way, _ in heads)
    exchange.requests = max(requests, exchange.requests)
    exchange.sent += _sum(heads, "Send") + _sum(lengths, "Send")
    exchange.received += _sum(heads, "Recv") + max(_sum(lengths, "Recv"), fetched)


def _sum(found: list[tuple[str, str]], way: str) -> int:
    return sum(int(size) for one, size in found if one == way)
