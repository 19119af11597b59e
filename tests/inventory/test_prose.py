"""docs/inventory.md is what the inventory says."""

from pathlib import Path

from backend.inventory import TABLES
from backend.inventory.prose import prose

DOCS = Path(__file__).resolve().parents[2] / "docs" / "inventory.md"


def test_the_document_is_current() -> None:
    assert DOCS.read_text() == prose(), "run: ./manage.py inventory > docs/inventory.md"


def test_every_column_stands_in_it() -> None:
    text = prose()
    for table in TABLES.values():
        section = text.partition(f"### {table.label}\n")[2].partition("\n### ")[0]
        for column in table.columns:
            assert f"`{column.name}`" in section, (table.label, column.name)
