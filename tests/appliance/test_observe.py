"""Whoever runs it can see how it fares: numbers on a port of their own, one request's lines in every log."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.appliance.stack import HOST, MAIL, SERVICES, TOP, Stack
from tests.waiting import until


def put(stack: Stack, service: str, name: str, content: str) -> None:
    """A secret file, as docs/operate.md has it made."""
    file = stack.data / "secrets" / service / name
    file.write_text(content)
    os.chown(file, SERVICES[service], SERVICES[service])
    file.chmod(0o400)


def scrape(stack: Stack, token: str) -> httpx.Response:
    address = stack.compose("port", "nginx", "9464").strip()
    host, _, port = address.rpartition(":")
    assert host == "127.0.0.1"
    with httpx.Client(verify=stack.trust()) as client:
        return client.get(
            f"https://{address}/metrics",
            headers={"Host": f"{HOST}:{port}", "Authorization": f"Bearer {token}"},
            extensions={"sni_hostname": HOST},
        )


@pytest.fixture
def token(stack: Stack) -> Iterator[str]:
    """One that nothing knows yet; whoever looks at the secrets later finds those of an installation."""
    yield secrets.token_hex(32)
    (stack.data / "secrets/web/metrics_token").unlink(missing_ok=True)
    (stack.data / "secrets/nginx/metrics_allow.conf").unlink(missing_ok=True)
    stack.run_in("nginx", "nginx", "-s", "reload")


def test_numbers_are_told_to_the_scraper_alone_and_on_its_own_port(
    stack: Stack, token: str
) -> None:
    assert scrape(stack, token).status_code == 403
    put(stack, "nginx", "metrics_allow.conf", "allow all;\n")
    put(stack, "web", "metrics_token", token)
    stack.run_in("nginx", "nginx", "-s", "reload")
    assert scrape(stack, "another").status_code == 401
    answer = scrape(stack, token)
    assert answer.status_code == 200
    families = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {"plumbline_work_waiting", "plumbline_audit_unsealed_seconds"} <= families
    with httpx.Client(verify=stack.trust()) as client:
        refused = client.get(
            f"https://127.0.0.1:{stack.port}/metrics",
            headers={"Host": HOST, "Authorization": f"Bearer {token}"},
            extensions={"sni_hostname": HOST},
        )
    assert refused.status_code == 403


@pytest.mark.parametrize("path", ["/readyz", "/api/v1/me"])
def test_the_id_of_an_answer_finds_nginx_s_and_web_s_lines(stack: Stack, path: str) -> None:
    with httpx.Client(verify=stack.trust()) as client:
        answer = client.get(
            f"https://127.0.0.1:{stack.port}{path}",
            headers={"Host": HOST},
            extensions={"sni_hostname": HOST},
        )
    wanted = answer.headers["X-Request-ID"]
    for service, event in (("nginx", "request"), ("web", "request_finished")):
        logged = stack.compose("logs", "--no-log-prefix", "--since", "2m", service)
        # Compose begins lines with an order to the terminal.
        found = [
            json.loads(line[line.index("{") :]) for line in logged.splitlines() if wanted in line
        ]
        assert event in {line["event"] for line in found}


def test_doctor_asks_every_part(stack: Stack) -> None:
    """No connection has been made here, and the test's disks are as they are: so something is amiss, in words."""
    done = subprocess.run(
        [
            *(sys.executable, TOP / "scripts/appliance", "doctor", "--json"),
            *("--env-file", stack.folder / "env"),
        ],
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 4}, done.stderr
    found = {one["name"]: one for one in json.loads(done.stdout)}
    wanted = {*(f"service {name}" for name in SERVICES), "service migrate"}
    wanted |= {"database", "broker", "schema of the database", "audit log", "certificate"}
    assert wanted <= found.keys()
    assert [name for name in wanted if not found[name]["is_good"]] == []
    assert all(one["todo"] for one in found.values() if not one["is_good"])


def test_doctor_sends_a_test_mail_by_the_worker(stack: Stack) -> None:
    """Through the proxy, by STARTTLS with an authority of the company's own, signed in."""
    done = subprocess.run(
        [
            *(sys.executable, TOP / "scripts/appliance", "doctor", "--json"),
            *("--env-file", stack.folder / "env", "--mail", "ada@company.example"),
        ],
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    found = {one["name"]: one for one in json.loads(done.stdout)}
    assert (found["mail"]["found"], found["mail"]["is_good"]) == (f"accepted by {MAIL}:587", True)
    until(lambda: "Test mail" in stack.compose("logs", "mailserver"))
    taken = stack.compose("logs", "mailserver")
    assert "plumbline@company.example" in taken
    assert "ada@company.example" in taken
    assert "ada@" not in stack.compose("logs", "worker", "egress")
