"""A rate limit: so many points or requests in each window of real time."""

import time
from dataclasses import dataclass

HOUR = 3600


@dataclass(slots=True)
class Budget:
    """Its attributes are those of GraphQL's ``RateLimit``; ``cost`` and ``node_count`` are the last query's."""

    limit: int
    window: int = HOUR
    used: int = 0
    reset_at: int = 0
    cost: int = 0
    node_count: int = 0

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    def spend(self, cost: int, node_count: int = 0) -> bool:
        """Take from the budget; False where it does not suffice, and then nothing is taken."""
        now = int(time.time())
        if now >= self.reset_at:
            self.used, self.reset_at = 0, now + self.window
        if self.used + cost > self.limit:
            return False
        self.used += cost
        self.cost, self.node_count = cost, node_count
        return True

    def headers(self, resource: str) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Used": str(self.used),
            "X-RateLimit-Reset": str(self.reset_at),
            "X-RateLimit-Resource": resource,
        }
