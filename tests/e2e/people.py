"""People for the browser to match: one that is certain, two that are likely, a bot by the list."""

from backend.accounts.sign_ins import sign_ins
from backend.connections.models import Connection
from backend.delivery.records import ActorRecord
from backend.people.match_run import match_people
from backend.people.store import resolve_identities
from tests.factories import a_connection


def known(source: Connection) -> None:
    tracker = a_connection(slug="tracker", kind="jira_dc", name="tracker", state="paused")
    resolve_identities(
        connection=source,
        accounts=[
            ActorRecord("user", "mroe", 9_001, name="Max Roe", email="max.roe@work.example"),
            ActorRecord("git", "max.roe@work.example", None),
            ActorRecord("user", "sbrook", 9_002, name="Sam Brook"),
            ActorRecord("user", "kim-hale", 9_003),
            ActorRecord("bot", "dependency-updates", 9_004),
        ],
    )
    resolve_identities(
        connection=tracker,
        accounts=[
            ActorRecord("user", "sam.brook", None, "JIRAUSER1", name="Sam Brook"),
            ActorRecord("user", "kimhale", None, "JIRAUSER2"),
        ],
    )
    match_people(sign_ins=sign_ins())
