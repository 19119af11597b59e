"""What is kept of checks, workflow runs, deployments and incidents."""

from typing import Final

from backend.inventory import retention
from backend.inventory.terms import (
    APPEND_AND_UPDATE,
    READ,
    REMOVE,
    WRITE,
    Area,
    Table,
)

AUTOMATION: Final = Area(
    key="automation",
    name="Checks and runs",
    says="What machines did with commits: checks, statuses, workflow runs and jobs.",
    people="People who work on the software: whoever has an account at a connected source.",
    tables=(
        Table(
            label="delivery.checksuite",
            purpose="What one app checked of one commit.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id repository_id external_id head_sha workflow_run_external_id",
            work="branch app status conclusion created_at updated_at",
        ),
        Table(
            label="delivery.checkrun",
            purpose="One check: its outcome and times; no output.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id suite_id external_id",
            work="name status conclusion started_at completed_at",
        ),
        Table(
            label="delivery.commitstatus",
            purpose="The latest word of one context on one commit; no description and no address.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            about="creator__person",
            identifier="id repository_id sha",
            personal="creator_id",
            work="context state created_at",
        ),
        Table(
            label="delivery.workflowrun",
            purpose="An attempt of a workflow's run: its outcome and times; no log.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            about="actor__person",
            identifier="id repository_id external_id workflow_external_id head_sha",
            personal="actor_id",
            work=(
                "attempt workflow run_number event head_branch status conclusion created_at "
                "started_at updated_at"
            ),
            notes={
                "workflow": "The workflow's name.",
                "head_branch": "The branch's name. Free text: may name people.",
            },
        ),
        Table(
            label="delivery.workflowjob",
            purpose="A job of an attempt: its outcome and times; no steps and no log.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id run_id external_id",
            work="name status conclusion created_at started_at completed_at",
        ),
        Table(
            label="delivery.pendingtestruns",
            purpose="A commit whose runs are to be measured.",
            keep=retention.QUEUE,
            grants={"web": READ, "worker": WRITE},
            identifier="id repository_id sha",
            operational="since",
        ),
    ),
)
DEPLOYMENTS: Final = Area(
    key="deployments",
    name="Deployments and incidents",
    says="What was deployed, what failed in use, and the rules on what counts.",
    people="People who work on the software: whoever has an account at a connected source.",
    tables=(
        Table(
            label="delivery.deployment",
            purpose="A deployment as GitHub tells it; no payload and no description.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            about="creator__person",
            identifier="id repository_id external_id sha",
            personal="creator_id",
            work="ref environment latest_environment task state created_at updated_at",
            notes={
                "environment": "The environment's name.",
            },
        ),
        Table(
            label="delivery.deploymentstatus",
            purpose="A state that a deployment took, and when; no log and no address.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            about="creator__person",
            identifier="id deployment_id external_id",
            personal="creator_id",
            work="state environment created_at",
        ),
        Table(
            label="delivery.reporteddeployment",
            purpose="A deployment as the organisation's own systems report it.",
            keep=retention.HISTORY,
            grants={"web": WRITE, "worker": (*REMOVE, "UPDATE (id)")},
            identifier="id repository_id external_id sha token_id",
            work="service environment outcome started_at finished_at reported_at",
        ),
        Table(
            label="delivery.incident",
            purpose=(
                "An incident as reported: when it began and ended. No title and no text: they "
                "would name people."
            ),
            keep=retention.HISTORY,
            grants={"web": WRITE, "worker": (*REMOVE, "UPDATE (id)")},
            identifier="id repository_id external_id token_id",
            work="service environment caused_by started_at resolved_at reported_at",
            notes={
                "caused_by": "The deployment that it names.",
            },
        ),
        Table(
            label="delivery.ingesttoken",
            purpose="Lets a system report for one repository, and read nothing.",
            keep=retention.CREDENTIALS,
            grants={
                "web": WRITE,
                "worker": (
                    "SELECT (id, repository_id, revoked_at)",
                    "UPDATE (revoked_at)",
                    "DELETE",
                ),
            },
            about="created_by",
            identifier="id repository_id",
            personal="created_by_id",
            secret="digest",
            operational="name purposes beginning created_at expires_at revoked_at last_used_at",
            notes={
                "purposes": "Words for what it may report.",
                "digest": "SHA-256 of the token, which is shown once and not kept.",
                "beginning": "Its first letters, to tell tokens apart.",
            },
        ),
        Table(
            label="delivery.deploymentrule",
            purpose="Rules on what counts as a deployment.",
            keep=retention.SETTINGS,
            grants={"web": WRITE, "worker": REMOVE},
            identifier="id",
            operational="position repositories source pattern environment service paths",
            notes={
                "paths": "Patterns of paths.",
            },
        ),
        Table(
            label="delivery.hotfixrule",
            purpose="Rules on which pull requests are hotfixes.",
            keep=retention.SETTINGS,
            grants={"web": WRITE, "worker": REMOVE},
            identifier="id",
            operational="repositories field pattern",
        ),
        Table(
            label="delivery.incidentrule",
            purpose="Rules on which issues are incidents.",
            keep=retention.SETTINGS,
            grants={"web": WRITE, "worker": REMOVE},
            identifier="id repository_id",
            operational="projects field pattern component service",
        ),
        Table(
            label="delivery.deliverysettings",
            purpose="What else of deployments rests on the organisation's choice.",
            keep=retention.SETTINGS,
            grants={"web": WRITE, "worker": READ},
            identifier="id",
            operational="link_incidents_by_time",
        ),
        Table(
            label="delivery.fixcorrection",
            purpose="A person's word on what fixed a failing deployment.",
            keep=retention.HISTORY,
            grants={"web": WRITE, "worker": REMOVE},
            about="made_by",
            identifier="id repository_id key",
            personal="made_by_id",
            work="service environment source fix_source fix_key verdict reason made_at",
            notes={
                "reason": "Free text: may name people.",
            },
        ),
        Table(
            label="delivery.pendingdeployments",
            purpose="A repository whose deployments are to be measured.",
            keep=retention.QUEUE,
            grants={"web": APPEND_AND_UPDATE, "worker": WRITE},
            identifier="repository_id",
            operational="since noted_by tries not_before",
        ),
    ),
)
