"""Facts follow what is stored: histories, rules, people, and what is no more."""

from datetime import timedelta

import pytest

from backend.delivery.models import Issue, IssueStatus, PendingIssue, Project, StatusRule
from backend.delivery.store.issues import mark_issues_deleted
from backend.delivery.store.noting import note_issues, note_issues_of
from backend.metrics import compute
from backend.metrics.issues.compute import measure
from backend.metrics.measuring import measure_some
from backend.metrics.models import Basis, IssueFact, IssueTeam
from backend.people.models import Membership
from tests.factories import MONDAY, a_team, an_identity
from tests.worked import Tracker

pytestmark = pytest.mark.django_db
HOUR = 3600


def _fact(issue: Issue) -> IssueFact:
    return IssueFact.objects.get(pk=issue.pk)


def _measure() -> None:
    while measure_some():
        pass


def test_an_issue_is_measured_by_its_history() -> None:
    tracker = Tracker()
    issue = tracker.issue(None, (2, "In Progress"), (5, "To Do"), (6, "In Progress"), (10, "Done"))
    fact = _fact(issue)
    assert (fact.active_seconds, fact.elapsed_seconds) == (7 * HOUR, 8 * HOUR)
    assert (fact.state, fact.done_at, fact.direct_to_done) == ("done", tracker.at(10), False)
    assert not PendingIssue.objects.exists()


def test_changes_without_a_number_are_measured_in_their_order() -> None:
    """As a history has them that tells no ids."""
    tracker = Tracker()
    issue = tracker.issue(None, (2, "In Progress"), (10, "Done"))
    for number, change in enumerate(issue.transitions.order_by("occurred_at")):
        change.external_id = f"at{1_700_000_000_000 + number}.0"
        change.save()
    note_issues([issue.pk])
    assert measure() == 1
    assert _fact(issue).active_seconds == 8 * HOUR


def test_what_is_open_has_no_time_that_grows() -> None:
    fact = _fact(Tracker().issue(None, (2, "In Progress")))
    assert (fact.state, fact.active_seconds, fact.elapsed_seconds) == ("in_progress", None, None)


def test_a_rule_of_the_project_says_what_a_status_means() -> None:
    tracker = Tracker()
    issue = tracker.issue(None, (2, "In Progress"), (10, "Done"))
    StatusRule.objects.create(
        project=Project.objects.get(),
        status=IssueStatus.objects.get(external_id=3),
        stage="waiting",
    )
    note_issues_of([Project.objects.get().pk])
    _measure()
    assert (_fact(issue).active_seconds, _fact(issue).elapsed_seconds) == (0, 8 * HOUR)


def test_a_deleted_issue_counts_nowhere_and_one_that_comes_back_does() -> None:
    tracker = Tracker()
    issue = tracker.issue(None, (2, "Done"))
    mark_issues_deleted(connection=tracker.connection, external_ids=[issue.external_id], at=MONDAY)
    _measure()
    assert _fact(issue).excluded == "deleted"


def test_an_issue_belongs_to_who_had_it_when_it_was_done() -> None:
    tracker = Tracker()
    first, second = an_identity(tracker.connection), an_identity(tracker.connection)
    team = a_team(second)
    issue = tracker.issue(second, (2, "In Progress"), (10, "Done"))
    assert _fact(issue).author_key == second.person_id
    assert IssueTeam.objects.get().team == team
    assert first.person_id != second.person_id


def test_teams_are_those_of_the_day_and_change_with_them() -> None:
    tracker = Tracker()
    who = an_identity(tracker.connection)
    team = a_team(who, since=(MONDAY + timedelta(days=2)).date())
    Basis.objects.create(pk=1, versions=compute._versions())
    tracker.issue(who, (2, "In Progress"), (10, "Done"))
    assert not IssueTeam.objects.exists()
    Membership.objects.update(starts_on=None)
    assert compute.catch_up()
    measure()
    assert IssueTeam.objects.get().team == team


def test_an_account_that_turns_out_to_be_a_bot_is_counted_as_one() -> None:
    tracker = Tracker()
    who = an_identity(tracker.connection)
    issue = tracker.issue(who, (2, "In Progress"), (10, "Done"))
    Basis.objects.create(pk=1, versions=compute._versions())
    account = tracker.account(who)
    account.is_bot = True
    account.save()
    compute.catch_up()
    _measure()
    assert _fact(issue).is_bot


def test_another_formula_measures_all_again() -> None:
    tracker = Tracker()
    tracker.issue(None, (2, "Done"))
    IssueFact.objects.all().delete()
    now = compute._versions()
    Basis.objects.create(pk=1, versions=now.replace("worked 1", "worked 0"))
    assert compute.catch_up()
    _measure()
    assert IssueFact.objects.count() == 1


def test_measuring_takes_a_fixed_number_of_statements(
    django_assert_max_num_queries: object,
) -> None:
    tracker = Tracker()
    for _ in range(5):
        tracker.issue(an_identity(tracker.connection), (2, "In Progress"), (10, "Done"))
    note_issues_of([Project.objects.get().pk])
    with django_assert_max_num_queries(28):  # type: ignore[operator] # the fixture's own
        measure()
