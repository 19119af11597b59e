"""One running server: its world, ledger, faults and budgets."""

from dataclasses import dataclass, field
from typing import Any

from tests.simulators.faults import Faults
from tests.simulators.github.apps import Apps
from tests.simulators.github.budget import Budget
from tests.simulators.github.graph import GraphEndpoint
from tests.simulators.github.ledger import Ledger
from tests.simulators.github.oauth import OAuth
from tests.simulators.github.webhooks import Hook
from tests.simulators.github.world import World


@dataclass
class Simulator:
    """``url`` is the base that a connection is given; ``rate_limit`` None: limits are off, as GHES has it."""

    world: World
    rate_limit: int | None = None
    reduced: bool = False
    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    url: str = ""

    def __post_init__(self) -> None:
        self.apps = Apps(self.world)
        self.oauth = OAuth(self.world)
        self.core = None if self.rate_limit is None else Budget(self.rate_limit)
        points = None if self.rate_limit is None else Budget(self.rate_limit)
        self.graph = GraphEndpoint(self.world, reduced=self.reduced, budget=points)

    def hook(self, url: str, secret: str, **attributes: Any) -> Hook:
        """Send webhooks of everything that happens from now on."""
        return Hook(self.world, url, secret, self.url, **attributes)
