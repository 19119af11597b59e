"""Signed webhooks of what happens in a world, delivered over HTTP as GitHub Enterprise Server does: once, no retry."""

import hashlib
import hmac
import http.client
import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .graph.endpoint import dump
from .graph.readers import author_of, committer_of, iso
from .payloads import (
    organization_json,
    pull_request_json,
    repository_json,
    review_json,
    team_json,
    user_json,
)
from .records import Account, Commit
from .registry import Event
from .rest import VERSION
from .world import World

TIME_LIMIT = 30.0
ZERO = "0" * 40


def sign(secret: str, body: bytes) -> str:
    """The value of ``X-Hub-Signature-256``."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def payload(event: Event, base_url: str) -> dict[str, Any]:
    """The JSON that GitHub sends for an event."""
    body: dict[str, Any] = {} if event.action is None else {"action": event.action}
    body |= _ABOUT[event.name](event, base_url)
    if event.repository:
        body["repository"] = repository_json(event.repository, base_url)
    body["organization"] = organization_json(event.organization, base_url)
    body["sender"] = _sender(event, base_url)
    return body


def _sender(event: Event, base_url: str) -> dict[str, Any]:
    ghost = Account(database_id=1, login="ghost")
    return user_json(event.sender or ghost, base_url)


def _pull_request(event: Event, base_url: str) -> dict[str, Any]:
    pr = event.pull_request
    if pr is None:
        raise ValueError(f"{event.name} without a pull request")
    body: dict[str, Any] = {"number": pr.number, "pull_request": pull_request_json(pr, base_url)}
    if event.action == "synchronize":
        shas = [commit.oid for commit in pr.commits]
        body |= {"before": shas[-2] if len(shas) > 1 else ZERO, "after": shas[-1] if shas else ZERO}
    reviewer = event.details.get("requestedReviewer")
    if isinstance(reviewer, Account):
        body["requested_reviewer"] = user_json(reviewer, base_url)
    elif reviewer is not None:
        body["requested_team"] = team_json(reviewer, event.organization, base_url)
    if event.action == "edited":
        body["changes"] = {"title": {"from": event.details.get("previousTitle", "")}}
    if event.action == "labeled":
        body["label"] = body["pull_request"]["labels"][-1]
    return body


def _review(event: Event, base_url: str) -> dict[str, Any]:
    if event.review is None or event.pull_request is None:
        raise ValueError(f"{event.name} without a review")
    return {
        "review": review_json(event.review, event.pull_request, base_url),
        "pull_request": pull_request_json(event.pull_request, base_url, whole=False),
    }


def _push(event: Event, base_url: str) -> dict[str, Any]:
    if event.repository is None:
        raise ValueError("push without a repository")
    before, commits = event.details["before"], event.details["commits"]
    url = f"{base_url}/{event.repository.full_name}"
    shown = [_pushed(commit, url) for commit in commits]
    after = commits[-1].oid
    pusher = event.sender or Account(database_id=1, login="ghost")
    return {
        "ref": f"refs/heads/{event.details['branch']}",
        "before": before.oid if before else ZERO,
        "after": after,
        "pusher": {"name": pusher.login, "email": pusher.email},
        "created": before is None,
        "deleted": False,
        "forced": False,
        "base_ref": None,
        "compare": f"{url}/compare/{before.oid[:12] if before else ZERO[:12]}...{after[:12]}",
        "commits": shown,
        "head_commit": shown[-1],
    }


def _pushed(commit: Commit, url: str) -> dict[str, Any]:
    paths: dict[str, list[str]] = {"added": [], "removed": [], "modified": []}
    for change in commit.files[:MOST_PATHS]:
        kind = {"ADDED": "added", "DELETED": "removed"}.get(change.change_type, "modified")
        paths[kind].append(change.path)
    shown = {}
    for role, signature in (("author", author_of(commit)), ("committer", committer_of(commit))):
        login = signature.account.login if signature.account else None
        shown[role] = {"name": signature.name, "email": signature.email, "username": login}
    return {
        "id": commit.oid,
        "tree_id": hashlib.sha1(commit.oid.encode(), usedforsecurity=False).hexdigest(),
        "distinct": True,
        "message": f"{commit.headline}\n\n{commit.body}" if commit.body else commit.headline,
        "timestamp": iso(commit.committed_at),
        "url": f"{url}/commit/{commit.oid}",
        **shown,
        **paths,
    }


MOST_PATHS = 3000


def _repository(event: Event, _base_url: str) -> dict[str, Any]:
    return (
        {"changes": {"repository": {"name": {"from": event.details["from"]}}}}
        if event.action == "renamed"
        else {}
    )


def _team(event: Event, base_url: str) -> dict[str, Any]:
    return {"team": team_json(event.details["team"], event.organization, base_url)}


def _membership(event: Event, base_url: str) -> dict[str, Any]:
    return {
        "scope": "team",
        "member": user_json(event.details["member"], base_url),
        "team": team_json(event.details["team"], event.organization, base_url),
    }


_ABOUT: dict[str, Callable[[Event, str], dict[str, Any]]] = {
    "pull_request": _pull_request,
    "pull_request_review": _review,
    "push": _push,
    "repository": _repository,
    "team": _team,
    "membership": _membership,
}


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
            "events": sorted(_ABOUT),
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
