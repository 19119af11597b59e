"""Teams of the organisations that a connection's repositories belong to."""

from backend.connections.models import Connection
from backend.delivery.models import Owner
from backend.people.store import store_teams
from backend.sources.collected import Collected
from backend.sources.errors import CredentialRefused, NotFound, SourceError
from backend.sources.github import normalise, pages
from backend.sources.github.client import GitHub


def collect_teams(connection: Connection, github: GitHub) -> Collected:
    """Each organisation apart: what may not be read of one is told, and harms no other. Raises SourceError."""
    result = Collected()
    owners = connection.owners.filter(kind=Owner.Kind.ORGANIZATION).order_by("login")
    for organisation in owners.values_list("login", flat=True):
        if connection.organisations and organisation.lower() not in {
            login.lower() for login in connection.organisations
        }:
            continue
        try:
            found = list(pages.teams(github, organisation=organisation))
        except NotFound:
            continue  # It was renamed or deleted; the next look at the repositories tells.
        except SourceError as error:
            if not error.permanent or isinstance(error, CredentialRefused):
                raise
            result.notes.append(
                f"Teams of {organisation} could not be read: {error.reason} {error.action}"
            )
            continue
        store_teams(connection=connection, teams=[normalise.team(payload) for payload in found])
        result.stored += len(found)
    return result
