"""What a request and its answer weigh in HTTP/1.1, packed as they go over the line: heads and bodies, without TLS."""

from collections.abc import Mapping
from typing import Any

import httpx

from backend.outbound.heads import weight
from backend.outbound.ledger import Exchange


def watched(request: httpx.Request, exchange: Exchange) -> httpx.Request:
    """The same request, whose exchange counts what of it is on its way, without what the proxy is asked."""
    asking_the_proxy = False

    def note(name: str, told: Mapping[str, Any]) -> None:
        nonlocal asking_the_proxy
        if name == "http11.send_request_headers.started":
            asking_the_proxy = told["request"].method == b"CONNECT"
        elif asking_the_proxy:
            return
        elif name == "http11.send_request_headers.complete":
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
