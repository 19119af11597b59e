"""One id finds all lines of a request: web's, and the worker's of each task that it rang for, by a real broker."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as database

from backend.connections.store import set_webhook_secret
from tests import servers
from tests.factories import a_connection

TOP = Path(__file__).resolve().parents[2]
ID = "0123456789abcdef0123456789abcdef"
SECRET = "the secret of the webhook"
WEB = """
import json, sys, django
django.setup()
from django.conf import settings
from django.test import Client
settings.DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # as behind nginx
asked = json.load(sys.stdin)
client = Client(SERVER_NAME="localhost", headers=asked["headers"])
answer = client.post(asked["path"], asked["body"], "application/json")
assert answer.status_code == 202, answer.content
"""
WORKER = (
    *(sys.executable, "-m", "celery", "--quiet", "--app=backend.config.celery", "worker"),
    *("--queues=collect,measure,default", "--concurrency=1", "--without-gossip"),
    *("--without-mingle", "--hostname=ids@%h"),
)


@pytest.fixture
def environment(transactional_db: None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """This test's database, its tombstones, and a broker that no other test rings."""
    port = servers.free_port()
    password = (Path(os.environ["PLUMBLINE_SECRETS_DIR"]) / "broker_password").read_text()
    (tmp_path / "tombstones").mkdir()
    with servers.broker(password, port, tmp_path / "broker"):
        yield os.environ | {
            "PLUMBLINE_TOMBSTONES_DIR": str(tmp_path / "tombstones"),
            "PLUMBLINE_DATABASE_NAME": database.settings_dict["NAME"],
            "PLUMBLINE_BROKER_PORT": str(port),
        }


def delivery() -> dict[str, Any]:
    connection = a_connection(slug="ghes")
    set_webhook_secret(connection=connection, secret=SECRET)
    body = json.dumps(
        {
            "action": "opened",
            "number": 1,
            "pull_request": {"number": 1},
            "repository": {"id": 7, "full_name": "forge/app"},
        }
    )
    signature = hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
    headers = {
        "X-Hub-Signature-256": f"sha256={signature}",
        "X-GitHub-Event": "pull_request",
        "X-GitHub-Delivery": "a-delivery",
        "X-Request-ID": ID,
        "X-Forwarded-For": "192.0.2.7",
    }
    return {"path": "/hooks/github/ghes", "body": body, "headers": headers}


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


@pytest.mark.timeout(300)
def test_one_id_finds_the_lines_of_web_and_worker(
    environment: dict[str, str], tmp_path: Path
) -> None:
    web = subprocess.run(
        [sys.executable, "-c", WEB],
        input=json.dumps(delivery()),
        cwd=TOP,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    told = lines(web.stderr)
    assert {line["event"] for line in told} >= {"request_started", "request_finished"}
    assert {line["request_id"] for line in told} == {ID}
    assert not any({"ip", "user_id"} & line.keys() for line in told)

    log = tmp_path / "worker.log"
    with log.open("wb") as file:
        worker = subprocess.Popen(WORKER, cwd=TOP, env=environment, stdout=file, stderr=file)
    try:
        wanted = {"collect", "measure"}
        deadline = time.monotonic() + 180
        done: set[str] = set()
        while done < wanted and worker.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
            done = {
                line["task"]
                for line in lines(log.read_text())
                if line["event"] in {"task_succeeded", "task_failed"} and line["request_id"] == ID
            }
    finally:
        worker.terminate()
        worker.wait(timeout=30)
    # The second task was rung for by the first one.
    assert done >= wanted, log.read_text()
