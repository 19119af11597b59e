"""Read what the formulas need of a batch of pull requests: seven statements, whatever its size."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from backend.metrics.formulas import pull_request as formula
from backend.metrics.formulas.size import Files
from backend.people.calendars import Calendar
from backend.people.store import team_calendars

# The primary team is the one that the author had been in for longest when it was opened, or of those the first made.
# Whole seconds: floor, as a merge's own second still belongs to it.
_PULLS = """
    SELECT p.id, p.author_id, COALESCE(a.person_id, -a.id), COALESCE(a.is_bot, false), p.state,
        floor(extract(epoch FROM p.created_at))::bigint,
        floor(extract(epoch FROM p.merged_at))::bigint,
        floor(extract(epoch FROM p.closed_at))::bigint,
        p.is_draft, p.head_sha, p.merge_sha, p.changed_files, COALESCE(home.team_id, 0)
    FROM delivery_pullrequest p LEFT JOIN people_identity a ON a.id = p.author_id
    LEFT JOIN LATERAL (
        SELECT member.team_id
        FROM people_membership member JOIN people_team team ON team.id = member.team_id
        CROSS JOIN LATERAL (
            SELECT (p.created_at AT TIME ZONE COALESCE(NULLIF(team.time_zone, ''), %s))::date
        ) opened (day)
        WHERE member.person_id = a.person_id
            AND (member.starts_on IS NULL OR member.starts_on <= opened.day)
            AND (member.ends_on IS NULL OR member.ends_on > opened.day)
        ORDER BY member.starts_on NULLS FIRST, member.team_id LIMIT 1
    ) home ON true
    WHERE p.id = ANY(%s) ORDER BY p.id
"""
_REVIEWS = """
    SELECT r.pull_request_id, floor(extract(epoch FROM r.submitted_at))::bigint, r.state,
        COALESCE(a.person_id, -a.id), COALESCE(a.is_bot, false), a.id
    FROM delivery_review r LEFT JOIN people_identity a ON a.id = r.author_id
    WHERE r.pull_request_id = ANY(%s)
"""
_DRAFT_CHANGES = """
    SELECT pull_request_id, floor(extract(epoch FROM occurred_at))::bigint,
        kind = 'converted_to_draft'
    FROM delivery_pullrequestevent
    WHERE pull_request_id = ANY(%s) AND kind IN ('converted_to_draft', 'ready_for_review')
"""
_COMMITS = """
    SELECT pull_request_id, sha, floor(extract(epoch FROM authored_at))::bigint,
        floor(extract(epoch FROM committed_at))::bigint
    FROM delivery_pullrequestcommit WHERE pull_request_id = ANY(%s) AND NOT is_superseded
"""
_FILES = """
    SELECT pull_request_id, count(*),
        COALESCE(sum(additions + deletions) FILTER (WHERE NOT is_generated), 0)::bigint,
        count(*) FILTER (WHERE NOT is_generated)
    FROM delivery_pullrequestfile WHERE pull_request_id = ANY(%s) GROUP BY 1
"""


Account = tuple[int, int, bool]
"""An identity, as whom it is counted (see PullRequestFact.author_key), and whether as a bot."""


@dataclass(frozen=True, slots=True)
class Loaded:
    pull_request_id: int
    author_id: int | None
    is_bot: bool
    state: str
    pull: formula.PullRequest
    files: Files
    accounts: tuple[Account, ...]
    """Author and reviewers."""
    calendar: Calendar
    """Of the author's primary team at opening, or the organisation's."""


def load(ids: Sequence[int]) -> Iterator[Loaded]:
    """Each pull request of `ids` that is still stored, with its parts."""
    wanted = list(ids)
    with connection.cursor() as cursor:

        def parts(statement: str) -> dict[int, list[tuple[Any, ...]]]:
            cursor.execute(statement, [wanted])
            found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
            for row in cursor.fetchall():
                found[row[0]].append(row)
            return found

        reviews, changes, commits = parts(_REVIEWS), parts(_DRAFT_CHANGES), parts(_COMMITS)
        files = parts(_FILES)
        kept = team_calendars()
        cursor.execute(_PULLS, [kept[0].time_zone, wanted])
        pulls = cursor.fetchall()
    for (
        pk,
        author_id,
        key,
        is_bot,
        state,
        opened,
        merged,
        closed,
        draft,
        head,
        merge,
        told,
        home,
    ) in pulls:
        stored, lines, written = files[pk][0][1:] if pk in files else (0, 0, 0)
        yield Loaded(
            pk,
            author_id,
            is_bot,
            state,
            formula.PullRequest(
                author=key,
                opened_at=opened,
                merged_at=merged,
                closed_at=closed,
                is_draft=draft,
                head_sha=head,
                merge_sha=merge,
                reviews=[formula.Review(*row[1:5]) for row in reviews.get(pk, ())],
                draft_changes=[formula.DraftChange(*row[1:]) for row in changes.get(pk, ())],
                commits=[formula.Commit(*row[1:]) for row in commits.get(pk, ())],
            ),
            Files(stored=stored, told=told, lines=lines, written=written),
            tuple(
                (account, as_whom, bot)
                for account, as_whom, bot in (
                    (author_id, key, is_bot),
                    *((row[5], row[3], row[4]) for row in reviews.get(pk, ())),
                )
                if account is not None
            ),
            kept.get(home, kept[0]),
        )
