"""Signed webhooks of what happens in a world, delivered over HTTP as GitHub Enterprise Server does: once, no retry."""

import hashlib
import hmac
import http.client
import ssl
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .event_payloads import payload
from .graph.endpoint import dump
from .graph.readers import iso
from .payloads import organization_json, user_json
from .registry import Event
from .rest import VERSION
from .world import World

TIME_LIMIT = 30.0


def sign(secret: str, body: bytes) -> str:
    """The value of ``X-Hub-Signature-256``."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass
class Delivery:
    """One delivery as it was sent, and how the receiver answered (None: not at all)."""

    event: str
    guid: str
    headers: dict[str, str]
    body: bytes
    status: int | None = None


@dataclass
class Hook:
    """Sends every event of a world to one URL; ``held`` keeps deliveries back for a test to send as it likes."""

    world: World
    url: str
    secret: str
    base_url: str
    hook_id: int = 1
    context: ssl.SSLContext | None = None
    held: bool = False
    deliveries: list[Delivery] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.listeners.append(self.on_event)

    def on_event(self, event: Event) -> None:
        delivery = self.prepare(event.name, dump(payload(event, self.base_url)))
        self.deliveries.append(delivery)
        if not self.held:
            self.send(delivery)

    def ping(self) -> Delivery:
        """What GitHub sends when the webhook is made."""
        owner = next(iter(self.world.organizations.values()))
        made = iso(self.world.now)
        config = {
            "content_type": "json",
            "insecure_ssl": "0",
            "secret": "********",
            "url": self.url,
        }
        own = f"{self.base_url}/api/v3/orgs/{owner.login}/hooks/{self.hook_id}"
        hook = {
            "type": "Organization",
            "id": self.hook_id,
            "name": "web",
            "active": True,
            "events": ["*"],
            "config": config,
            "updated_at": made,
            "created_at": made,
            "url": own,
            "ping_url": f"{own}/pings",
            "deliveries_url": f"{own}/deliveries",
        }
        sender = user_json(next(iter(self.world.accounts.values())), self.base_url)
        body = {"zen": "Design for failure.", "hook_id": self.hook_id, "hook": hook}
        body |= {"organization": organization_json(owner, self.base_url), "sender": sender}
        delivery = self.prepare("ping", dump(body))
        self.deliveries.append(delivery)
        self.send(delivery)
        return delivery

    def prepare(self, name: str, body: bytes, *, guid: str | None = None) -> Delivery:
        """Headers and signature for a body; a redelivery keeps its GUID."""
        delivery_id = guid or str(uuid.uuid4())
        headers = {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/44ae2f1",
            "X-GitHub-Delivery": delivery_id,
            "X-GitHub-Enterprise-Host": urlsplit(self.base_url).netloc,
            "X-GitHub-Enterprise-Version": VERSION,
            "X-GitHub-Event": name,
            "X-GitHub-Hook-ID": str(self.hook_id),
            "X-GitHub-Hook-Installation-Target-ID": "1",
            "X-GitHub-Hook-Installation-Target-Type": "organization",
            "X-Hub-Signature-256": sign(self.secret, body),
        }
        return Delivery(name, delivery_id, headers, body)

    def send(self, delivery: Delivery) -> int | None:
        """Deliver (again); the status, or None where there was no answer."""
        parts = urlsplit(self.url)
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            connection = http.client.HTTPSConnection(
                parts.netloc, timeout=TIME_LIMIT, context=self.context
            )
        else:
            connection = http.client.HTTPConnection(parts.netloc, timeout=TIME_LIMIT)
        try:
            connection.request("POST", parts.path or "/", delivery.body, delivery.headers)
            answer = connection.getresponse()
            answer.read()
            delivery.status = answer.status
        except OSError:
            # As GitHub: the delivery is listed as failed and not tried again.
            delivery.status = None
        finally:
            connection.close()
        return delivery.status
