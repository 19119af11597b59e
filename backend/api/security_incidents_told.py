"""Security incidents in the words of an answer: by what names, and where people have pseudonyms without words."""

from collections.abc import Callable
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from backend.accounts.models import User
from backend.api import security_incident_schemas as shapes
from backend.audit.names import ACTS
from backend.connections.models import Connection
from backend.governance.incidents import affected, deadline, register
from backend.governance.incidents.reminders import state
from backend.governance.incidents.timeline import timeline
from backend.governance.models import IncidentReminder, SecurityIncident
from backend.governance.models.incidents import TEXTS
from backend.people.names import Names

_LEFT_OUT: Final = (
    "What was typed is left out, since people are called by pseudonyms here and words can name them. "
    "Administration has it."
)
_GONE: Final = "an account that is gone"
_AS_THEY_ARE: Final = (
    *("confidentiality", "integrity", "availability", "opened_at", "notified_at"),
    *("not_notified_at", "people_decided_at", "tell_people", "people_told_at", "exposed_from"),
    *("exposed_until", "exposed_tables", "exposed_connections", "exposed_accounts"),
)
Called = Callable[[int | None], str | None]


def line(one: SecurityIncident, names: Names) -> dict[str, Any]:
    return {
        "id": one.pk,
        "title": None if names.are_pseudonyms else one.title,
        "detected_at": one.detected_at,
        "due_at": deadline.due_at(one.detected_at),
        "standing": register.standing(one, now=timezone.now()),
        "personal_data": one.personal_data,
        "closed_at": one.closed_at,
        "people": (one.figures or {}).get("people"),
    }


def summary(names: Names) -> dict[str, Any]:
    """Of all that are open, how many wait."""
    ends = [deadline.due_at(at) for at in register.waiting().values_list("detected_at", flat=True)]
    now = timezone.now()
    return {
        "waiting": len(ends),
        "overdue": sum(end < now for end in ends),
        "words_left_out": _LEFT_OUT if names.are_pseudonyms else None,
    }


def choices(names: Names) -> shapes.IncidentChoices:
    accounts = User.objects.order_by("pk")
    called = sorted(
        ((_called(one, names), one.pk) for one in accounts), key=lambda one: one[0].lower()
    )
    return shapes.IncidentChoices(
        areas=[
            shapes.ExposedArea(
                key=area.key, name=area.name, tables=[table.label for table in area.tables]
            )
            for area in affected.choices()
        ],
        connections=[
            shapes.Choice(id=pk, name=name)
            for pk, name in Connection.objects.order_by("name").values_list("pk", "name")
        ],
        accounts=[shapes.Choice(id=pk, name=name) for name, pk in called],
    )


def detail(
    one: SecurityIncident, names: Names, *, may_handle: bool
) -> shapes.SecurityIncidentDetail:
    entries = timeline(one)
    reminders = list(one.reminders.select_related("to").order_by("hours", "pk"))
    acted = [each["account"] for each in (one.figures or {}).get("accounts", ())]
    called = _accounts([*acted, *(entry.account for entry in entries)], names)
    words = dict.fromkeys(TEXTS) if names.are_pseudonyms else _words(one)
    return shapes.SecurityIncidentDetail(
        **line(one, names) | {name: getattr(one, name) for name in _AS_THEY_ARE} | words,
        opened_by=called(one.opened_by_id) if one.opened_by_id else None,
        closed_by=called(one.closed_by_id) if one.closed_by_id else None,
        affected=_affected(one, called),
        reminders=[_reminder(each, names) for each in reminders],
        timeline=[
            shapes.TimelineEntry(
                at=entry.at,
                says=entry.says,
                by=called(entry.account),
                changed=[column.replace("_", " ") for column in entry.changed],
            )
            for entry in entries
        ],
        missing=[] if one.closed_at else register.why_not_closed(one),
        is_signed=one.report is not None and one.report.signature is not None,
        words_left_out=_LEFT_OUT if names.are_pseudonyms else None,
        record=reverse("admin:governance_securityincident_change", args=[one.pk]),
        may_handle=may_handle and one.closed_at is None,
    )


def _words(one: SecurityIncident) -> dict[str, str | None]:
    return {name: getattr(one, name) or None for name in TEXTS}


def _affected(one: SecurityIncident, called: Called) -> shapes.Affected | None:
    if one.counted_at is None or one.figures is None:
        return None
    found = dict(one.figures)
    found["accounts"] = [
        each | {"name": called(each["account"]) or _GONE} for each in found["accounts"]
    ]
    found["acts"] = [
        each | {"says": ACTS[each["act"]].meaning if each["act"] in ACTS else each["act"]}
        for each in found["acts"]
    ]
    labels = [each["table"] for each in found["tables"]]
    areas = [area.name for area in affected.areas_of(labels)]
    return shapes.Affected(counted_at=one.counted_at, areas=areas, **found)


def _reminder(one: IncidentReminder, names: Names) -> shapes.IncidentReminder:
    stands = state(one, now=timezone.now())
    at = {"sent": one.sent_at, "passed": one.passed_at, "failing": one.not_before}.get(stands)
    return shapes.IncidentReminder(
        hours=one.hours,
        to=_called(one.to, names) if one.to else _GONE,
        state=stands,
        at=at or one.claimed_at,
        error=one.error or None,
    )


def _accounts(keys: list[int | None], names: Names) -> Called:
    """What accounts are called, by key; one statement."""
    found = User.objects.in_bulk({key for key in keys if key is not None})
    told = {pk: _called(user, names) for pk, user in found.items()}
    return lambda key: None if key is None else told.get(key, _GONE)


def _called(user: User, names: Names) -> str:
    told = user.get_full_name() or user.email
    return names.of_account(told, account=user.pk, person=user.person_id) or told
