"""What a question about deployments is about, besides its scope."""

from dataclasses import dataclass
from typing import Any

from backend.metrics.scope import Scope


@dataclass(frozen=True)
class Asked:
    scope: Scope
    environment: str = "production"
    repository: str = ""
    """Its name with owner; empty: all."""
    service: str = ""
    """A service's name; empty: all."""

    @property
    def values(self) -> dict[str, Any]:
        """Parameters of the statements in `aggregates`."""
        scope = self.scope
        return {
            "environment": self.environment,
            "repository": self.repository,
            "service": self.service,
            "team": scope.team.pk if scope.team else None,
            "previous_low": scope.previous_begins_at,
            "low": scope.begins_at,
            "high": scope.ends_at,
            "with_bots": scope.with_bots,
            "zone": scope.time_zone,
        }
