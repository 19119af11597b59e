"""What a request and its answer weigh in HTTP/1.1, packed as they go over the line: heads and bodies, without TLS."""

import httpx

from backend.outbound.heads import weight
from backend.outbound.ledger import Exchange


def watched(request: httpx.Request, exchange: Exchange) -> httpx.Request:
    """The same request, whose exchange counts what of it is on its way."""

    def note(name: str, _: object) -> None:
        if name == "http11.send_request_headers.complete":
            exchange.sent += weight(
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
    return weight(line, answer.headers.raw) + answer.num_bytes_downloaded
