"""The main job on the running appliance: connect, collect, measure, show, through nginx and TLS.

The marker stands in all that the two simulators say and that programs report, and is looked for at the end.
"""

import hmac
import json
import time
from collections.abc import Iterator

import pytest

from tests.appliance.filling import ISSUES, MERGED, PULL_REQUESTS, counted, fill
from tests.appliance.person import Person, a_lead
from tests.appliance.stack import CANARY, FORGE, SERVICES, TOKEN, CommandFailed, Stack


@pytest.fixture(scope="module")
def filled(stack: Stack) -> Stack:
    fill(stack)
    return stack


def test_everything_is_collected_and_measured(filled: Stack) -> None:
    assert counted(filled, "delivery_repository") == 2
    assert counted(filled, "delivery_pullrequest") == PULL_REQUESTS
    assert counted(filled, "delivery_review") == MERGED
    assert counted(filled, "delivery_commit") > 0
    assert counted(filled, "delivery_commitfile") > 0
    assert filled.sql("SELECT DISTINCT outcome FROM sources_syncrun") == "succeeded"
    assert filled.sql("SELECT DISTINCT state FROM connections_connection") == "working"
    assert counted(filled, "delivery_issue") == ISSUES
    assert TOKEN.encode().hex() not in filled.sql("SELECT sealed FROM connections_credential")


def test_a_second_run_changes_nothing(filled: Stack) -> None:
    tables = (
        *("delivery_repository", "delivery_pullrequest", "delivery_review", "delivery_commit"),
        *("delivery_pullrequestfile", "delivery_commitfile", "people_identity"),
    )
    versions = " UNION ALL ".join(
        f"SELECT '{table}', md5(string_agg(id || ' ' || xmin, ',' ORDER BY id)) FROM {table}"  # noqa: S608
        for table in tables
    )
    before = filled.sql(versions)
    filled.manage("worker", "sync", "--wait", seconds=180)
    assert filled.sql(versions) == before


def test_web_cannot_open_what_it_sealed(filled: Stack) -> None:
    with pytest.raises(CommandFailed, match=r"permission denied|not given the secret file"):
        filled.manage("web", "connection", "check", "ghes-example")


@pytest.fixture(scope="module")
def lead(filled: Stack) -> Iterator[Person]:
    """A lead of team A, enrolled by a link with a password and a second factor."""
    with a_lead(filled) as person:
        yield person


def test_the_page_is_served_to_whoever_signed_in(lead: Person, filled: Stack) -> None:
    page = lead.open("/pull-requests")
    assert page.status_code == 200
    assert '<div id="root">' in page.text
    policy = page.headers["content-security-policy"]
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    assert nonce
    assert nonce in page.text
    script = page.text.partition(' src="')[2].partition('"')[0]
    answer = lead.open(script)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (
        200,
        "text/javascript",
    )
    stranger = Person(filled)
    assert stranger.open("/pull-requests").url.path == "/accounts/login/"
    assert stranger.open("/api/v1/me").status_code == 401
    stranger.close()


def test_a_lead_sees_the_own_team_s_figures_and_no_other_s(lead: Person) -> None:
    me = lead.open("/api/v1/me").json()
    assert me["role"] == "team_lead"
    assert [team["slug"] for team in me["teams"]] == ["team-a"]
    span = "from=2026-08-01&to=2026-09-01"
    figures = lead.open(f"/api/v1/pull-requests/figures?team=team-a&{span}").json()
    assert figures["throughput"]["merged"] == 4
    assert figures["cycle_time"]["n"] == 4
    assert figures["cycle_time"]["median"] > 0
    listed = lead.open(f"/api/v1/pull-requests?team=team-a&{span}").json()
    assert listed["total"] >= 4
    assert listed["items"][0]["url"].startswith(FORGE)
    assert lead.open(f"/api/v1/pull-requests/figures?team=team-b&{span}").status_code in {403, 404}


def test_the_command_line_tells_the_same(filled: Stack) -> None:
    said = filled.manage(
        "web",
        *("metrics", "--team", "team-a", "--from", "2026-08-01", "--to", "2026-09-01"),
        *("--format", "json"),
    )
    assert '"merged": 4' in said


def test_a_signed_webhook_leads_to_a_fetch(filled: Stack) -> None:
    secret = "the secret of both ends"
    filled.manage(
        "web",
        *("shell", "--no-imports", "--command"),
        "from backend.connections import models, store; store.set_webhook_secret("
        f"connection=models.Connection.objects.get(kind='github'), secret='{secret}')",
    )
    repository, number = filled.sql(
        "SELECT repository.external_id, number FROM delivery_pullrequest"
        " JOIN delivery_repository AS repository ON repository.id = repository_id LIMIT 1"
    ).split("|")
    body = json.dumps(
        {
            "action": "edited",
            "number": int(number),
            "pull_request": {"number": int(number), "body": CANARY},
            "repository": {"id": int(repository), "full_name": "forge/app"},
        }
    ).encode()
    runs = counted(filled, "sources_syncrun WHERE kind = 'pull_request'")
    sender = Person(filled)
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "pull_request",
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "X-Hub-Signature-256": "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex(),
    }
    answer = sender.post("/hooks/github/ghes-example", body, headers)
    assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
    answer = sender.post("/hooks/github/ghes-example", body + b" ", headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_signature")
    sender.close()
    deadline = time.monotonic() + 60
    while counted(filled, "sources_syncrun WHERE kind = 'pull_request'") == runs or counted(
        filled, "sources_hint"
    ):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    outcome = (
        "SELECT outcome FROM sources_syncrun WHERE kind = 'pull_request' ORDER BY id DESC LIMIT 1"
    )
    assert filled.sql(outcome) == "succeeded"


def test_an_owner_administers_and_it_is_recorded(filled: Stack) -> None:
    owner = Person(filled)
    link = filled.manage("web", "owner", "create", "--email", "owner@plumbline.example")
    owner.enrol(link.strip())
    page = owner.open("/admin/connections/connection/")
    assert page.status_code == 200
    assert "ghes-example" in page.text or "Forge" in page.text
    owner.close()
    assert counted(filled, "audit_event") > 0


def test_a_report_of_tests_is_taken_and_its_output_is_not(filled: Stack) -> None:
    token = filled.manage(
        "web",
        *("shell", "--no-imports", "--command"),
        "from backend.accounts.models import User;"
        "from backend.delivery.models import Repository;"
        "from backend.delivery.store.ingest_tokens import create_ingest_token as create;"
        "print(create(repository=Repository.objects.first(), name='CI', purposes=['test_results'],"
        " expires_at=None, acting_user=User.objects.get(email='owner@plumbline.example'))[1])",
    ).strip()
    report = (
        f"<testsuite name='s'><testcase classname='s' name='one' time='1'><failure message='{CANARY}'>"
        f"{CANARY}</failure><system-out>{CANARY}</system-out></testcase></testsuite>"
    )
    sender = Person(filled)
    answer = sender.post(
        f"/api/v1/test-results?sha={'a' * 40}",
        report.encode(),
        {"Content-Type": "application/xml", "Authorization": f"Bearer {token}"},
    )
    sender.close()
    assert answer.status_code == 201, answer.text
    assert filled.sql("SELECT name FROM delivery_automatedtest") == "one"


def test_no_source_code_is_anywhere(filled: Stack) -> None:
    """The marker stands in every free text and in every line of every file that the simulators serve."""
    dump = filled.run_in("postgres", "pg_dump", "-U", "postgres", "plumbline")
    assert "Change part 1" in dump
    assert CANARY not in dump
    assert CANARY not in filled.broker()
    filled.sql("CHECKPOINT")
    for service in SERVICES:
        found = filled.run_in(
            service, "sh", "-c", f"grep -rls {CANARY} /tmp /scratch /var/lib/postgresql || true"
        )
        assert not found
    services = [*SERVICES, "migrate"]
    assert CANARY not in filled.compose("logs", "--no-color", *services)
    assert filled.run_in("worker", "find", "/scratch", "-mindepth", "1") == "/scratch/lock\n"
    assert TOKEN not in filled.compose("logs", "--no-color", *services)
