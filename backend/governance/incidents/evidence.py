"""What the audit log says of a period: who acted, and what personal data was read or taken along. Counted by it."""

from datetime import datetime
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet

from backend.audit.models import Event
from backend.audit.names import ACTS, EXPORTS, READS

_OF: Final = {
    group: [name for name, act in ACTS.items() if act.group == group] for group in (READS, EXPORTS)
}
_SHOWN: Final = 100
"""Accounts by key; of further ones there is the number."""


def evidence(start: datetime | None, end: datetime | None, accounts: list[int]) -> dict[str, Any]:
    """Of these accounts, or where none is named of all. Three statements, however long the log is."""
    events: QuerySet[Event] = Event.objects.order_by()
    if start is not None:
        events = events.filter(timestamp__gte=start)
    if end is not None:
        events = events.filter(timestamp__lt=end)
    refused = events.filter(name="sign_in_failed").count()
    events = events.exclude(actor=None)
    if accounts:
        events = events.filter(actor__in=accounts)
    acted = (
        events.values(account=F("actor_id"))
        .annotate(
            acts=Count("pk"),
            reads=Count("pk", filter=Q(name__in=_OF[READS])),
            exports=Count("pk", filter=Q(name__in=_OF[EXPORTS])),
        )
        .order_by("-exports", "-reads", "-acts", "account")
    )
    rows = list(acted)
    taken = (
        events.filter(name__in=[*_OF[READS], *_OF[EXPORTS]])
        .values(act=F("name"))
        .annotate(times=Count("pk"), accounts=Count("actor_id", distinct=True))
        .order_by("-times", "act")
    )
    return {
        "accounts": rows[:_SHOWN],
        "accounts_in_all": len(rows),
        "acts": list(taken),
        "failed_sign_ins": refused,
    }
