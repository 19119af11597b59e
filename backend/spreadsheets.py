"""Cells of tables that people open in a spreadsheet: none is taken for a formula."""

import re
from datetime import datetime

_FORMULA = re.compile(
    r"""(?:^|(?<=[;,\t\r\n|]))(?=[\s"']*[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])"""
)
"""Where a formula begins in a cell, or would to a spreadsheet that separates by another sign than ours: it drops
blanks and quotes, and takes the wide signs of East Asian keyboards for the narrow ones.
"""


def cell(value: object) -> str | float | None:
    """What a spreadsheet would compute gets an apostrophe in front, wherever in a text it stands."""
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    text = " ".join(value) if isinstance(value, list) else str(value)
    return _FORMULA.sub("'", text)
