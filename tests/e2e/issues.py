"""Issues for the browser: of two teams' people, through their statuses, some of them named by pull requests."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from backend.delivery.models import PullRequest, PullRequestIssueKey
from backend.delivery.store.noting import note_pending
from backend.metrics.compute import measure
from backend.people.models import Identity
from backend.sources.models import Cursor, Hint, SyncRun
from tests.worked import Tracker

DAYS = 60
SUMMARIES = (
    "Racks can be filtered by site",
    "Prefixes are validated on import",
    "Scheduled jobs use the right time zone",
    "The project page says who owns it",
)

KINDS = ("Story", "Story", "Bug", "Improvement", "Technical debt", "Task")
SPRINT_HOURS = 15 * 24


def work(groups: Sequence[Sequence[Identity]], alone: Identity, chance: random.Random) -> None:
    """Some dozen issues a team: done, in progress, straight to done, and re-opened; and a few of one person alone."""
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(days=DAYS)
    tracker = Tracker(begin=begin)
    tracker.connection.url = "https://jira.example"
    tracker.connection.save()
    for number in range(4):
        ended = None if number == 3 else (number + 1.0) * SPRINT_HOURS
        tracker.sprint(number + 1, start=number * SPRINT_HOURS, end=ended)
    for group in groups:
        for number in range(24):
            _one(tracker, group[number % len(group)], number, chance)
    for number in range(5):
        _one(tracker, alone, number, chance)
    # Keys were written beside the store: what rests on them is measured anew.
    named = PullRequestIssueKey.objects.values_list("pull_request", flat=True)
    note_pending(named.distinct())
    while measure():
        pass
    for project in tracker.connection.projects.all():
        Cursor.objects.create(
            connection=tracker.connection,
            project=project,
            kind=Hint.Kind.ISSUES,
            complete_to=datetime.now(UTC),
        )
    SyncRun.objects.create(
        connection=tracker.connection,
        kind=Hint.Kind.ISSUES,
        started_at=datetime.now(UTC),
        finished_at=datetime.now(UTC),
        outcome=SyncRun.Outcome.SUCCEEDED,
    )


def _one(tracker: Tracker, who: Identity, number: int, chance: random.Random) -> None:
    start = chance.uniform(0, (DAYS - 12) * 24)
    sprint = int(start / SPRINT_HOURS) + 1
    if number % 2 == 0:  # It is made just before a sprint that it is planned into.
        sprint = number // 2 % 3 + 2
        start = (sprint - 1) * SPRINT_HOURS - chance.uniform(6, 30)
    work = chance.lognormvariate(3.2, 0.8)
    begun = start + 36
    moves = [(begun, "In Progress"), (begun + work, "Done")]
    if number % 8 == 3:
        moves = [(begun, "Done")]
    elif number % 8 == 5:
        moves = moves[:1]
    elif number % 8 == 1:
        start, sprint = DAYS * 24 - 70.0, 4
        begun = DAYS * 24 - chance.uniform(12, 60)
        moves = [(begun, "In Progress"), (begun + 6, "In Review")]
    elif number % 8 == 7:
        again = begun + work + 30
        moves += [(again, "In Progress"), (again + 8, "Done")]
    issue = tracker.issue(
        who,
        *moves,
        created=start,
        by=who,
        kind=chance.choice(KINDS),
        summary=SUMMARIES[number % len(SUMMARIES)],
        estimate=float(chance.choice((1, 2, 3, 5, 8))),
        sprints=(min(4, sprint),),
    )
    pull = PullRequest.objects.filter(author=who).order_by("pk").first()
    if pull is not None and number % 3 == 0:
        PullRequestIssueKey.objects.get_or_create(
            pull_request=pull, key=issue.key, defaults={"found_in": ["branch", "title"]}
        )
