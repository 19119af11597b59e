"""What was asked of the server: counts by kind, and the last requests one by one."""

import re
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it was answered. ``kind``: graphql, rest or git; ``page``: base, nested or other (GraphQL)."""

    kind: str
    method: str
    path: str
    status: int
    page: str = ""
    operation: str = ""
    points: int = 0
    page_size: int = 0
    seconds: float = 0.0
    fault: str = ""
    conditional: bool = False


@dataclass
class Ledger:
    """Counts requests: graphql, rest, git; of GraphQL ``base`` pages of pull requests, ``nested`` ones that follow a
    cursor inside one, ``commits``, ``checks``, ``deployments``, ``releases``, ``tags``, ``organization``, ``survey``,
    ``other``;
    and points, faults, not_modified.
    """

    counts: Counter[str] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)
    """REST requests by address, with names, ids and shas left out."""
    points: Counter[str] = field(default_factory=Counter)
    """By GraphQL operation."""
    requests: deque[Request] = field(default_factory=lambda: deque(maxlen=20_000))
    _lock: Lock = field(default_factory=Lock)

    def note(self, request: Request) -> None:
        with self._lock:
            self.requests.append(request)
            self.counts["requests"] += 1
            self.counts[request.kind] += 1
            self.counts["points"] += request.points
            if request.page:
                self.counts[request.page] += 1
            if request.operation:
                self.operations[request.operation] += 1
                self.points[request.operation] += request.points
            if request.kind == "rest":
                self.routes[f"{request.method} {_route(request.path)}"] += 1
            if request.status == 304:
                self.counts["not_modified"] += 1
            if request.fault:
                self.counts["faults"] += 1

    def clear(self) -> None:
        with self._lock:
            self.counts.clear()
            self.operations.clear()
            self.routes.clear()
            self.points.clear()
            self.requests.clear()

    def summary(self, *, last: int = 0) -> Mapping[str, Any]:
        """Counts, and the last so many requests."""
        with self._lock:
            return {
                "counts": dict(self.counts),
                "operations": dict(self.operations),
                "routes": dict(self.routes),
                "points": dict(self.points),
                "requests": [asdict(request) for request in list(self.requests)[-last:]]
                if last
                else [],
            }


def _route(path: str) -> str:
    route = re.sub(r"^/api/v3|\?.*$", "", path)
    route = re.sub(r"^/(repos|orgs)/[^/]+", r"/\1/*", route)
    route = re.sub(r"^(/repos/\*)/[^/]+", r"\1/*", route)
    return re.sub(r"/(\d+|[0-9a-f]{40})(?=/|$)", "/*", route)
