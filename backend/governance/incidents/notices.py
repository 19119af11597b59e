"""Drafts of what is told: to the authority (GDPR Art. 33(3)), to people (Art. 34(2)), and the closing report to read.

Each item that the law asks for is there. What is not known yet is said to be so, as Art. 33(4) allows, and never left
empty. What people typed is escaped as in the other documents on data protection.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.template import Context, Engine

from backend.governance.documents.facts import label_of
from backend.governance.documents.writing import plain
from backend.governance.incidents import deadline
from backend.governance.incidents.affected import areas_of
from backend.governance.incidents.register import standing
from backend.governance.incidents.report import natures, words_are_as_signed
from backend.governance.incidents.timeline import timeline
from backend.governance.models import SecurityIncident
from backend.governance.models.incidents import TEXTS
from backend.governance.models.particulars import NAMES, particulars
from backend.inventory.terms import DataClass

_ENGINE: Final = Engine(dirs=[str(Path(__file__).parent / "templates")], autoescape=False)
_NOT_KNOWN: Final = "**\\[Not known yet: it will be told without undue further delay.\\]**"
_LEFT_OUT: Final = "**\\[Left out, since words can name people, who go by pseudonyms here. Administration has it.\\]**"
_STANDINGS: Final[Mapping[str, str]] = {
    "running": "Nobody was told yet; the 72 hours run.",
    "soon": "Nobody was told yet; the 72 hours are over soon.",
    "overdue": "Nobody was told yet; the 72 hours are over.",
    "notified": "The authority was told within 72 hours.",
    "notified_late": "The authority was told after 72 hours.",
    "not_notified": "It was decided that the authority need not be told.",
    "no_personal_data": "No personal data is affected, so that no authority need be told.",
}


@dataclass(frozen=True, slots=True)
class Notice:
    key: str
    name: str


NOTICES: Final = {
    one.key: one
    for one in (
        Notice("authority", "Notice to the supervisory authority"),
        Notice("people", "Notice to the people concerned"),
    )
}
REPORT: Final = Notice("report", "Closing report of incident")


def write(
    kind: Notice, incident: SecurityIncident, *, at: datetime, zone: ZoneInfo, with_words: bool
) -> str:
    """As Markdown. Without words, each is said to be left out."""
    template = _ENGINE.get_template(f"{kind.key}.md")
    words = _words(incident, with_words=with_words)
    context = words | _context(kind, incident, at, zone) | {"called": words["title"]}
    text = template.render(Context(context, autoescape=False))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _words(incident: SecurityIncident, *, with_words: bool) -> dict[str, str]:
    if not with_words:
        return dict.fromkeys(TEXTS, _LEFT_OUT)
    return {name: plain(getattr(incident, name)) or _NOT_KNOWN for name in TEXTS}


def _context(
    kind: Notice, incident: SecurityIncident, at: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    def told(moment: datetime | None) -> str:
        if moment is None:
            return _NOT_KNOWN
        local = moment.astimezone(zone)
        return f"{local.day} {local:%B %Y, %H:%M %Z}"

    found = particulars()
    given = {
        name: plain(getattr(found, name)) or f"**\\[To be filled in: {plain(label_of(name))}\\]**"
        for name in NAMES
    }
    figures: dict[str, Any] = incident.figures or {}
    areas = areas_of([one["table"] for one in figures.get("tables", ())])
    personal = [one for one in areas if one.people]
    is_complete = incident.counted_at is not None and all(
        getattr(incident, name) for name in ("causes", "consequences", "measures")
    )
    return given | {
        "title": kind.name,
        "number": incident.pk,
        "at": told(at),
        "is_complete": is_complete,
        "opened": told(incident.opened_at),
        "detected": told(incident.detected_at),
        "due": told(deadline.due_at(incident.detected_at)),
        "notified": told(incident.notified_at) if incident.notified_at else "",
        "is_late": deadline.is_late(incident.detected_at, incident.notified_at or at),
        "nature": ", ".join(natures(incident)) or _NOT_KNOWN,
        "has_nature": bool(natures(incident)),
        **dict.fromkeys(natures(incident), True),
        "exposed_from": told(incident.exposed_from),
        "exposed_until": told(incident.exposed_until) if incident.exposed_until else "",
        "has_period": incident.exposed_from is not None,
        "counted": told(incident.counted_at),
        "is_counted": incident.counted_at is not None,
        "people_number": _number(figures.get("people")),
        "records_number": _number(figures.get("records")),
        "people": list(dict.fromkeys(one.people for one in personal)),
        "categories": [(one.name, one.says) for one in personal],
        "tells_people": incident.tell_people,
        "people_told": told(incident.people_told_at) if incident.people_told_at else "",
        **_report(incident, figures, told),
    }


def _report(incident: SecurityIncident, figures: dict[str, Any], told: Any) -> dict[str, Any]:  # noqa: ANN401 - a function
    closed_at = incident.closed_at
    if closed_at is None:
        return {}
    document = incident.report
    return {
        "closed": told(closed_at),
        "standing": _STANDINGS[standing(incident, now=closed_at)],
        "was_not_notified": incident.notified_at is None and incident.not_notified_at is not None,
        "people_decided": told(incident.people_decided_at) if incident.people_decided_at else "",
        "classes": [
            (DataClass(one["data_class"]).value, _number(one["tables"]), _number(one["records"]))
            for one in figures.get("classes", ())
        ],
        "tables": [
            (one["table"], "not counted" if one["rows"] is None else _number(one["rows"]))
            for one in figures.get("tables", ())
        ],
        "accounts_number": _number(figures.get("accounts_in_all")),
        "acts": [(one["act"], _number(one["times"])) for one in figures.get("acts", ())],
        "reminders": [
            (one.hours, f"account {one.to_id}", told(one.sent_at) if one.sent_at else "not sent")
            for one in incident.reminders.order_by("hours", "pk")
        ],
        "timeline": [
            (
                told(one.at),
                one.says,
                f"account {one.account}" if one.account else "the appliance",
                ", ".join(name.replace("_", " ") for name in one.changed),
            )
            for one in timeline(incident)
        ],
        "as_signed": words_are_as_signed(incident),
        "document": document.pk if document and document.signature else "",
        "signed": told(document.signed_at) if document and document.signed_at else "",
        "key": document.key_id if document else "",
    }


def _number(value: int | None) -> str:
    return "0" if value is None else f"{value:,}"
