"""A session with a connection's Jira, within its budget."""

from base64 import b64encode
from dataclasses import dataclass

from backend.connections.models import Connection, JiraSettings
from backend.sources.budget import Budget
from backend.sources.errors import SourceError
from backend.sources.jira.addresses import CLOUD, DATA_CENTER
from backend.sources.jira.client import Jira
from backend.sources.jira.fields import Chosen, known
from backend.sources.sign_in import PersonalToken, opened

_DIALECTS = {
    Connection.Kind.JIRA_DC.value: DATA_CENTER,
    Connection.Kind.JIRA_CLOUD.value: CLOUD,
}


def open_jira(connection: Connection) -> Jira:
    """A session under the connection's credential. For the worker. Raises SourceError that says what to do."""
    dialect = _DIALECTS[connection.kind]
    settings = JiraSettings.objects.filter(connection=connection).first() or JiraSettings()
    found = opened(connection, without=_WITHOUT[dialect])
    access = PersonalToken(found[0])
    if dialect == CLOUD:
        if not settings.email:
            raise SourceError(
                f"{connection} has an API token and no e-mail address, which Jira Cloud wants with it.",
                "Enter the address of the account that the token belongs to.",
                permanent=True,
            )
        access = TokenOfAddress(found[0], email=settings.email)
    chosen = Chosen(
        story_points=settings.story_points_field,
        epic_link=settings.epic_link_field,
        sprint=settings.sprint_field,
        team=settings.team_field,
    )
    return Jira(
        url=connection.url,
        dialect=dialect,
        access=access,
        ca_certificate=connection.ca_certificate,
        meter=Budget(connection),
        chosen=chosen,
        keeps_summaries=settings.keeps_summaries,
        field_map=known(settings.fields_found, chosen, keeps_summaries=settings.keeps_summaries),
    )


_WITHOUT = {
    DATA_CENTER: "Enter a personal access token of an account that may browse the projects.",
    CLOUD: "Enter an API token, and the e-mail address of the account that it belongs to.",
}


@dataclass
class TokenOfAddress(PersonalToken):
    """The Cloud's: an API token counts together with the address of its account."""

    email: str = ""

    def token(self) -> str:
        return basic(self.email, self.credential.secret)


def basic(email: str, token: str) -> str:
    """Both as HTTP's Basic scheme has them."""
    return b64encode(f"{email}:{token}".encode()).decode()
