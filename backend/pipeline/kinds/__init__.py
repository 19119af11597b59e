"""What each kind of connection is collected by: of GitHub and of Jira the same things, done by each in its way."""

from typing import Any, Final

from backend.connections.models import Connection
from backend.pipeline.kinds import github, jira
from backend.pipeline.kinds.connector import Connector, OnPage, Piece

_CONNECTORS: Final[dict[str, Connector[Any, Any]]] = {
    Connection.Kind.GITHUB: github.CONNECTOR,
    Connection.Kind.JIRA_DC: jira.CONNECTOR,
    Connection.Kind.JIRA_CLOUD: jira.CONNECTOR,
}


def connector_of(connection: Connection) -> Connector[Any, Any]:
    return _CONNECTORS[connection.kind]


__all__ = ["Connector", "OnPage", "Piece", "connector_of"]
