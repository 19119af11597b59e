"""A GitHub App by manifest, the whole way: page, server, back, worker, and a delivery that web accepts."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

import httpx
import pytest
from django.test import Client
from django.urls import reverse

from backend.accounts.models import User
from backend.connections import store
from backend.connections.models import Connection
from backend.pipeline.work import check_connection
from tests.sign_in import an_account, sign_in
from tests.simulators.github import Simulator, World, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Iterator[Simulator]:
    world = World()
    world.create_organization("forge")
    with running(world) as simulator:
        yield simulator


def pressed(page: str, *, button: str) -> tuple[str, dict[str, str]]:
    """Where the form with this button leads, and what it sends."""
    (form,) = [one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if button in one]
    action = re.search(r'action="([^"]*)"', form)
    assert action
    sent = {}
    for field in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'{what}="([^"]*)"', field) for what in ("name", "value"))
        if name and value:
            sent[name[1]] = unescape(value[1])
    return unescape(action[1]), sent


def test_the_whole_way(client: Client, server: Simulator) -> None:
    connection = store.add_connection(kind="github", url=server.url, organisations=["forge"])
    sign_in(client, an_account(User.Role.ADMINISTRATOR))

    page = client.get(reverse("admin:connections_connection_github_app", args=[connection.pk]))
    leads, sent = pressed(page.content.decode(), button="Create the App in forge")
    asks = httpx.post(leads, data=sent)
    assert asks.status_code == 200, asks.text
    leads, sent = pressed(asks.text, button="Create GitHub App")
    returns = httpx.post(f"{server.url}{leads}", data=sent)
    assert returns.status_code == 302
    back = urlsplit(returns.headers["Location"])
    assert client.get(f"{back.path}?{back.query}").status_code == 302

    check_connection(connection)
    assert connection.state_reason == "The App is not installed yet."
    (app,) = server.apps.apps.values()
    (key,) = store.credentials(connection)
    assert key.app_id == app.app_id
    assert set(app.permissions.values()) == {"read"}
    change = reverse("admin:connections_connection_change", args=[connection.pk])
    install = f"{server.url}/github-apps/{app.slug}/installations/new"
    assert install in client.get(change).content.decode()

    returns = httpx.post(install)
    back = urlsplit(returns.headers["Location"])
    assert client.get(f"{back.path}?{back.query}").headers["Location"] == change
    check_connection(connection)
    assert connection.state == Connection.State.WORKING, connection.state_reason
    (installation,) = server.apps.installations.values()
    shown = client.get(change).content.decode()
    assert f"installation {installation.installation_id}" in shown
    assert install not in shown
    assert "in use" in shown

    assert app.hook is not None
    assert delivered(client, connection, app.hook.secret) == 202
    assert delivered(client, connection, "another secret") == 401


def delivered(client: Client, connection: Connection, secret: str) -> int:
    body = json.dumps({"zen": "Keep it simple."}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return client.post(
        f"/hooks/github/{connection.slug}",
        data=body,
        content_type="application/json",
        headers={
            "X-Hub-Signature-256": f"sha256={signature}",
            "X-GitHub-Event": "ping",
            "X-GitHub-Delivery": "1",
        },
    ).status_code
