"""Whatever is asked of a source is written down first, so every session needs the database."""

import pytest


@pytest.fixture(autouse=True)
def written_down(db: None) -> None:
    """The outbound ledger's tables."""
