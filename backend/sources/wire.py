"""What a request and its answer weigh in HTTP/1.1, packed as they go over the line: heads and bodies, without TLS."""

from collections.abc import Iterable

import httpx

from backend.outbound.ledger import Exchange


def watched(request: httpx.Request, exchange: Exchange) -> httpx.Request:
    """The same request, whose exchange counts what of it is on its way."""

    def note(name: str, _: object) -> None:
        if name == "http11.send_request_headers.complete":
            exchange.sent += _head(
                len(request.method) + len(request.url.raw_path) + len(" HTTP/1.1") + 1,
                request.headers.raw,
            )
        elif name == "http11.send_request_body.complete":
            exchange.sent += len(request.content)

    request.extensions = {**request.extensions, "trace": note}
    return request


def received(answer: httpx.Response) -> int:
    """Of an answer, as far as it was read."""
    line = len("HTTP/1.1 200 ") + len(answer.reason_phrase)
    return _head(line, answer.headers.raw) + answer.num_bytes_downloaded


def _head(first_line: int, headers: Iterable[tuple[bytes, bytes]]) -> int:
    """Each header as `name: value` and, as the first line and the empty one at the end, two bytes of line ending."""
    return first_line + 2 + sum(len(name) + len(value) + 4 for name, value in headers) + 2
