"""What a question about issues is narrowed to, and the facts that this leaves."""

from dataclasses import dataclass
from typing import Any

from backend.metrics.scope import Scope


@dataclass(frozen=True)
class Asked:
    """`project` is a key and `issue_type` a name; empty: all. Parts of an issue count only where they are asked for."""

    scope: Scope
    project: str = ""
    issue_type: str = ""
    with_subtasks: bool = False

    @property
    def facts(self) -> str:
        """SQL of the facts in question, whatever their time; every value is a parameter."""
        joins = [_OF_TEAM] if self.scope.team else []
        tests = ["fact.excluded = ''"]
        if not self.scope.with_bots:
            tests.append("NOT fact.is_bot")
        if not self.with_subtasks:
            tests.append("NOT fact.is_subtask")
        if self.project:
            joins.append("JOIN delivery_project project ON project.id = fact.project_id")
            tests.append("project.key = %(project)s")
        if self.issue_type:
            joins.append("JOIN delivery_issuetype kind ON kind.id = fact.issue_type_id")
            tests.append("kind.name = %(issue_type)s")
        which = f"{' '.join(joins)} WHERE {' AND '.join(tests)}"
        return f"SELECT fact.* FROM metrics_issuefact fact {which}"  # noqa: S608 - constants alone

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "team": self.scope.team.pk if self.scope.team else None,
            "project": self.project,
            "issue_type": self.issue_type,
            "low": self.scope.begins_at,
            "high": self.scope.ends_at,
            "zone": self.scope.time_zone,
        }


_OF_TEAM = (
    "JOIN metrics_issueteam bridge ON bridge.fact_id = fact.issue_id AND bridge.team_id = %(team)s"
)
