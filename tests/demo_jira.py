"""The demo's Jira: connected, and told of it what only an administrator knows. Needs django.setup()."""

from backend.audit.acting import acting
from backend.delivery.models import IssueStatus, Project, StatusRule
from backend.delivery.store.status_rules import set_status_rules
from backend.metrics.compute import catch_up
from backend.people.models import Identity
from backend.pipeline import bell
from tests import demo_state
from tests.demo_results import administrator

NAME = "Jira Data Center (simulated)"
WAITING = ("Blocked", "In Review")
"""Statuses in which nobody works on an issue, as the organisation sees it; its Jira calls them in progress."""


def connect(*, url: str, token: str) -> None:
    demo_state.connect_as(NAME, "jira_dc", url=url, token=token)


def link_people() -> int:
    """Link each account of Jira to the person whose GitHub login it bears, row by row as the administration does.

    How many there are. The figures of their issues are noted to be measured anew.
    """
    people = dict(
        Identity.objects.filter(connection__name=demo_state.NAME, kind=Identity.Kind.USER)
        .exclude(person=None)
        .values_list("login", "person_id")
    )
    accounts = Identity.objects.filter(connection__name=NAME, login__in=people)
    with acting(administrator()):
        for account in accounts.filter(person=None):
            account.person_id = people[account.login]
            account.save()
    catch_up()
    return accounts.count()


def rule_statuses() -> None:
    waiting = IssueStatus.objects.filter(connection__name=NAME, name__in=WAITING)
    rules = {status.pk: StatusRule.Stage.WAITING.value for status in waiting}
    with acting(administrator()):
        for project in Project.objects.filter(connection__name=NAME):
            set_status_rules(project=project, rules=rules)
    bell.ring(bell.MEASURE)
