"""Fill the templates. A template is Markdown; what people entered is escaped, and cannot change a document's shape."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.template import Context, Engine

from backend.governance.documents.facts import Facts, label_of
from backend.inventory.retention import UNUSED
from backend.inventory.terms import Area

_ENGINE: Final = Engine(dirs=[str(Path(__file__).parent / "templates")], autoescape=False)
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#|&])|^(?=[+\-])|(?<=\d)(?=[.)])")
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Kind:
    key: str
    name: str
    says: str


KINDS: Final = (
    Kind(
        "record-of-processing",
        "Record of processing activities",
        "Art. 30(1) GDPR: what is processed, about whom, what for, for how long, and how it is protected.",
    ),
    Kind(
        "data-protection-agreement",
        "Data protection agreement",
        "Art. 28 GDPR: between the controller and whoever runs the product for it.",
    ),
    Kind(
        "privacy-notice",
        "Privacy notice",
        "Art. 13 and 14 GDPR: what people whose work is shown must be told.",
    ),
)
BY_KEY: Final = {kind.key: kind for kind in KINDS}


def write(kind: Kind, of: Facts, *, at: datetime) -> str:
    """The document as Markdown. What is missing stands in it as “To be filled in”, in bold."""
    template = _ENGINE.get_template(f"{kind.key}.md")
    return re.sub(
        r"\n{3,}", "\n\n", template.render(Context(_context(kind, of, at), autoescape=False))
    )


def plain(text: str) -> str:
    """Text that Markdown takes for text, in one line: a document's tables and lists stay what they are."""
    lines = (line.strip() for line in _UNSEEN.sub("", text).splitlines())
    return _SPECIAL.sub(r"\\\g<0>", ", ".join(line for line in lines if line))


def _context(kind: Kind, of: Facts, at: datetime) -> dict[str, Any]:
    given = {
        name: plain(value) or f"**\\[To be filled in: {plain(label_of(name))}\\]**"
        for name, value in of.particulars.items()
    }
    return {
        "title": kind.name,
        "at": f"{at.day} {at:%B %Y}",
        "is_complete": all(of.particulars.values()),
        **given,
        "sources": [tuple(map(plain, one)) for one in of.sources],
        "providers": [tuple(map(plain, one)) for one in of.providers],
        "has_directory": of.has_directory,
        "categories": [_category(area) for area in of.personal],
        "people": list(dict.fromkeys(area.people for area in of.personal)),
        "retentions": [
            (policy.name, ", ".join(names), policy.says) for policy, names in of.retentions
        ],
        "measures": of.measures,
        "never": of.never,
    }


def _category(area: Area) -> tuple[str, str, str]:
    used = (table for table in area.tables if table.personal and table.keep is not UNUSED)
    return area.name, " ".join(table.purpose for table in used), area.people
