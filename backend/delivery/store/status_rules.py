"""The organisation's own word on what statuses mean in a project."""

from collections.abc import Mapping

from django.db import transaction

from backend.delivery.models import IssueStatus, Project, StatusRule
from backend.delivery.store.noting import note_issues_of


def statuses_of(project: Project) -> list[IssueStatus]:
    """Those that its workflows have, or that its issues were ever in, by category and name."""
    order = list(IssueStatus.Category.values)
    known = IssueStatus.objects.filter(connection=project.connection)
    own = set(project.statuses.values_list("status", flat=True))
    own |= set(project.issues.order_by().values_list("status", flat=True).distinct())
    named = {
        int(number)
        for ends in project.issues.filter(transitions__kind="status")
        .order_by()
        .values_list("transitions__before", "transitions__after")
        .distinct()
        for number in ends
        if number.isdecimal()
    }
    found = [one for one in known if one.pk in own or one.external_id in named]
    return sorted(found, key=lambda one: (order.index(one.category), one.name.casefold(), one.pk))


def status_rules(project: Project) -> dict[int, str]:
    """Stages by our own ids of statuses; those without a rule are left out."""
    return dict(project.status_rules.values_list("status", "stage"))


@transaction.atomic
def set_status_rules(*, project: Project, rules: Mapping[int, str]) -> bool:
    """Make the project's rules these; whether that changed anything. Row by row, so that each is audited."""
    before = status_rules(project)
    if before == dict(rules):
        return False
    for rule in StatusRule.objects.filter(project=project).exclude(status__in=rules):
        rule.delete()
    for status, stage in rules.items():
        if before.get(status) != stage:
            StatusRule.objects.update_or_create(
                project=project, status_id=status, defaults={"stage": stage}
            )
    note_issues_of([project.pk])
    return True
