"""What an answer about runs is narrowed by, besides team and range."""

from dataclasses import dataclass
from typing import Any, Literal

Source = Literal["", "workflow", "check", "status"]
Branches = Literal["all", "default", "other"]


@dataclass(frozen=True)
class Narrowing:
    """Empty: not narrowed by it."""

    repository: str = ""
    """owner/name."""
    source: Source = ""
    workflow: str = ""
    """The workflow's, check's or context's whole name."""
    branch: str = ""
    """The branch's whole name."""
    branches: Branches = "all"

    @property
    def condition(self) -> str:
        """SQL over a RunFact called `run`; made of constants alone."""
        return " ".join(
            (
                _REPOSITORY if self.repository else "",
                "AND run.source = %(source)s" if self.source else "",
                "AND run.name = %(workflow)s" if self.workflow else "",
                "AND run.branch = %(branch)s" if self.branch else "",
                {"all": "", "default": "AND run.is_default_branch"}.get(
                    self.branches, "AND NOT run.is_default_branch"
                ),
            )
        )

    @property
    def values(self) -> dict[str, Any]:
        return {
            "repository": self.repository,
            "source": self.source,
            "workflow": self.workflow,
            "branch": self.branch,
        }


_REPOSITORY = """
    AND run.repository_id IN (
        SELECT id FROM delivery_repository WHERE name_with_owner = %(repository)s
    )
"""
