"""An App's webhook: its deliveries, kept by number, listed and sent again."""

import itertools
import json
import time
from dataclasses import dataclass, field
from http.client import responses
from typing import TYPE_CHECKING, Any

from .event_payloads import payload
from .graph.endpoint import dump
from .graph.readers import iso
from .payloads import owner_json, repository_lite, user_json
from .records import Account, node_id
from .registry import Event
from .webhooks import Delivery, Hook

if TYPE_CHECKING:
    from .apps import Apps, GitHubApp, Installation


@dataclass(kw_only=True)
class AppDelivery:
    """One attempt to deliver; sent again it is another one, with the same GUID."""

    number: int
    sent: Delivery
    action: str | None
    installation_id: int
    repository_id: int | None
    delivered_at: float
    seconds: float = 0.0
    redelivery: bool = False

    @property
    def failed(self) -> bool:
        return self.sent.status is None or not 200 <= self.sent.status < 400


@dataclass
class AppHook(Hook):
    """Sends what its App has subscribed to, of where it is installed, and all about its installations."""

    app: "GitHubApp" = field(kw_only=True)
    apps: "Apps" = field(kw_only=True)
    attempts: dict[int, AppDelivery] = field(default_factory=dict, kw_only=True)
    """Every attempt that was made, oldest first."""
    _numbers: "itertools.count[int]" = field(
        default_factory=lambda: itertools.count(70_001), kw_only=True
    )

    def on_event(self, event: Event) -> None:
        installation = self._installation(event)
        if installation is None or event.name not in self.app.events:
            return
        body = payload(event, self.base_url)
        repository = event.repository.database_id if event.repository else None
        self._deliver(event.name, event.action, body, installation, repository)

    def _installation(self, event: Event) -> "Installation | None":
        return next(
            (
                one
                for one in self.apps.installations.values()
                if one.app is self.app
                and one.owner is event.organization
                and one.suspended_at is None
                and (
                    event.repository is None
                    or one.repositories is None
                    or event.repository.database_id in one.repositories
                )
            ),
            None,
        )

    def on_installation(self, installation: "Installation", action: str) -> None:
        ghost = Account(database_id=1, login="ghost")
        body: dict[str, Any] = {
            "action": action,
            "installation": installation_json(installation, self.base_url),
            "repositories": [
                {name: shown[name] for name in ("id", "node_id", "name", "full_name", "private")}
                for one in installation.owner.repositories.values()
                if installation.repositories is None or one.database_id in installation.repositories
                for shown in [repository_lite(one, self.base_url)]
            ],
            "sender": user_json(ghost, self.base_url),
        }
        self._deliver("installation", action, body, installation, None)

    def _deliver(
        self,
        name: str,
        action: str | None,
        body: dict[str, Any],
        installation: "Installation",
        repository_id: int | None,
    ) -> None:
        if name != "installation":
            number = installation.installation_id
            body["installation"] = {"id": number, "node_id": node_id("IN", number)}
        sent = self.prepare(name, dump(body))
        self.deliveries.append(sent)
        made = AppDelivery(
            number=next(self._numbers),
            sent=sent,
            action=action,
            installation_id=installation.installation_id,
            repository_id=repository_id,
            delivered_at=self.apps.now(),
        )
        self.attempts[made.number] = made
        if not self.held:
            self._send(made)

    def _send(self, made: AppDelivery) -> None:
        began = time.monotonic()
        self.send(made.sent)
        made.seconds = time.monotonic() - began

    def redeliver(self, number: int) -> AppDelivery:
        """Once more, with the same GUID and body, signed with the secret of now. KeyError: there is no such."""
        before = self.attempts[number]
        sent = self.prepare(before.sent.event, before.sent.body, guid=before.sent.guid)
        again = AppDelivery(
            number=next(self._numbers),
            sent=sent,
            action=before.action,
            installation_id=before.installation_id,
            repository_id=before.repository_id,
            delivered_at=self.apps.now(),
            redelivery=True,
        )
        self.attempts[again.number] = again
        self.deliveries.append(sent)
        self._send(again)
        return again

    def prepare(self, name: str, body: bytes, *, guid: str | None = None) -> Delivery:
        made = super().prepare(name, body, guid=guid)
        made.headers |= {
            "X-GitHub-Hook-Installation-Target-ID": str(self.app.app_id),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
        }
        return made

    def config(self) -> dict[str, str]:
        return {
            "content_type": "json",
            "insecure_ssl": "0",
            "secret": "********",
            "url": self.url,
        }


UNREACHED = ("failed to connect to host", 502)


def delivery_json(made: AppDelivery) -> dict[str, Any]:
    """A delivery in the list."""
    status = made.sent.status
    words, code = UNREACHED if status is None else (responses.get(status, ""), status)
    return {
        "id": made.number,
        "guid": made.sent.guid,
        "delivered_at": iso(int(made.delivered_at)),
        "redelivery": made.redelivery,
        "duration": round(made.seconds, 2),
        "status": words,
        "status_code": code,
        "event": made.sent.event,
        "action": made.action,
        "installation_id": made.installation_id,
        "repository_id": made.repository_id,
        "throttled_at": None,
    }


def delivery_whole(made: AppDelivery, url: str) -> dict[str, Any]:
    """A delivery by itself, with what was sent."""
    return delivery_json(made) | {
        "url": url,
        "request": {"headers": made.sent.headers, "payload": json.loads(made.sent.body)},
        "response": {"headers": {}, "payload": ""},
    }


def installation_json(installation: "Installation", base_url: str) -> dict[str, Any]:
    api, owner = f"{base_url}/api/v3", installation.owner
    number = installation.installation_id
    ghost = Account(database_id=1, login="ghost")
    return {
        "id": number,
        "account": owner_json(owner, base_url),
        "repository_selection": "all" if installation.repositories is None else "selected",
        "access_tokens_url": f"{api}/app/installations/{number}/access_tokens",
        "repositories_url": f"{api}/installation/repositories",
        "html_url": f"{base_url}/organizations/{owner.login}/settings/installations/{number}",
        "app_id": installation.app.app_id,
        "app_slug": installation.app.slug,
        "target_id": owner.database_id,
        "target_type": "Organization",
        "permissions": dict(installation.permissions),
        "events": list(installation.app.events),
        "created_at": iso(installation.created_at),
        "updated_at": iso(installation.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": None if installation.suspended_at is None else user_json(ghost, base_url),
        "suspended_at": iso(installation.suspended_at),
    }
