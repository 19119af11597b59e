"""Clients and worlds for the simulators' own tests."""

import ssl
import subprocess
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.simulators.github import Simulator, World, history

TOKEN = "a-token-of-the-tests"


@pytest.fixture
def world() -> World:
    made = World()
    made.create_organization("forge")
    made.add_token(TOKEN)
    return made


@pytest.fixture(scope="session")
def celery() -> World:
    """One project of the real history."""
    made = history.load(("celery",))
    made.add_token(TOKEN)
    return made


TRUST: Final = ssl.create_default_context()
"""Made once, as httpx would for each client: it takes longer than an answer."""


def client(github: Simulator, token: str = TOKEN) -> httpx.Client:
    return httpx.Client(
        base_url=github.url,
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
        verify=TRUST,
    )


def query(name: str) -> str:
    return (Path(__file__).parent / "queries" / f"{name}.graphql").read_text()


def ask(github: Simulator, text: str, **variables: Any) -> dict[str, Any]:
    """The body of a GraphQL answer."""
    with client(github) as http:
        answer = http.post("/api/graphql", json={"query": text, "variables": variables})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def data(github: Simulator, text: str, **variables: Any) -> dict[str, Any]:
    """The data of an answer without errors."""
    body = ask(github, text, **variables)
    assert "errors" not in body, body["errors"]
    found: dict[str, Any] = body["data"]
    return found


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost, signed by itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command = [
        "openssl",
        "req",
        "-x509",
        *kind,
        *subject,
        "-out",
        str(certificate),
        "-keyout",
        str(key),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key
