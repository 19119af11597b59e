"""Issues of Jira that are incidents by the organisation's rules: which, and whose deployments rest on them.

Those that are deleted, or of projects that are not read, are none. They are about production.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from django.db.models import QuerySet

from backend.delivery.incident_rules import IssueRule, matching
from backend.delivery.models import Environment, Issue
from backend.delivery.store.deployment_rules import incident_rules
from backend.delivery.store.pending import note_deployments, share_rules
from backend.metrics.models import DeploymentFix, IssueFact

PRODUCTION: Final = Environment.PRODUCTION.value


def of_rule(rule: IssueRule) -> QuerySet[IssueFact]:
    return IssueFact.objects.filter(issue__in=matching(rule, _counted()))


def of_repository(repository_id: int) -> Iterator[tuple[str, QuerySet[IssueFact]]]:
    """By service, empty where the rule names none; of one service there may be several."""
    for rule in incident_rules():
        if rule.repository_id == repository_id:
            yield rule.service, of_rule(rule)


def note(issue_ids: Sequence[int]) -> None:
    """Have deployments measured that rest on these issues, or did: within the transaction that stores their facts."""
    share_rules()
    changed = _counted().filter(pk__in=issue_ids)
    among = {rule.repository_id for rule in incident_rules() if matching(rule, changed).exists()}
    fixes = DeploymentFix.objects.filter(issue__in=issue_ids)
    note_deployments(repository_ids=among.union(fixes.values_list("failed__repository", flat=True)))


def _counted() -> QuerySet[Issue]:
    return Issue.objects.filter(fact__excluded="")
