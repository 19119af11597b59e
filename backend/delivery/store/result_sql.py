"""The statements of `test_results`, each for a batch of tests that come as arrays, and by name."""

from typing import Final

STORE: Final = """
WITH report AS MATERIALIZED (
    SELECT told.*, known.id, known.number,
        %(day)s::date NOT BETWEEN known.first_seen_on AND known.last_seen_on
            OR told.file NOT IN ('', known.file) AS is_news
    FROM unnest(%(digests)s::uuid[], %(suites)s::text[], %(names)s::text[], %(files)s::text[],
            %(passed)s::integer[], %(failed)s::integer[], %(skipped)s::integer[],
            %(timed)s::integer[], %(milliseconds)s::bigint[], %(slowest)s::integer[])
        WITH ORDINALITY
        AS told (digest, suite, name, file, passed, failed, skipped, timed, milliseconds, slowest, place)
    LEFT JOIN LATERAL (
        SELECT * FROM delivery_automatedtest
        WHERE repository_id = %(repository)s::bigint AND digest = told.digest
        LIMIT 1
    ) AS known ON true
), seen AS (
    UPDATE delivery_automatedtest AS test
    SET first_seen_on = least(test.first_seen_on, %(day)s::date),
        last_seen_on = greatest(test.last_seen_on, %(day)s::date),
        file = CASE WHEN report.file = '' THEN test.file ELSE report.file END
    FROM report WHERE test.id = report.id AND report.is_news
), added AS (
    INSERT INTO delivery_automatedtest
        (repository_id, number, suite, name, file, digest, first_seen_on, last_seen_on)
    SELECT %(repository)s::bigint,
        (SELECT coalesce(max(number), 0) FROM delivery_automatedtest WHERE repository_id = %(repository)s::bigint)
            + row_number() OVER (ORDER BY place),
        suite, name, file, digest, %(day)s::date, %(day)s::date
    FROM report WHERE id IS NULL ORDER BY place
    RETURNING id, number, digest
), told AS MATERIALIZED (
    SELECT coalesce(report.id, added.id) AS id, coalesce(report.number, added.number) AS number,
        passed, failed, skipped, timed, milliseconds, slowest
    FROM report LEFT JOIN added USING (digest)
), before AS MATERIALIZED (
    SELECT passed + failed AS ran, passed * failed AS both_ways FROM delivery_commitresults
    WHERE repository_id = %(repository)s::bigint AND sha = %(sha)s::text
), after AS (
    UPDATE delivery_commitresults AS results
    SET passed = results.passed + now.passed, failed = results.failed + now.failed
    FROM (
        SELECT coalesce(range_agg(int4range(number, number, '[]')) FILTER (WHERE passed > 0), '{}') AS passed,
            coalesce(range_agg(int4range(number, number, '[]')) FILTER (WHERE failed > 0), '{}') AS failed
        FROM told
    ) AS now
    WHERE results.repository_id = %(repository)s::bigint AND results.sha = %(sha)s::text
    RETURNING results.passed * results.failed AS both_ways
), of_commit AS MATERIALIZED (
    SELECT told.id,
        (told.passed + told.failed > 0 AND NOT told.number <@ before.ran)::integer AS commits,
        (told.number <@ after.both_ways AND NOT told.number <@ before.both_ways)::integer AS flaky_commits
    FROM told, before, after
), rows AS (
    SELECT id, %(day)s::date AS day, passed, failed, skipped, timed, milliseconds, slowest,
        0 AS commits, 0 AS flaky_commits
    FROM told
    UNION ALL
    SELECT id, %(commit_day)s::date, 0, 0, 0, 0, 0, NULL, commits, flaky_commits
    FROM of_commit WHERE commits + flaky_commits > 0
)
INSERT INTO delivery_dailyresults AS old
    (test_id, day, repository_id, passed, failed, skipped, timed, milliseconds, slowest, commits, flaky_commits)
SELECT id, day, %(repository)s::bigint, sum(passed), sum(failed), sum(skipped), sum(timed), sum(milliseconds),
    max(slowest), sum(commits), sum(flaky_commits)
FROM rows GROUP BY id, day ORDER BY id, day
ON CONFLICT (test_id, day) DO UPDATE SET
    passed = old.passed + excluded.passed,
    failed = old.failed + excluded.failed,
    skipped = old.skipped + excluded.skipped,
    timed = old.timed + excluded.timed,
    milliseconds = old.milliseconds + excluded.milliseconds,
    slowest = greatest(old.slowest, excluded.slowest),
    commits = old.commits + excluded.commits,
    flaky_commits = old.flaky_commits + excluded.flaky_commits
"""
"""All parts see what stood before the statement; what one of them makes, the others know by what it returns.

Known tests are looked up one by one (LATERAL, LIMIT): while a first report is stored, the planner's statistics know of
none, and it would compare each with every other. New ones are numbered in the report's order, so that what runs
together stands together in a set of numbers. Sets are united once, and not for each test: MATERIALIZED.
"""

KEEP_NOTABLE: Final = """
INSERT INTO delivery_notableresult
    (test_id, day, upload_id, position, repository_id, sha, at, outcome, milliseconds)
SELECT test.id, %(day)s::date, upload.id, told.position, upload.repository_id, upload.sha, upload.started_at,
    told.outcome, told.milliseconds
FROM unnest(%(digests)s::uuid[], %(positions)s::integer[], %(outcomes)s::text[], %(milliseconds)s::integer[])
    AS told (digest, position, outcome, milliseconds)
JOIN delivery_resultupload AS upload ON upload.id = %(upload)s::bigint
CROSS JOIN LATERAL (
    SELECT id FROM delivery_automatedtest
    WHERE repository_id = upload.repository_id AND digest = told.digest
    LIMIT 1
) AS test
"""

COUNT_TESTS: Final = """
SELECT (SELECT count(*) FROM delivery_automatedtest WHERE repository_id = %(repository)s::bigint),
    (SELECT count(*) FROM unnest(%(digests)s::uuid[]) AS told (digest) WHERE NOT EXISTS (
        SELECT FROM delivery_automatedtest AS test
        WHERE test.repository_id = %(repository)s::bigint AND test.digest = told.digest))
"""
"""How many tests the repository has, and how many of a report it has not."""
