"""Webhook deliveries that failed, asked for once more. GitHub Enterprise Server tries none again by itself.

An App may look at its own deliveries without any permission. What fails again is left to polling and to the nightly
reconciliation, which find all that webhooks tell of.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from backend.connections.models import Connection
from backend.sources.collected import Collected
from backend.sources.errors import NotFound, Unprocessable
from backend.sources.github.app import App
from backend.sources.github.app_payloads import Delivery
from backend.sources.github.client import GitHub, next_page
from backend.sources.github.webhook import tells
from backend.sources.models import Hint, SyncRun
from backend.sources.shapes import read

KEPT: Final = timedelta(days=3)
"""GitHub forgets older ones."""
OVERLAP: Final = timedelta(hours=4)
"""A look goes back so far behind the last one: long enough to see how those fared that were asked for again."""
SENT_AT_MOST: Final = 3
"""Times, the first one and those that were asked for."""
ASKED_AT_MOST: Final = 500
"""In one look: after a long outage a poll is cheaper than every single delivery."""

PAGES_AT_MOST: Final = 50
"""In one look, newest first: where so much is delivered, polling finds the rest cheaper than a list of it would."""


def collect_deliveries(connection: Connection, github: GitHub) -> Collected:
    """Of what was delivered since the last look, have sent again what did not arrive. Raises SourceError."""
    if github.app is None:
        return Collected(notes=["Only a GitHub App may have deliveries sent again."])
    try:
        lost = _lost(github.app, _since(connection))
    except NotFound:
        return Collected(notes=["The App has no webhook: news comes by polling alone."])
    wanted = [one for one, sent in lost if sent < SENT_AT_MOST]
    result = Collected()
    for delivery in wanted[:ASKED_AT_MOST]:
        try:
            github.app.post(f"/app/hook/deliveries/{delivery.id}/attempts", {})
        except (NotFound, Unprocessable):
            continue  # Forgotten meanwhile, or too large to be kept.
        result.stored += 1
    if given_up := len(lost) - len(wanted):
        result.notes.append(
            f"{given_up} deliveries failed {SENT_AT_MOST} times: polling finds their news."
        )
    if unasked := len(wanted[ASKED_AT_MOST:]):
        result.notes.append(f"{unasked} more deliveries failed: polling finds their news.")
    return result


def _since(connection: Connection) -> datetime:
    runs = SyncRun.objects.filter(
        connection=connection, kind=Hint.Kind.DELIVERIES, outcome=SyncRun.Outcome.SUCCEEDED
    )
    last = runs.order_by("-started_at").values_list("started_at", flat=True).first()
    earliest = timezone.now() - KEPT
    return max(last - OVERLAP, earliest) if last else earliest


def _lost(app: App, since: datetime) -> list[tuple[Delivery, int]]:
    """What never arrived and tells of something that is kept, newest first, and how often it was sent.

    What was first sent before that is not looked at: its attempts are not all seen.
    """
    sent: Counter[str] = Counter()
    arrived: set[str] = set()
    first: dict[str, Delivery] = {}
    for delivery in _delivered(app, since):
        sent[delivery.guid] += 1
        if delivery.arrived:
            arrived.add(delivery.guid)
        if tells(delivery.event) and not delivery.redelivery:
            first[delivery.guid] = delivery
    return [(one, sent[guid]) for guid, one in first.items() if guid not in arrived]


def _delivered(app: App, since: datetime) -> Iterator[Delivery]:
    """Newest first. The server's own filter for failures leaves out some that were never answered."""
    url: str | None = "/app/hook/deliveries"
    parameters: Mapping[str, str | int] | None = {"per_page": 100}
    for _ in range(PAGES_AT_MOST):
        if url is None:
            return
        answer = app.get(url, parameters)
        for item in answer.body if isinstance(answer.body, list) else ():
            delivery = read(Delivery, item)
            if delivery.delivered_at < since:
                return
            yield delivery
        url, parameters = next_page(answer.headers), None
