"""What a bench found: each figure beside its target."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """`at_most` and `at_least` are the target; neither: told for what it is worth."""

    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def met(self) -> bool | None:
        """None where there is no target."""
        if self.at_most is not None:
            return self.value <= self.at_most
        if self.at_least is not None:
            return self.value >= self.at_least
        return None

    @property
    def target(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:,g}"
        return "" if self.at_least is None else f"≥ {self.at_least:,g}"


def show(console: Console, title: str, figures: list[Figure]) -> None:
    table = Table("what", "measured", "target", "", title=title, title_justify="left")
    table.columns[1].justify = table.columns[2].justify = "right"
    for figure in figures:
        value = f"{figure.value:,.2f}" if figure.value % 1 else f"{figure.value:,.0f}"
        verdict = {True: "met", False: "[red]missed[/red]", None: ""}[figure.met]
        table.add_row(figure.name, f"{value} {figure.unit}".strip(), figure.target, verdict)
    console.print(table)


def write(file: Path, benches: dict[str, list[Figure]]) -> None:
    """As JSON, for comparison with another day's."""
    found = {name: [asdict(figure) for figure in figures] for name, figures in benches.items()}
    file.write_text(json.dumps(found, indent=2) + "\n")
