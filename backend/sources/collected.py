"""What collecting has in common, whatever the source.

Each verb is a slice of work that can be cut short at any moment and begun again. What it stores and the cursor that
says so move in one transaction.
"""

from dataclasses import dataclass, field


@dataclass
class Collected:
    """What a slice did. `more`: there is more to do at once; `notes`: what a person should know all the same."""

    stored: int = 0
    more: bool = False
    notes: list[str] = field(default_factory=list)
