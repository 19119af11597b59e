"""How much is asked for at once: it follows the server."""

from dataclasses import dataclass
from typing import Final

LARGEST_PAGE: Final = 50
"""Of GitHub's pull requests, with five connections each, three points by its formula: 20 pages and 60 points for a
thousand."""
_GROW_AFTER: Final = 3


@dataclass
class PageSize:
    """Halves when the server gives up on a page, and doubles back after some that went well."""

    value: int = LARGEST_PAGE
    largest: int = LARGEST_PAGE
    _well: int = 0

    def went_well(self) -> None:
        self._well += 1
        if self._well >= _GROW_AFTER and self.value < self.largest:
            self.value, self._well = min(self.value * 2, self.largest), 0

    def shrink(self) -> bool:
        """False where it cannot shrink any further."""
        self._well = 0
        if self.value == 1:
            return False
        self.value = max(1, self.value // 2)
        return True
