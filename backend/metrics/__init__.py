"""From stored events to figures: formulas, facts, cells and the queries over them."""
