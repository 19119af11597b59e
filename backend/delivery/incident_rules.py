"""Which issues of Jira are incidents, and of which service, by the organisation's rules.

Without a rule none is. Of several rules each that matches counts: an issue may be an incident of several services.
Patterns are globs without regard to case, over the whole name, as those on deployments.
"""

from dataclasses import dataclass
from typing import Final

from django.db.models import CharField, F, Func, QuerySet

from backend.delivery.deployment_rules import fits
from backend.delivery.models import Issue, IssueType, Project

ISSUE_TYPE: Final = "issue_type"
LABEL: Final = "label"


@dataclass(frozen=True, slots=True)
class IssueRule:
    """As `delivery.IncidentRule` has it: `field` is ISSUE_TYPE or LABEL."""

    projects: str
    field: str
    pattern: str
    component: str
    repository_id: int
    service: str = ""


class _Unnest(Func):
    function = "unnest"
    set_returning = True
    output_field = CharField()


def matching(rule: IssueRule, among: QuerySet[Issue]) -> QuerySet[Issue]:
    """Those of `among` that the rule is about. Names are matched here and not in SQL: a project has few of them."""
    projects = Project.objects.values_list("pk", "key")
    found = among.filter(project__in=[pk for pk, key in projects if fits(key, rule.projects)])
    if rule.field == ISSUE_TYPE:
        types = IssueType.objects.values_list("pk", "name")
        found = found.filter(issue_type__in=[pk for pk, name in types if fits(name, rule.pattern)])
    else:
        found = found.filter(labels__overlap=_fitting(found, "labels", rule.pattern))
    if rule.component:
        found = found.filter(components__overlap=_fitting(found, "components", rule.component))
    return found


def _fitting(issues: QuerySet[Issue], column: str, pattern: str) -> list[str]:
    """Of the words that stand in a column of these issues."""
    words = issues.order_by().annotate(word=_Unnest(F(column))).values_list("word", flat=True)
    return [word for word in words.distinct() if fits(word, pattern)]
