"""What is held about a person: the one declaration, table by table, of which rows are theirs and what is told of them.

Everything that a table can lead to a person by is either here or, with a reason, in `left_out`: a test walks all
relations. Told is what is about the person alone: of others at most that somebody had a part.
"""

from typing import Final

from backend.governance.held.record import FIGURES_AND_RECORD
from backend.governance.held.shape import Category, Section, Subject
from backend.governance.held.who import WHO_SOMEBODY_IS
from backend.governance.held.work import WORK

__all__ = ["SECTIONS", "Category", "Section", "Subject"]

SECTIONS: Final = (*WHO_SOMEBODY_IS, *WORK, *FIGURES_AND_RECORD)
