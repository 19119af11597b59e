"""Webhooks: verify, keep which object changed, commit, answer. The body is never stored: a fetch is the truth."""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any, Final, NoReturn

import structlog
from allauth.account.adapter import get_adapter
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from backend.connections.models import Connection, JiraSettings
from backend.connections.store import (
    JIRA_KINDS,
    OpenedSecret,
    note_webhook_secret_used,
    webhook_secrets,
)
from backend.keyring import KeyUnavailable, SealBroken, envelope, open_envelope
from backend.pipeline import bell
from backend.sources import hints
from backend.sources.changed import InvalidPayload
from backend.sources.github.webhook import action, changed
from backend.sources.jira import webhook as jira_webhook

MAXIMUM_BYTES: Final = 25 * 1024 * 1024
"""GitHub sends no larger one."""
MAXIMUM_DEPTH: Final = 64
_NOBODY: Final = Connection(pk=0)
_DECOY: Final = "webhooks.decoy/0"

log = structlog.get_logger(__name__)


class Refused(Exception):
    """The delivery is not taken; said in the one error shape."""

    def __init__(self, status: int, code: str, message: str, remedy: str | None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.remedy = status, code, message, remedy


@transaction.non_atomic_requests  # it writes nothing that is governed, and is asked often
@csrf_exempt
@require_POST
def github(request: HttpRequest, slug: str) -> HttpResponse:
    """202 means: stored. What GitHub is told of a delivery that is not tells its administrator what to do."""
    return _answered(slug, lambda: _take(request, slug))


@transaction.non_atomic_requests
@csrf_exempt
@require_POST
def jira(request: HttpRequest, slug: str, secret: str = "") -> HttpResponse:
    """As for GitHub. With `secret` in the address, where Jira is too old to sign what it sends."""
    return _answered(slug, lambda: _take_jira(request, slug, secret))


def _answered(slug: str, take: Callable[[], str]) -> HttpResponse:
    try:
        answer = take()
    except Refused as refused:
        log.info("webhook_refused", connection=slug, code=refused.code)
        return _told(refused)
    except (OperationalError, KeyUnavailable) as error:
        log.exception("webhook_not_stored", connection=slug, error=type(error).__name__)
        unable = "Plumbline cannot store deliveries at the moment."
        return _told(Refused(503, "busy", unable, "Redeliver it later; polling finds it as well."))
    return JsonResponse({"status": answer}, status=202)


def _take(request: HttpRequest, slug: str) -> str:
    body = _body(request)
    connection = Connection.objects.filter(slug=slug, kind=Connection.Kind.GITHUB).first()
    given = request.headers.get("X-Hub-Signature-256", "").encode(errors="replace")
    _verify(connection, lambda secret: hmac.compare_digest(_signature(secret, body), given))
    event = _header(request, "X-GitHub-Event", r"[a-z0-9_]{1,60}")
    delivery = _header(request, "X-GitHub-Delivery", r"[0-9A-Za-z-]{1,80}")
    payload = _parsed(body)
    if event == "ping":
        return "pong"
    try:
        hint = changed(event, payload)
        if hint is None or connection is None:
            return "ignored"
        done = action(payload)
    except InvalidPayload as error:
        _refuse_shape(str(error), error)
    with transaction.atomic():
        hints.arm(
            connection=connection,
            kind=hint.kind,
            container_external_id=hint.container_external_id,
            key=hint.key,
            event=event,
            action=done,
            delivery=delivery,
        )
        # Robust: a delivery that is stored is accepted, whatever happens to the bell.
        transaction.on_commit(bell.ring, robust=True)
    return "accepted"


def _take_jira(request: HttpRequest, slug: str, secret: str) -> str:
    """A doubled delivery arms the same rows as the first one, and costs one fetch."""
    body = _body(request)
    connection = Connection.objects.filter(slug=slug, kind__in=JIRA_KINDS).first()
    if secret:
        _verify(connection, lambda known: hmac.compare_digest(known, secret.encode()))
        _need_address(request, connection)
    else:
        given = request.headers.get("X-Hub-Signature", "").encode(errors="replace")
        _verify(connection, lambda known: hmac.compare_digest(_signature(known, body), given))
        # The secret in an address can sign as well: where senders are named, it does so from there alone.
        if (
            JiraSettings.objects.filter(connection=connection)
            .exclude(webhook_addresses=[])
            .exists()
        ):
            _need_address(request, connection)
    payload = _parsed(body)
    try:
        event, found = jira_webhook.event_of(payload), jira_webhook.changed(payload)
    except InvalidPayload as error:
        _refuse_shape(str(error), error)
    if not found or connection is None:
        return "ignored"
    delivery = request.headers.get("X-Atlassian-Webhook-Identifier", "")
    with transaction.atomic():
        for one in found:
            hints.arm(
                connection=connection,
                kind=one.kind,
                container_external_id=one.container_external_id,
                key=one.key,
                event=event,
                action=jira_webhook.action_of(event),
                delivery=delivery if re.fullmatch(r"[0-9A-Za-z-]{1,80}", delivery) else "webhook",
            )
        transaction.on_commit(bell.ring, robust=True)
    return "accepted"


def _need_address(request: HttpRequest, connection: Connection | None) -> None:
    """Whoever learns an address with its secret must still send from where that Jira stands."""
    settings = JiraSettings.objects.filter(connection=connection).first()
    networks = settings.webhook_addresses if settings is not None else []
    try:
        # Of nginx's word alone: allauth knows how many proxies there are to be believed.
        sender = ip_address(get_adapter(request).get_client_ip(request))
    except ValueError:
        sender = None
    if sender is None or not any(sender in ip_network(one) for one in networks):
        raise Refused(
            403,
            "wrong_address",
            "Unsigned deliveries are not taken from this address.",
            "Name the network that Jira sends from in the connection's settings.",
        )


def _body(request: HttpRequest) -> bytes:
    """Read past Django's own limit, which is for forms, and never more than GitHub's."""
    try:
        declared = int(request.headers.get("Content-Length") or 0)
        body = b"" if declared > MAXIMUM_BYTES else request.read(MAXIMUM_BYTES + 1)
    except (UnreadablePostError, ValueError) as error:
        raise Refused(
            400, "broken_off", "The body did not arrive whole.", "Redeliver it."
        ) from error
    if declared > MAXIMUM_BYTES or len(body) > MAXIMUM_BYTES:
        raise Refused(413, "too_large", "The body is larger than 25 MB.", None)
    return body


def _verify(connection: Connection | None, fits: Callable[[bytes], bool]) -> None:
    """Any secret that is valid now will do. An unknown connection costs the same and gets the same answer."""
    valid = webhook_secrets(connection or _NOBODY) or [_decoy_secret()]
    # A list, not a generator: every secret is tried, whichever fits.
    fitting = [one for one in valid if fits(one.secret)]
    if connection is None or not fitting:
        raise Refused(
            401,
            "wrong_signature",
            "The signature does not fit.",
            "Enter the same secret here and in the webhook's settings, and check the webhook's address.",
        )
    note_webhook_secret_used(opened=fitting[0])


def _signature(secret: bytes, body: bytes) -> bytes:
    return b"sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest().encode()


def _decoy_secret() -> OpenedSecret:
    try:
        opened = open_envelope(_decoy(), context=_DECOY)
    except SealBroken:
        # Web's key was changed since.
        _decoy.cache_clear()
        opened = open_envelope(_decoy(), context=_DECOY)
    return OpenedSecret(0, opened, None)


@cache
def _decoy() -> bytes:
    """The secret of connections that have none: known to nobody, and opened like any other."""
    return envelope(secrets.token_bytes(32), context=_DECOY)


def _header(request: HttpRequest, name: str, pattern: str) -> str:
    value = request.headers.get(name, "")
    if not re.fullmatch(pattern, value):
        _refuse_shape(f"The header {name} is missing or malformed.")
    return value


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        payload = json.loads(body, parse_constant=_refuse_shape)
    except (ValueError, RecursionError) as error:
        _refuse_shape("The body is not JSON.", error)
    if not isinstance(payload, dict):
        _refuse_shape("The body is not a JSON object.")
    if _deeper_than(payload, MAXIMUM_DEPTH):
        _refuse_shape(f"The body is nested more than {MAXIMUM_DEPTH} deep.")
    return payload


def _deeper_than(payload: object, limit: int) -> bool:
    """Level by level, so that no depth can exhaust the stack."""
    level = [payload]
    for _ in range(limit):
        inner = (
            value.values() if isinstance(value, dict) else value
            for value in level
            if isinstance(value, dict | list)
        )
        level = [one for values in inner for one in values if isinstance(one, dict | list)]
        if not level:
            return False
    return True


def _refuse_shape(message: str, cause: Exception | None = None) -> NoReturn:
    remedy = "Set the webhook's content type to application/json."
    raise Refused(400, "malformed", message, remedy) from cause


def _told(refused: Refused) -> JsonResponse:
    body = {"code": refused.code, "message": refused.message, "action": refused.remedy}
    return JsonResponse(body, status=refused.status)
