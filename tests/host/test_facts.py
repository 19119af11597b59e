"""What is looked at is what is there: ports, files and certificates, and a run of preflight on this machine."""

import json
import os
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from host import facts
from host.certificates import issue, make_authority
from host.folders import Folder
from host.preflight import ACCEPTABLE
from host.programs import openssl

from tests.host.test_command import appliance
from tests.servers import free_port


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """A certificate of an authority of our own."""
    user = os.geteuid()
    authority = Folder(tmp_path / "authority", user)
    make_authority(authority)
    issue(authority, Folder(tmp_path / "site", user), "localhost")
    return tmp_path


def test_a_certificate_is_read_with_its_chain(signed: Path) -> None:
    leaf, key = signed / "site/server.crt", signed / "site/server.key"
    found = facts.certificate(leaf, key, "localhost")
    assert (found.of_host, found.of_key, found.disorder) == (True, True, "")
    assert not found.trusted_here
    assert found.last_issuer == "CN=Plumbline internal authority"
    assert 364 * 86400 < found.ends - found.begins <= 365 * 86400
    assert not facts.certificate(leaf, key, "other.example").of_host
    assert not facts.certificate(leaf, signed / "authority/authority.key", "localhost").of_key
    whole, mixed = signed / "whole.pem", signed / "mixed.pem"
    whole.write_bytes(leaf.read_bytes() + (signed / "authority/authority.pem").read_bytes())
    assert facts.certificate(whole, key, "localhost").disorder == ""
    mixed.write_bytes(leaf.read_bytes() * 2)
    assert facts.certificate(mixed, key, "localhost").disorder == found.last_issuer


def test_a_port_is_free_taken_or_of_another_machine() -> None:
    number = free_port()
    assert facts.port("127.0.0.1", number, Path("/nowhere")).trouble is None
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", number))
        taken.listen()
        assert (
            facts.port("127.0.0.1", number, Path("/nowhere")).trouble == "something listens there"
        )
    assert "no such address" in (facts.port("192.0.2.1", number, Path("/nowhere")).trouble or "")


def test_a_server_is_reached_where_its_authority_is_known(signed: Path) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Nobody reads it."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(signed / "site/server.crt", signed / "site/server.key")
    server = HTTPServer(("127.0.0.1", 0), Answer)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"https://localhost:{server.server_port}"
        assert facts.reached(url, signed / "authority/authority.pem", "").status == 401
        assert facts.reached(url, None, "").stage == "certificate"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert facts.reached(url, None, "").stage == "way"


def test_secrets_that_others_could_read_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "USERS", {"web": os.geteuid()})
    folder = Folder(tmp_path / "secrets/web", os.geteuid())
    folder.write("web_key", b"key")
    assert facts.secrets_amiss(tmp_path / "secrets", tmp_path) == []
    (tmp_path / "secrets/web/web_key").chmod(0o440)
    (tmp_path / "secrets/web").chmod(0o755)
    assert facts.secrets_amiss(tmp_path / "secrets", tmp_path) == [
        f"{tmp_path}/secrets/web",
        f"{tmp_path}/secrets/web/web_key",
    ]


def test_preflight_of_this_machine_tells_what_it_found(tmp_path: Path) -> None:
    config = tmp_path / "conf"
    config.write_text(f"[site]\nurl = https://localhost:{free_port()}\nbind = 127.0.0.1\n")
    done = appliance("preflight", "--config", str(config), "--json")
    findings = {finding["name"]: finding for finding in json.loads(done.stdout)}
    verdicts = {finding["verdict"] for finding in findings.values()}
    assert done.returncode == (1 if "bad" in verdicts else 4 if "warning" in verdicts else 0)
    assert findings["cores"]["found"] == str(len(os.sched_getaffinity(0)))
    assert findings["port"]["verdict"] == findings["name"]["verdict"] == "good"
    assert {
        "system",
        "architecture",
        "memory",
        "engine",
        "compose",
        "disk",
        "clock",
        "encryption",
    } <= set(findings)
    assert {*ACCEPTABLE} - {"github", "jira"} <= set(findings)
    assert not set(tmp_path.iterdir()) - {config}


def test_the_certificate_of_a_root_is_its_own_issuer(signed: Path) -> None:
    root = signed / "authority/authority.pem"
    assert b"CERTIFICATE" in openssl("x509", "-in", root)
    assert facts.certificate(root, signed / "authority/authority.key", "localhost").of_key


def test_when_a_certificate_ends_and_that_there_is_none(signed: Path, tmp_path: Path) -> None:
    found = facts.certificate(signed / "site/server.crt", signed / "site/server.key", "localhost")
    assert facts.certificate_end(signed / "site/server.crt") == found.ends
    (tmp_path / "rubbish").write_text("rubbish")
    assert facts.certificate_end(tmp_path / "rubbish") is None
    assert facts.certificate_end(tmp_path / "nowhere") is None
