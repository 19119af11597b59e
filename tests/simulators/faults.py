"""Faults that can be switched on: each for requests of a kind, from the k-th on, so many times."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

KINDS = {
    "too_many_requests": "429 with Retry-After",
    "secondary_limit": "403 of the secondary limit, with Retry-After where `retry_after` is set",
    "rate_limited": "200 with a RATE_LIMITED error and x-ratelimit-remaining: 0",
    "bad_gateway": "502 with an HTML body; with `page_size`, only for GraphQL pages larger than that",
    "truncated": "a body that ends in the middle",
    "unauthorized": "401 as for a revoked token",
    "forbidden": "403 as for a missing scope",
    "slow": "an answer only after `seconds`",
    "vanished": "404 or NOT_FOUND for the repository named by `repository` (owner/name), for as long as it is armed",
    "closed": "the connection is closed without an answer",
    "error": "500",
    "html": "200 with a page of HTML, as a proxy or a wrong URL gives it",
}


@dataclass
class Fault:
    """``kind`` of :data:`KINDS`; ``on``: graphql, rest, git or any; ``after`` requests that pass unharmed; ``times``
    how often (None: until it is taken away).
    """

    kind: str
    on: str = "any"
    after: int = 0
    times: int | None = 1
    retry_after: int | None = 1
    page_size: int = 0
    seconds: float = 1.0
    repository: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is none of {', '.join(KINDS)}")


@dataclass
class Faults:
    armed: list[Fault] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def arm(self, kind: str, **attributes: Any) -> Fault:
        """Switch a fault on; see :class:`Fault`."""
        fault = Fault(kind, **attributes)
        with self._lock:
            self.armed.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self.armed.clear()

    def arm_from(self, body: Mapping[str, Any]) -> None:
        """``{"kind": …, …}``, or ``{"clear": true}`` to switch all off."""
        if body.get("clear"):
            self.clear()
        else:
            self.arm(**body)

    @property
    def vanished(self) -> frozenset[str]:
        return frozenset(fault.repository for fault in self.armed if fault.kind == "vanished")

    def strikes(self, kind: str, *, page_size: int = 0) -> Fault | None:
        """The fault that hits this request, if one does; it is counted as used."""
        with self._lock:
            for fault in self.armed:
                if fault.kind == "vanished" or fault.on not in {"any", kind}:
                    continue
                if fault.kind == "bad_gateway" and fault.page_size and page_size <= fault.page_size:
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.armed.remove(fault)
                return fault
        return None
