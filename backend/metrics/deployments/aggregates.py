"""The statements behind figures of deployments: one for the range, one for its days, one for its weeks.

What is about people comes with the number of pull requests of human beings in it and of distinct people who wrote
them, so that what is about too few of them can be kept back.
"""

from typing import Any

from django.db import connection

from backend.metrics.deployments.asked import Asked
from backend.metrics.formulas.distribution import BUCKETS

Row = dict[str, Any]

_OF_REPOSITORY = """
    AND {of}.repository_id IN (
        SELECT id FROM delivery_repository WHERE name_with_owner = %(repository)s
    )
"""
_OF_SERVICE = "AND {of}.service = %(service)s"

_ALL = """
    SELECT deployment.* FROM metrics_servicedeployment deployment
    WHERE deployment.outcome = 'succeeded' AND deployment.environment = %(environment)s
        AND deployment.finished_at >= %(previous_low)s AND deployment.finished_at < %(high)s
"""
# The bridge's own copy of the time finds a team's range by its index.
_OF_TEAM = """
    SELECT deployment.* FROM metrics_deploymentteam bridge
    JOIN metrics_servicedeployment deployment ON deployment.id = bridge.deployment_id
    WHERE bridge.team_id = %(team)s
        AND bridge.finished_at >= %(previous_low)s AND bridge.finished_at < %(high)s
        AND deployment.outcome = 'succeeded' AND deployment.environment = %(environment)s
"""
# An attempt brought nothing, so it is of the teams that its service's deployments are of.
_SERVICE_OF_TEAM = """
    AND (deployment.repository_id, deployment.service) IN (
        SELECT other.repository_id, other.service FROM metrics_deploymentteam bridge
        JOIN metrics_servicedeployment other ON other.id = bridge.deployment_id
        WHERE bridge.team_id = %(team)s AND other.environment = %(environment)s
    )
"""

_NOW, _BEFORE = "finished_at >= %(low)s", "finished_at < %(low)s"

# Deployments that succeeded, with what restored them first. Changes are found by their own copy of the time.
_DEPLOYED = """
    deployed AS MATERIALIZED (
        SELECT deployment.finished_at, deployment.role, deployment.commit_count,
            fix.failed_id IS NOT NULL AS failing, fix.is_inferred,
            extract(epoch FROM fix.restored_at - deployment.finished_at)::bigint AS restore_seconds
        FROM ({deployed}) deployment
        LEFT JOIN (
            SELECT failed_id, min(restored_at) AS restored_at, bool_and(is_inferred) AS is_inferred
            FROM metrics_deploymentfix GROUP BY failed_id
        ) fix ON fix.failed_id = deployment.id
    ), changed AS MATERIALIZED (
        SELECT change.finished_at, change.is_bot, change.author_key, change.lead_seconds,
            change.merge_to_deploy_seconds
        FROM metrics_deployedchange change {of_team}
        WHERE change.environment = %(environment)s
            AND change.finished_at >= %(previous_low)s AND change.finished_at < %(high)s
            AND (%(with_bots)s OR NOT change.is_bot) {changes_of_service}
    )
"""
_CHANGES_OF_TEAM = """
    JOIN metrics_pullrequestteam bridge
        ON bridge.fact_id = change.pull_request_id AND bridge.team_id = %(team)s
"""


def _measure(name: str, value: str, condition: str) -> str:
    return f"""
        percentile_cont(ARRAY[0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY {value})
            FILTER (WHERE {condition}) AS {name},
        count({value}) FILTER (WHERE {condition}) AS {name}_n
    """


def _people(name: str, condition: str) -> str:
    return f"""
        count(*) FILTER (WHERE NOT is_bot AND {condition}) AS {name}_human,
        count(DISTINCT author_key) FILTER (WHERE NOT is_bot AND {condition}) AS {name}_people
    """


def _counts(prefix: str, condition: str) -> str:
    return f"""
        count(*) FILTER (WHERE {condition}) AS {prefix}deployments,
        count(*) FILTER (WHERE failing AND {condition}) AS {prefix}failing,
        {_measure(f"{prefix}time_to_restore", "restore_seconds", condition)}
    """


# Built from the constants above alone; every value is a parameter.
_FIGURES = f"""
    WITH {_DEPLOYED}, of_deployed AS (
        SELECT {_counts("", _NOW)}, {_counts("previous_", _BEFORE)},
            count(*) FILTER (WHERE failing AND is_inferred AND {_NOW}) AS inferred,
            count(*) FILTER (WHERE role = 'rollback' AND {_NOW}) AS rollbacks,
            count(*) FILTER (WHERE role = 'baseline' AND {_NOW}) AS baselines,
            count(*) FILTER (WHERE commit_count IS NULL AND role <> 'baseline' AND {_NOW})
                AS contents_unknown
        FROM deployed
    ), of_changed AS (
        SELECT {_measure("lead_time", "lead_seconds", _NOW)}, {_people("lead_time", _NOW)},
            {_measure("merge_to_deploy", "merge_to_deploy_seconds", _NOW)},
            {_measure("previous_lead_time", "lead_seconds", _BEFORE)},
            {_people("previous_lead_time", _BEFORE)}
        FROM changed
    ), of_attempts AS (
        SELECT count(*) FILTER (WHERE outcome = 'failed') AS failed_attempts,
            count(*) FILTER (WHERE outcome = 'in_progress') AS in_progress
        FROM metrics_servicedeployment deployment
        WHERE environment = %(environment)s AND (outcome = 'in_progress'
            OR outcome = 'failed' AND finished_at >= %(low)s AND finished_at < %(high)s) {{attempts}}
    ), buckets AS (
        SELECT array_agg(bucket) AS buckets, array_agg(n) AS bucket_counts FROM (
            SELECT width_bucket(lead_seconds, %(buckets)s::bigint[]) AS bucket, count(*) AS n
            FROM changed WHERE {_NOW} GROUP BY 1
        ) bucket
    )
    SELECT of_deployed.*, of_changed.*, of_attempts.*, buckets.*
    FROM of_deployed, of_changed, of_attempts, buckets
"""  # noqa: S608 - constants of ours

_DAYS = """
    SELECT (finished_at AT TIME ZONE %(zone)s)::date AS day,
        count(*) FILTER (WHERE outcome = 'succeeded') AS deployments,
        count(*) FILTER (WHERE outcome = 'failed') AS failed_attempts
    FROM (
        SELECT outcome, finished_at FROM ({deployed}) deployment
        UNION ALL
        SELECT outcome, finished_at FROM metrics_servicedeployment deployment
        WHERE outcome = 'failed' AND environment = %(environment)s {attempts}
            AND finished_at >= %(low)s AND finished_at < %(high)s
    ) deployment
    GROUP BY 1
"""

_WEEKS = f"""
    WITH {_DEPLOYED}, of_deployed AS (
        SELECT date_trunc('week', finished_at AT TIME ZONE %(zone)s)::date AS starts_on,
            count(*) FILTER (WHERE failing) AS failing,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY restore_seconds) AS time_to_restore
        FROM deployed WHERE {_NOW} GROUP BY 1
    ), of_changed AS (
        SELECT date_trunc('week', finished_at AT TIME ZONE %(zone)s)::date AS starts_on,
            count(*) AS changes, {_people("lead_time", "true")},
            percentile_cont(0.5) WITHIN GROUP (ORDER BY lead_seconds) AS lead_time
        FROM changed WHERE {_NOW} GROUP BY 1
    )
    SELECT * FROM of_deployed LEFT JOIN of_changed USING (starts_on)
"""  # noqa: S608 - constants of ours


def figures(asked: Asked) -> Row:
    """Quantiles, counts and people of the range and of the one before, in one statement."""
    return _rows(_FIGURES, asked, buckets=list(BUCKETS))[0]


def days(asked: Asked) -> list[Row]:
    """Each day of the range on which a deployment, or an attempt that failed, came to its end."""
    return _rows(_DAYS, asked, previous_low=asked.scope.begins_at)


def weeks(asked: Asked) -> list[Row]:
    """Each week of the range in which a deployment succeeded."""
    return _rows(_WEEKS, asked, previous_low=asked.scope.begins_at)


def _rows(statement: str, asked: Asked, **values: object) -> list[Row]:
    """`values` stand before those of the question: the range may be taken to begin later."""
    narrowed = (_OF_REPOSITORY if asked.repository else "") + (_OF_SERVICE if asked.service else "")
    of_service = narrowed.format(of="deployment")
    team = asked.scope.team is not None
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(
                deployed=(_OF_TEAM if team else _ALL) + of_service,
                of_team=_CHANGES_OF_TEAM if team else "",
                changes_of_service=narrowed.format(of="change"),
                attempts=(_SERVICE_OF_TEAM if team else "") + of_service,
            ),
            asked.values | values,
        )
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
