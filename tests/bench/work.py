"""A hundred thousand issues and as many pull requests: what the pages on issues and on investment take.

Made set by set in SQL; sorted into categories by the product itself.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from rich.console import Console

from tests import servers
from tests.bench.asking import ROUNDS, asker, p95, seconds
from tests.bench.database import empty
from tests.bench.figures import Figure

ITEMS = 100_000
"""Issues, and as many pull requests, over three years."""
PEOPLE = 500
TEAMS = 20
DAYS = 1095
MILLISECONDS = 150
_MADE = (
    """
    INSERT INTO people_person (name) SELECT 'person ' || number FROM generate_series(1, %(people)s) AS number
    """,
    """
    INSERT INTO people_identity (connection_id, kind, external_id, login, is_bot, person_id)
    SELECT %(source)s, 'user', id, 'dev' || id, false, id FROM people_person
    """,
    """
    INSERT INTO people_team (slug, name, time_zone)
    SELECT 'team-' || number, 'Team ' || number, '' FROM generate_series(1, %(teams)s) AS number
    """,
    """
    INSERT INTO people_membership (team_id, person_id)
    SELECT team.id, person.id FROM people_person person
    JOIN people_team team ON team.id = (SELECT min(id) FROM people_team) + person.id %% %(teams)s
    """,
    """
    INSERT INTO delivery_issue (connection_id, project_id, external_id, key, issue_type_id, status_id, summary,
        parent_external_id, assignee_id, priority, resolution, labels, components, fix_versions, affects_versions,
        sprints, team_name, created_at, updated_at, history_gap)
    SELECT %(source)s, %(project)s, number, 'FORGE-' || number,
        (%(types)s::bigint[])[1 + number %% %(kinds)s], %(status)s, 'Issue ' || number,
        CASE WHEN number > 2000 THEN 1 + number %% 2000 END,
        (SELECT min(id) FROM people_identity) + number %% %(people)s, '', '',
        CASE WHEN number %% 7 = 0 THEN ARRAY['tech-debt'] ELSE '{}' END, '{}', '{}', '{}', '{}', '',
        %(begin)s + number * %(step)s, %(begin)s + number * %(step)s + interval '9 days', ''
    FROM generate_series(1, %(items)s) AS number
    """,
    """
    INSERT INTO metrics_issuefact (issue_id, project_id, issue_type_id, is_subtask, excluded, assignee_id, author_key,
        is_bot, state, state_since, created_at, started_at, done_at, active_seconds, elapsed_seconds, direct_to_done,
        reopened, flags, version)
    SELECT issue.id, issue.project_id, issue.issue_type_id, false, '', issue.assignee_id, who.person_id, false,
        CASE WHEN issue.external_id > %(items)s - 2000 THEN 'in_progress' ELSE 'done' END, issue.updated_at,
        issue.created_at, issue.created_at + interval '2 days',
        CASE WHEN issue.external_id <= %(items)s - 2000 THEN issue.updated_at END,
        CASE WHEN issue.external_id <= %(items)s - 2000 THEN 86400 + issue.external_id %% 500000 END,
        CASE WHEN issue.external_id <= %(items)s - 2000 THEN 604800 END, false, 0, '{}', 1
    FROM delivery_issue issue JOIN people_identity who ON who.id = issue.assignee_id
    """,
    """
    INSERT INTO metrics_issueteam (fact_id, team_id, done_at)
    SELECT fact.issue_id, member.team_id, fact.done_at FROM metrics_issuefact fact
    JOIN people_membership member ON member.person_id = fact.author_key
    """,
    """
    INSERT INTO delivery_pullrequest (repository_id, external_id, node_id, number, title, state, is_draft, author_id,
        created_at, updated_at, merged_at, closed_at, base_ref, head_ref, head_sha, merge_sha, labels, additions,
        deletions, changed_files, commit_count, is_cross_repository)
    SELECT %(repository)s, number, '', number, 'Change ' || number, 'merged', false,
        (SELECT min(id) FROM people_identity) + number %% %(people)s, %(begin)s + number * %(step)s,
        %(begin)s + number * %(step)s, %(begin)s + number * %(step)s + interval '2 days',
        %(begin)s + number * %(step)s + interval '2 days', 'main', 'topic', lpad(number::text, 40, '0'), '',
        '{}', 1, 1, 1, 1, false
    FROM generate_series(1, %(items)s) AS number
    """,
    """
    INSERT INTO metrics_pullrequestfact (pull_request_id, author_id, author_key, is_bot, excluded, state, opened_at,
        started_at, merged_at, closed_at, cycle_seconds, coding_seconds, pickup_seconds, review_seconds, merge_seconds,
        commits_known, review_count, draft_seconds, rework_rounds, rework_seconds, stage, flags, version)
    SELECT pull.id, author_id, who.person_id, false, '', 'merged', created_at, created_at, merged_at, closed_at, 4, 1,
        1, 1, 1, true, 1, 0, 0, 0, '', '{}', 1
    FROM delivery_pullrequest pull JOIN people_identity who ON who.id = pull.author_id
    """,
    """
    INSERT INTO metrics_pullrequestteam (fact_id, team_id, merged_at)
    SELECT fact.pull_request_id, member.team_id, fact.merged_at FROM metrics_pullrequestfact fact
    JOIN people_membership member ON member.person_id = fact.author_key
    """,
    # Three of four pull requests name an issue.
    """
    INSERT INTO delivery_issuekey (issue_id, key) SELECT id, key FROM delivery_issue
    """,
    """
    INSERT INTO delivery_pullrequestissuekey (pull_request_id, key, found_in)
    SELECT id, 'FORGE-' || number, ARRAY['branch'] FROM delivery_pullrequest WHERE number %% 4 > 0
    """,
    # Four days of its author, one of each of two reviewers; two moves of an issue.
    """
    INSERT INTO metrics_activityday (pull_request_id, identity_id, day, weight)
    SELECT pull.id, (SELECT min(id) FROM people_identity)
            + (number + CASE WHEN step < 4 THEN 0 ELSE step END) %% %(people)s,
        (created_at + step %% 4 * interval '1 day')::date, CASE WHEN step < 4 THEN 4 ELSE 2 END
    FROM delivery_pullrequest pull, generate_series(0, 5) AS step
    """,
    """
    INSERT INTO metrics_activityday (issue_id, identity_id, day, weight)
    SELECT issue.id, assignee_id, (created_at + step * interval '4 days')::date, 1
    FROM delivery_issue issue, generate_series(0, 1) AS step
    """,
)


def run(console: Console, found: servers.Servers, items: int = ITEMS) -> list[Figure]:
    empty(found)
    last = datetime.now(UTC).date()
    with console.status(f"Filling: {items:,} issues and pull requests"):
        _fill(items, last)
    with console.status("Sorting them into categories"):
        took = seconds(_sort)
    with console.status("Finding what tells of too few people"):
        kept_back = seconds(_keep_back)
    figures = [
        Figure("stored: issues, and as many pull requests", items),
        Figure("stored: days of activity", items * 8),
        Figure("seconds to sort all of them anew", took, "s"),
        Figure("seconds to find what must be kept back", kept_back, "s"),
    ]
    ask = asker()
    for route in ("issues/figures", "issues", "investment/figures", "investment/items"):
        for team in ("", "team-1"):
            with console.status(f"Asking /{route}"):
                figures.append(
                    p95(
                        ask,
                        f"/{route}, 90 days, {'one team' if team else 'all teams'}",
                        [_path(route, team, last, number) for number in range(ROUNDS + 1)],
                        at_most=MILLISECONDS,
                    )
                )
    return figures


def _path(route: str, team: str, last: date, number: int) -> str:
    first, after = last - timedelta(days=89 - number % 7), last + timedelta(days=1)
    return f"/api/v1/{route}?from={first}&to={after}&team={team}"


def _keep_back() -> None:
    from backend.metrics.suppression.compute import recompute  # noqa: PLC0415 - needs django.setup()

    recompute()


def _sort() -> None:
    from backend.metrics.investment.sorting import sort_everything  # noqa: PLC0415 - needs django.setup()

    if not sort_everything():
        raise RuntimeError("Nothing was noted to be sorted.")


def _fill(items: int, last: date) -> None:
    from django.db import connection  # noqa: PLC0415 - needs django.setup()

    from backend.delivery.models import (  # noqa: PLC0415
        IssueStatus,
        IssueType,
        Project,
    )
    from backend.delivery.store.investment import note_investment  # noqa: PLC0415
    from tests.factories import a_connection, a_repository  # noqa: PLC0415

    source = a_connection(kind="jira_dc")
    given: dict[str, Any] = {
        "source": source.pk,
        "repository": a_repository(source).pk,
        "project": Project.objects.create(
            connection=source, external_id=1, key="FORGE", name="Forge"
        ).pk,
        "status": IssueStatus.objects.create(
            connection=source, external_id=1, name="Done", category="done"
        ).pk,
        "types": [
            IssueType.objects.create(
                connection=source, external_id=number, name=name, is_subtask=False
            ).pk
            for number, name in enumerate(("Story", "Bug", "Task", "Improvement", "Task"))
        ],
        "kinds": 5,
        "people": PEOPLE,
        "teams": TEAMS,
        "items": items,
        "begin": datetime.combine(last, datetime.min.time(), UTC) - timedelta(days=DAYS),
        "step": timedelta(days=DAYS) / items,
    }
    with connection.cursor() as cursor:
        for statement in _MADE:
            cursor.execute(statement, given)
        cursor.execute("VACUUM ANALYZE")
    note_investment()
