"""Webhooks of what happens in a simulated Jira, signed as Data Center does from 10.0 on and the Cloud always."""

import hashlib
import hmac
import http.client
import json
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.simulators.jira.payloads import Json, Writer
from tests.simulators.jira.records import Issue, Sprint
from tests.simulators.jira.world import World


def sign(secret: str, body: bytes) -> str:
    """The value of ``X-Hub-Signature``."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass
class Delivery:
    """As it was sent, and how the receiver answered (None: not at all)."""

    event: str
    headers: dict[str, str]
    body: bytes
    status: int | None = None


@dataclass
class Hook:
    """``held`` keeps deliveries back for a test to send as it likes."""

    world: World
    write: Writer
    url: str
    secret: str = ""
    held: bool = False
    deliveries: list[Delivery] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.listeners.append(self.on_event)

    def on_event(self, event: str, about: object) -> None:
        body = json.dumps(self.payload(event, about)).encode()
        headers = {
            "Content-Type": "application/json; charset=UTF-8",
            "X-Atlassian-Webhook-Identifier": str(uuid.uuid4()),
        }
        if self.secret and self.world.signs_webhooks:
            headers["X-Hub-Signature"] = sign(self.secret, body)
        delivery = Delivery(event, headers, body)
        self.deliveries.append(delivery)
        if not self.held:
            self.send(delivery)

    def payload(self, event: str, about: object) -> Json:
        told: Json = {"timestamp": round(self.world.now * 1000), "webhookEvent": event}
        if isinstance(about, Issue):
            told["issue"] = self.write.issue(about, ["*all"], changelog=False)
            if about.histories and event == "jira:issue_updated":
                told["changelog"] = {
                    "id": "1",
                    "items": self.write.history(about.histories[-1])["items"],
                }
        if isinstance(about, Sprint):
            told["sprint"] = self.write.sprint(about)
        return told

    def send(self, delivery: Delivery) -> None:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        try:
            connection.request("POST", parts.path, delivery.body, delivery.headers)
            delivery.status = connection.getresponse().status
        except OSError:
            delivery.status = None
        finally:
            connection.close()
