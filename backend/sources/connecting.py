"""Why no connection to an outside system came about."""

import socket
import ssl

import httpx

from backend.outbound.proxy import NOT_OPEN, PROXY_AWAY, WHAT_TO_DO, not_open, proxy
from backend.sources.errors import SourceError


def unreachable(host: str, error: httpx.TransportError) -> SourceError:
    """In the words of somebody who can mend it."""
    if isinstance(error, httpx.ProxyError):
        return _refused_by_the_proxy(host, error)
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    for one in causes:
        if isinstance(one, ssl.SSLCertVerificationError):
            return SourceError(
                f"The certificate of {host} cannot be verified: {one.verify_message}.",
                "If your own authority signed it, paste that authority's certificate into the connection.",
                permanent=True,
            )
        if proxy() and isinstance(one, (socket.gaierror, ConnectionRefusedError)):
            return SourceError(*PROXY_AWAY)
        if isinstance(one, socket.gaierror):
            return SourceError(
                f"The name {host} is not known.",
                "Check the address, and that this machine's name server knows it.",
            )
    if any(isinstance(one, ssl.SSLError) for one in causes):
        return SourceError(
            f"{host} does not speak TLS as expected.",
            "Check the port, and that the server offers TLS 1.2 or newer.",
        )
    return SourceError(
        f"{host} cannot be reached.",
        "Check the address and port, and that a firewall or proxy lets this machine through.",
    )


def _refused_by_the_proxy(host: str, error: httpx.ProxyError) -> SourceError:
    if str(error).startswith(str(NOT_OPEN.value)):
        return SourceError(not_open(host), WHAT_TO_DO)
    return SourceError(
        f"{host} cannot be reached.",
        "Check the address and port, that this machine's name server knows it, and that a firewall lets this machine "
        "through.",
    )
