"""The statements of `single`, by name; every value is a parameter, and the rest is made of constants."""

from typing import Final

REPOSITORIES_OF_TEAM: Final = """
    SELECT DISTINCT run.repository_id
    FROM metrics_runteam bridge JOIN metrics_runfact run ON run.id = bridge.run_id
    WHERE bridge.team_id = %(team)s
        AND bridge.finished_at >= %(low)s AND bridge.finished_at < %(high)s
    UNION
    SELECT DISTINCT pull.repository_id
    FROM metrics_pullrequestteam bridge JOIN delivery_pullrequest pull ON pull.id = bridge.fact_id
    WHERE bridge.team_id = %(team)s AND bridge.merged_at >= %(low)s AND bridge.merged_at < %(high)s
"""
REPOSITORIES: Final = """
    SELECT id FROM delivery_repository
    WHERE (%(repository)s = '' OR name_with_owner = %(repository)s) {of_team}
        AND EXISTS (SELECT FROM delivery_automatedtest test WHERE test.repository_id = delivery_repository.id)
"""
# Repository by repository, since no test is in two: what is grouped at once stays small.
_OF_EACH = """
    FROM unnest(%(repositories)s::bigint[]) AS repository (id) CROSS JOIN LATERAL (
        SELECT test_id, {value} AS value FROM delivery_dailyresults day
        WHERE day.repository_id = repository.id AND {condition}
            AND day.day >= %(start)s AND day.day < %(end)s
        GROUP BY test_id
    ) AS found
"""
# Of its own type, an array is looked up by hash and not from end to end: short numbers come as smallint[].
COUNTS: Final = f"""
    SELECT (
        SELECT count(*) FROM delivery_automatedtest test
        WHERE test.repository_id = ANY(%(repositories)s::bigint[])
            AND test.last_seen_on >= %(start)s AND test.first_seen_on < %(end)s
    ) AS tests, (
        SELECT count(*) {_OF_EACH.format(value="NULL", condition="flaky_commits > 0")}
    ) AS flaky, (
        SELECT count(*) FROM delivery_mutedtest muted
        WHERE muted.until >= %(today)s AND EXISTS (
            SELECT FROM delivery_dailyresults day
            WHERE day.test_id = muted.test_id AND day.repository_id = ANY(%(repositories)s::bigint[])
                AND day.flaky_commits > 0 AND day.day >= %(start)s AND day.day < %(end)s
        )
    ) AS muted
"""  # noqa: S608 - constants of ours
_SUMS = """
    COALESCE(sum(day.passed), 0)::bigint AS passed,
    COALESCE(sum(day.failed), 0)::bigint AS failed,
    COALESCE(sum(day.skipped), 0)::bigint AS skipped,
    COALESCE(sum(day.commits), 0)::bigint AS commits,
    COALESCE(sum(day.flaky_commits), 0)::bigint AS flaky_commits,
    COALESCE(sum(day.timed), 0)::bigint AS timed,
    COALESCE(sum(day.milliseconds), 0)::bigint AS milliseconds,
    max(day.slowest) AS slowest,
    max(day.day) FILTER (WHERE day.flaky_commits > 0) AS last_flaky_on
"""
_IN_RANGE = "day.day >= %(start)s AND day.day < %(end)s"
SLOW_FROM: Final = 1000
"""Milliseconds; shorter executions make no test slow. The index of slow days knows this number too."""
# Of each list the days that are looked at, each by an index of its own, and what its tests are chosen by.
CANDIDATES: Final = {
    "flaky": ("flaky_commits > 0", "sum(flaky_commits)"),
    "failing": ("failed > 0", "sum(failed)"),
    "slowest": (f"slowest >= {SLOW_FROM}", "sum(slowest)"),
}
CHOSEN: Final = f"""
    SELECT test_id, count(*) OVER () AS found {_OF_EACH}
    ORDER BY value DESC, test_id LIMIT %(limit)s
"""
ROWS: Final = f"""
    WITH candidates AS MATERIALIZED ({{candidates}}), sums AS MATERIALIZED (
        SELECT candidates.*, sums.* FROM candidates CROSS JOIN LATERAL (
            SELECT {_SUMS} FROM delivery_dailyresults day
            WHERE day.test_id = candidates.test_id AND {_IN_RANGE}
        ) sums
    ), tests AS (
        SELECT test.id, test.repository_id, test.number, test.suite, test.name, test.file,
            test.first_seen_on, test.last_seen_on, repository.name_with_owner AS repository,
            repository.default_branch, connection.url, sums.*,
            muted.reason AS muted_reason, muted.until AS muted_until, muted.muted_at,
            COALESCE(NULLIF(muter.name, ''), muter.email) AS muted_by, muter.id AS muter_id,
            muter.person_id AS muter_person_id
        FROM sums
        JOIN delivery_automatedtest test ON test.id = sums.test_id
        JOIN delivery_repository repository ON repository.id = test.repository_id
        JOIN connections_connection connection ON connection.id = repository.connection_id
        LEFT JOIN delivery_mutedtest muted ON muted.test_id = test.id AND muted.until >= %(today)s
        LEFT JOIN accounts_user muter ON muter.id = muted.muted_by_id
    )
    SELECT tests.*, count(*) OVER () AS total FROM tests
    WHERE (%(show)s = 'all' OR (muted_at IS NOT NULL) = (%(show)s = 'muted'))
        AND (suite || ' ' || name || ' ' || file || ' ' || repository) ILIKE ALL (%(words)s)
    ORDER BY {{order}} NULLS LAST, id
    LIMIT %(rows)s OFFSET %(begin)s
"""  # noqa: S608 - constants of ours
# From the latest flaky day back, as far as is asked for. A row is kept of each failure, so that a commit with both
# outcomes has one; whether it has is told by its sets. Most often that failed on the commit's day, else on another.
PROOF: Final = """
    SELECT test.id AS test_id, proof.sha, proof.day
    FROM delivery_automatedtest test CROSS JOIN LATERAL (
        SELECT results.sha, results.day
        FROM (
            SELECT day.day FROM delivery_dailyresults day
            WHERE day.test_id = test.id AND day.flaky_commits > 0
                AND day.day >= %(start)s AND day.day < %(end)s
            ORDER BY day.day DESC
        ) flaky CROSS JOIN LATERAL (
            SELECT results.id, results.sha, results.day FROM delivery_commitresults results
            WHERE results.repository_id = test.repository_id AND results.day = flaky.day
                AND results.passed @> test.number AND results.failed @> test.number
                AND CASE WHEN EXISTS (
                    SELECT FROM delivery_notableresult notable
                    WHERE notable.test_id = test.id AND notable.day = flaky.day
                        AND notable.sha = results.sha AND notable.outcome = 'failed'
                ) THEN true ELSE EXISTS (
                    SELECT FROM delivery_notableresult notable
                    WHERE notable.test_id = test.id AND notable.day >= %(start)s
                        AND notable.sha = results.sha AND notable.outcome = 'failed'
                ) END
        ) results
        ORDER BY flaky.day DESC, results.id DESC LIMIT %(proofs)s
    ) proof
    WHERE test.id = ANY(%(tests)s)
    ORDER BY proof.day DESC, proof.sha
"""
OUTCOMES: Final = """
    SELECT notable.upload_id, notable.position, notable.sha, notable.at, notable.outcome, notable.milliseconds,
        upload.run_external_id, upload.attempt, upload.job
    FROM delivery_notableresult notable
    JOIN delivery_resultupload upload ON upload.id = notable.upload_id
    WHERE notable.test_id = %(test)s AND notable.day >= %(start)s AND notable.sha = ANY(%(shas)s)
    ORDER BY notable.at, notable.upload_id, notable.position
"""
DAYS: Final = f"""
    SELECT * FROM delivery_dailyresults day WHERE test_id = %(test)s AND {_IN_RANGE} ORDER BY day.day
"""  # noqa: S608 - constants of ours
