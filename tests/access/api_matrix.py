"""Who may call which operation of the API: the written matrix. An operation without a row fails the test.

Of each operation the addresses to try, and who is let in. Everybody else is refused: 401 where nobody is known, 404
for a single thing of another team, 403 else. `{a}` and `{b}` are the two teams' own.
"""

from typing import Any, Final

from backend import clock
from tests.access.conftest import CAST

RANGE: Final = "from=2026-03-02&to=2026-03-16"

PEOPLE = {name for name in CAST if name not in {"anonymous", "ingest token"}}
RUNS = {"owner", "administrator"}
SEES_ALL = RUNS | {"auditor"}
SIGNED_IN = PEOPLE - {"token of lead a", "service account"}
OF_A = {"lead of team a", "member of team a", "token of lead a"}
OF_B = {"lead of team b"}
FIGURES = PEOPLE - {"stranger"}
ROWS = FIGURES - {"service account"}
"""The service account's token reads figures of all teams, and no rows."""
SYSTEMS = {"ingest token"}

# Route, then what each of the cast gets for all teams, for team a, for team b, and for one that does not exist.
_OF_FIGURES = (
    *("/pull-requests/figures", "/deployments/figures", "/issues/figures", "/investment/figures"),
    *("/sprints", "/sprints.csv", "/tests/figures", "/tests/choices", "/tests/heatmap"),
    *("/tests/workflows", "/tests/jobs", "/tests/branches", "/tests/teams"),
    *("/tests/workflows.csv", "/tests/jobs.csv", "/tests/branches.csv", "/tests/teams.csv"),
)
_OF_ROWS = (
    *("/pull-requests", "/pull-requests.csv", "/pull-requests/scatter"),
    *("/deployments", "/deployments.csv", "/deployments/candidates"),
    *("/issues", "/issues.csv", "/issues/scatter"),
    *("/investment/items", "/investment/items.csv"),
    *("/tests/flaky", "/tests/failing", "/tests/slowest"),
    *("/tests/flaky.csv", "/tests/failing.csv", "/tests/slowest.csv"),
)


def _by_team(path: str, all_teams: set[str]) -> dict[str, set[str]]:
    reads = all_teams | OF_A | OF_B
    return {
        f"{path}?{RANGE}": all_teams,
        f"{path}?{RANGE}&team=team-a": reads - OF_B,
        f"{path}?{RANGE}&team=team-b": reads - OF_A,
        f"{path}?{RANGE}&team=no-such-team": set(),
    }


MATRIX: Final[dict[str, dict[str, set[str]]]] = {
    "GET /me": {"/me": PEOPLE},
    "GET /definitions": {"/definitions": FIGURES},
    "GET /status": {"/status": FIGURES},
    "GET /completeness": {"/completeness": FIGURES},
    "POST /completeness/retry": {"/completeness/retry": RUNS},
    **{f"GET {path}": _by_team(path, SEES_ALL | {"service account"}) for path in _OF_FIGURES},
    **{f"GET {path}": _by_team(path, SEES_ALL) for path in _OF_ROWS},
    "GET /pull-requests/{int:pull_request_id}": {
        "/pull-requests/{a}": SEES_ALL | OF_A,
        "/pull-requests/{b}": SEES_ALL | OF_B,
        "/pull-requests/0": set(),
    },
    "GET /pull-requests/{int:pull_request_id}/issues": {
        "/pull-requests/{a}/issues": SEES_ALL | OF_A,
        "/pull-requests/{b}/issues": SEES_ALL | OF_B,
        "/pull-requests/0/issues": set(),
    },
    "POST /pull-requests/{int:pull_request_id}/issues": {"/pull-requests/{a}/issues": RUNS},
    "DELETE /pull-requests/{int:pull_request_id}/issues/{int:issue_id}": {
        "/pull-requests/{a}/issues/{issue_a}": RUNS,
    },
    "GET /issues/choices": {"/issues/choices": FIGURES},
    "GET /issues/{int:issue_id}": {
        "/issues/{issue_a}": SEES_ALL | OF_A,
        "/issues/{issue_b}": SEES_ALL | OF_B,
        "/issues/0": set(),
    },
    "GET /sprints/{int:sprint_id}": {
        f"/sprints/{{sprint}}?{RANGE}": SEES_ALL | {"service account"},
        f"/sprints/{{sprint}}?{RANGE}&team=team-a": SEES_ALL | OF_A | {"service account"},
        f"/sprints/{{sprint}}?{RANGE}&team=team-b": SEES_ALL | OF_B | {"service account"},
        f"/sprints/0?{RANGE}": set(),
    },
    "GET /deployments/choices": {"/deployments/choices": FIGURES},
    "GET /deployments/{int:deployment_id}": {
        "/deployments/{deployed_a}": SEES_ALL | OF_A,
        "/deployments/{deployed_b}": SEES_ALL | OF_B,
        "/deployments/0": set(),
    },
    "POST /deployments/{int:deployment_id}/fixes": {"/deployments/{deployed_a}/fixes": RUNS},
    "DELETE /deployments/{int:deployment_id}/fixes/{int:correction_id}": {
        "/deployments/{deployed_a}/fixes/{correction}": RUNS
    },
    "GET /tests/{int:test_id}": {
        f"/tests/{{shared_test}}?{RANGE}": ROWS,
        f"/tests/{{foreign_test}}?{RANGE}": SEES_ALL,
        f"/tests/0?{RANGE}": set(),
    },
    # Addresses are personal: leads and members do not look at who is who.
    **{
        f"GET {path}": {path: SEES_ALL}
        for path in (
            *("/people", "/people/identities"),
            *("/people/offers", "/people/merges"),
        )
    },
    **{
        f"GET {path}": {path: SEES_ALL}
        for path in (
            *("/inventory", "/inventory.json", "/inventory.csv", "/inventory/documents"),
            "/at-rest",
        )
    },
    "GET /inventory/documents/{key}/{form}": {
        f"/inventory/documents/privacy-notice/{form}": SEES_ALL for form in ("md", "pdf")
    },
    **{
        f"GET {path}": {path: SEES_ALL}
        for path in ("/audit/events", "/audit/events.jsonl", "/audit/choices")
    },
    "GET /audit/events/{int:event_id}": {"/audit/events/{event}": SEES_ALL},
    "POST /people/identities/{int:identity_id}/bot": {"/people/identities/{identity}/bot": RUNS},
    "POST /people/offers/{int:offer_id}": {"/people/offers/{offer}": RUNS},
    "POST /people/merges/{int:merge_id}/undo": {"/people/merges/{merge}/undo": RUNS},
    "GET /erasures": {"/erasures": SEES_ALL},
    "GET /erasures/subjects": {"/erasures/subjects?kind=connection": SEES_ALL},
    "GET /erasures/preview": {"/erasures/preview?kind=repository&subject={repository}": SEES_ALL},
    "GET /erasures/{int:erasure_id}": {"/erasures/{asked}": SEES_ALL},
    "GET /erasures/{int:erasure_id}/certificate": {"/erasures/{finished}/certificate": SEES_ALL},
    "GET /erasures/{int:erasure_id}/certificate.json": {
        "/erasures/{finished}/certificate.json": SEES_ALL
    },
    "POST /erasures": {"/erasures": RUNS},
    "POST /erasures/{int:erasure_id}/approve": {"/erasures/{asked}/approve": RUNS},
    "POST /erasures/{int:erasure_id}/refuse": {"/erasures/{asked_too}/refuse": RUNS},
    "POST /erasures/{int:erasure_id}/retry": {"/erasures/{parked}/retry": RUNS},
    "POST /erasures/{int:erasure_id}/lift": {"/erasures/{finished}/lift": RUNS},
    # One's own data: for everybody who is signed in, whatever their role, and for no token.
    "GET /your-data": {"/your-data": SIGNED_IN},
    "POST /your-data/requests": {"/your-data/requests": SIGNED_IN},
    "POST /your-data/requests/{int:request_id}/withdraw": {
        "/your-data/requests/{request}/withdraw": set()
    },
    "GET /your-data/requests/{int:request_id}/copy": {"/your-data/requests/{request}/copy": set()},
    "GET /subject-requests": {"/subject-requests": SEES_ALL},
    "POST /subject-requests": {"/subject-requests": RUNS},
    "GET /subject-requests/{int:request_id}": {"/subject-requests/{request}": SEES_ALL},
    "POST /subject-requests/{int:request_id}/extend": {"/subject-requests/{extended}/extend": RUNS},
    "POST /subject-requests/{int:request_id}/refuse": {"/subject-requests/{refused}/refuse": RUNS},
    "POST /subject-requests/{int:request_id}/fulfil": {"/subject-requests/{done}/fulfil": RUNS},
    "POST /subject-requests/{int:request_id}/hand-over": {
        "/subject-requests/{letter}/hand-over": RUNS
    },
    "POST /subject-requests/{int:request_id}/erase": {"/subject-requests/{erased}/erase": RUNS},
    "GET /security-incidents": {"/security-incidents": SEES_ALL},
    "POST /security-incidents": {"/security-incidents": RUNS},
    "GET /security-incidents/choices": {"/security-incidents/choices": SEES_ALL},
    "GET /security-incidents/{int:incident_id}": {"/security-incidents/{incident}": SEES_ALL},
    "POST /security-incidents/{int:incident_id}/facts": {
        "/security-incidents/{incident}/facts": RUNS
    },
    "POST /security-incidents/{int:incident_id}/scope": {
        "/security-incidents/{incident}/scope": RUNS
    },
    "POST /security-incidents/{int:incident_id}/count": {
        "/security-incidents/{incident}/count": RUNS
    },
    "POST /security-incidents/{int:incident_id}/not-to-notify": {
        "/security-incidents/{incident}/not-to-notify": RUNS
    },
    "POST /security-incidents/{int:incident_id}/authority-told": {
        "/security-incidents/{incident}/authority-told": RUNS
    },
    "POST /security-incidents/{int:incident_id}/people-decision": {
        "/security-incidents/{incident}/people-decision": RUNS
    },
    "POST /security-incidents/{int:incident_id}/people-told": {
        "/security-incidents/{incident}/people-told": RUNS
    },
    "GET /security-incidents/{int:incident_id}/notices/{key}/{form}": {
        "/security-incidents/{incident}/notices/authority/md": SEES_ALL,
        "/security-incidents/{incident}/notices/people/pdf": SEES_ALL,
    },
    "POST /security-incidents/{int:incident_id}/close": {
        "/security-incidents/{incident}/close": RUNS
    },
    "GET /security-incidents/{int:incident_id}/report.pdf": {
        "/security-incidents/{reported}/report.pdf": SEES_ALL
    },
    "GET /security-incidents/{int:incident_id}/report.json": {
        "/security-incidents/{reported}/report.json": SEES_ALL
    },
    "GET /subject-requests/{int:request_id}/copy": {"/subject-requests/{letter}/copy": RUNS},
    **{
        f"GET {path}": {f"{path}?destination=ghes.example:443": SEES_ALL}
        for path in ("/outbound", "/outbound/queries", "/outbound.csv", "/outbound.json")
    },
    "GET /backups": {"/backups": SEES_ALL},
    "GET /assessments": {"/assessments": SEES_ALL},
    "POST /assessments": {"/assessments": RUNS},
    "GET /assessments/promises": {"/assessments/promises": SEES_ALL},
    "GET /assessments/{int:number}": {"/assessments/{assessment}": SEES_ALL},
    "GET /assessments/{int:number}/report.json": {
        "/assessments/{assessment}/report.json": SEES_ALL
    },
    "GET /assessments/{int:number}/report.{kind}": {
        f"/assessments/{{assessment}}/report.{kind}": SEES_ALL for kind in ("html", "pdf", "csv")
    },
    "GET /retention": {"/retention": SEES_ALL},
    "GET /retention/{code}/preview": {"/retention/usage/preview?days=60": SEES_ALL},
    "POST /retention/confirm-date": {"/retention/confirm-date": RUNS},
    "POST /retention/{code}": {"/retention/usage": RUNS},
    "POST /retention/{code}/take-back": {"/retention/usage/take-back": RUNS},
    "GET /teams": {"/teams": FIGURES},
    "POST /teams": {"/teams": RUNS},
    "POST /teams/{slug}": {"/teams/team-a": RUNS},
    "POST /teams/{slug}/take-over": {"/teams/team-a/take-over": RUNS},
    "GET /teams/{slug}/members": {
        "/teams/team-a/members": SEES_ALL | OF_A,
        "/teams/team-b/members": SEES_ALL | OF_B,
        "/teams/no-such-team/members": set(),
    },
    "POST /teams/{slug}/members": {"/teams/team-a/members": RUNS},
    "POST /teams/{slug}/members/end": {"/teams/team-a/members/end": RUNS},
    "POST /tests/{int:test_id}/mute": {"/tests/{shared_test}/mute": RUNS},
    "DELETE /tests/{int:test_id}/mute": {"/tests/{shared_test}/mute": RUNS},
    # For systems: what is posted there needs an ingest token, and no session or other token will do.
    "POST /deployments": {"/deployments": SYSTEMS},
    "POST /incidents": {"/incidents": SYSTEMS},
    "POST /test-results": {"/test-results": SYSTEMS},
}

BODIES: Final[dict[str, dict[str, Any]]] = {
    "POST /completeness/retry": {"work": [1]},
    "POST /deployments/{int:deployment_id}/fixes": {
        "verdict": "fixed_by",
        "deployment": "{deployed_b}",
        "reason": "It did.",
    },
    "POST /pull-requests/{int:pull_request_id}/issues": {"key": "{key_a}", "verdict": "added"},
    "POST /people/identities/{int:identity_id}/bot": {"is_bot": None},
    "POST /people/offers/{int:offer_id}": {"accept": True},
    "POST /erasures": {"kind": "repository", "subject": "{repository}", "reason": "Asked to."},
    "POST /your-data/requests": {"kind": "access"},
    "POST /subject-requests": {
        "kind": "objection",
        "who": "Jo, by letter",
        "asked_on": "2026-03-02",
        "identity_checked": "By their passport.",
        "text": "Not with me.",
    },
    "POST /subject-requests/{int:request_id}/extend": {"reason": "Many at once."},
    "POST /subject-requests/{int:request_id}/refuse": {"reason": "Asked for each week."},
    "POST /subject-requests/{int:request_id}/fulfil": {"done": "The name is right now."},
    "POST /subject-requests/{int:request_id}/erase": {"mode": "remove", "reason": "They asked."},
    "POST /security-incidents": {
        "title": "A lost laptop",
        "what_happened": "It was left in a train.",
        "detected_at": "2026-03-02T12:00:00Z",
    },
    "POST /security-incidents/{int:incident_id}/facts": {
        "personal_data": "yes",
        "integrity": True,
    },
    "POST /security-incidents/{int:incident_id}/scope": {"tables": ["people.person"]},
    "POST /security-incidents/{int:incident_id}/not-to-notify": {"reason": "Encrypted."},
    "POST /security-incidents/{int:incident_id}/authority-told": {
        "at": "2026-03-02T13:00:00Z",
        "delay_reason": "",
    },
    "POST /security-incidents/{int:incident_id}/people-decision": {
        "tell": True,
        "reason": "A high risk.",
    },
    "POST /security-incidents/{int:incident_id}/people-told": {"at": "2026-03-02T14:00:00Z"},
    "POST /security-incidents/{int:incident_id}/close": {
        "root_cause": "Nobody watched it.",
        "measures": "It was wiped.",
        "lessons": "Lock it.",
    },
    "POST /retention/{code}": {"days": 500},
    "POST /teams": {"name": "Another"},
    "POST /teams/{slug}": {"parent": "team-b"},
    "POST /teams/{slug}/members": {"person": "{person_b}", "on": "2026-03-02"},
    "POST /teams/{slug}/members/end": {"person": "{person_b}", "on": "2026-03-09"},
    "POST /tests/{int:test_id}/mute": {"reason": "Known.", "until": f"{clock.now():%Y-%m-%d}"},
}
"""What is sent. Reports are sent empty, and refused for that alone where the caller may report."""
