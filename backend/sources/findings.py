"""What a check of a connection finds: what is granted, compared with what is needed, told with what to do."""

from dataclasses import asdict, dataclass
from typing import Final

OK: Final = "ok"
MISSING: Final = "missing"
EXCESS: Final = "excess"
READ: Final = "read"
NONE: Final = "none"


@dataclass(frozen=True)
class Permission:
    """`needed` and `granted` are levels: none, read, write, admin. `action` is empty where all is well."""

    name: str
    needed: str
    granted: str
    verdict: str
    action: str = ""


@dataclass(frozen=True)
class Finding:
    """`essential`: permissions without which nothing can be collected; without another one, its kind is not available.

    `unavailable`: what this version of the server does not tell. `notes`: what else a person should know, as sentences.
    """

    version: str
    login: str
    found: tuple[Permission, ...]
    unavailable: tuple[str, ...] = ()
    essential: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.found if one.verdict == MISSING)

    @property
    def excess(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.found if one.verdict == EXCESS)

    @property
    def usable(self) -> bool:
        """Whether anything can be collected."""
        return self.essential.isdisjoint(self.missing)

    @property
    def permissions(self) -> list[dict[str, str]]:
        """For `Connection.permissions`."""
        return [asdict(one) for one in self.found]

    @property
    def reason(self) -> str:
        """Empty where there is nothing to say."""
        parts = []
        if self.missing:
            parts.append(f"What it signs in with lacks {', '.join(self.missing)}.")
        if self.excess:
            parts.append(f"It may do more than is needed: {', '.join(self.excess)}.")
        if self.unavailable:
            parts.append(f"This version of the server does not tell {', '.join(self.unavailable)}.")
        return " ".join([*parts, *self.notes])

    @property
    def action(self) -> str:
        """The first thing to do; each permission has its own."""
        order = {MISSING: 0, EXCESS: 1}
        actions = sorted(
            (one for one in self.found if one.action), key=lambda one: order.get(one.verdict, 2)
        )
        return actions[0].action if actions else ""
