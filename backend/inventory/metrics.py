"""What is computed from the rest. Nothing in it came from outside."""

from typing import Final

from backend.inventory import retention
from backend.inventory.terms import (
    READ,
    WRITE,
    Area,
    Table,
)

METRICS: Final = Area(
    key="metrics",
    name="Figures",
    says=(
        "Computed from pull requests, issues, runs and deployments; nothing in it came from "
        "outside."
    ),
    people="People who work on the software: whoever has an account at a connected source.",
    tables=(
        Table(
            label="metrics.pullrequestfact",
            purpose="One pull request, measured.",
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            about="author__person author_key",
            identifier="pull_request_id",
            personal="author_id author_key",
            work=(
                "is_bot excluded state opened_at started_at ready_at first_review_at "
                "last_approval_at merged_at closed_at cycle_seconds coding_seconds pickup_seconds"
                " review_seconds merge_seconds first_review_seconds cycle_working_seconds "
                "coding_working_seconds pickup_working_seconds review_working_seconds "
                "merge_working_seconds first_review_working_seconds commits_known review_count "
                "draft_seconds rework_rounds rework_seconds size_lines size_files stage "
                "stage_since flags version"
            ),
            notes={
                "flags": "Words for what is special about it.",
            },
        ),
        Table(
            label="metrics.pullrequestteam",
            purpose="The teams that a pull request counts for.",
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            identifier="id fact_id team_id",
            work="merged_at first_review_at",
        ),
        Table(
            label="metrics.pullrequestcell",
            purpose="One team's figures of a week or month.",
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            identifier="id team_id",
            work=(
                "period starts_on merged reviewed people cycle_time coding pickup review merge "
                "batch_size coding_n batch_size_n coding_total pickup_total review_total "
                "merge_total time_to_first_review first_reviews first_review_people"
            ),
            notes={
                "cycle_time": "Quantiles of it, over pull requests of several people.",
                "coding": "Quartiles and the like, over people.",
                "pickup": "Quartiles and the like, over people.",
                "review": "Quartiles and the like, over people.",
                "merge": "Quartiles and the like, over people.",
                "batch_size": "Quartiles and the like, over people.",
                "time_to_first_review": "Quartiles and the like, over people.",
                "people": (
                    "How many people it is about, so that what is about too few is kept back."
                ),
            },
        ),
        Table(
            label="metrics.issuefact",
            purpose="One issue, measured.",
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            about="assignee__person author_key",
            identifier="issue_id project_id issue_type_id",
            personal="assignee_id author_key",
            work=(
                "is_subtask excluded is_bot state state_since created_at started_at done_at "
                "active_seconds elapsed_seconds direct_to_done reopened estimate flags version"
            ),
            notes={
                "flags": "Words for what is special about it.",
            },
        ),
        Table(
            label="metrics.issueteam",
            purpose="The teams that an issue counts for.",
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            identifier="id fact_id team_id",
            work="done_at",
        ),
        Table(
            label="metrics.runfact",
            purpose="One run, check or status, measured.",
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            about="author_key",
            identifier="id origin repository_id sha pull_request_id",
            personal="author_key",
            work=(
                "source name branch is_default_branch outcome finished_at queue_seconds "
                "duration_seconds machine_seconds wasted_seconds asked_at is_bot version"
            ),
        ),
        Table(
            label="metrics.runteam",
            purpose="The teams that a run counts for.",
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            identifier="id run_id team_id",
            work="finished_at",
        ),
        Table(
            label="metrics.headfeedback",
            purpose="How long a push waited for its checks.",
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            about="author_key",
            identifier="id pull_request_id sha",
            personal="author_key",
            work="pushed_at finished_at seconds is_bot version",
        ),
        Table(
            label="metrics.servicedeployment",
            purpose="One deployment of one service, or an attempt at it.",
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            identifier="id repository_id key sha",
            work=(
                "service environment source outcome started_at finished_at role commit_count "
                "direct_commit_count contents_reason version"
            ),
        ),
        Table(
            label="metrics.deployedchange",
            purpose="Which deployment brought a pull request into use.",
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            about="author_key",
            identifier="id deployment_id repository_id pull_request_id",
            personal="author_key",
            work=(
                "service environment lead_seconds merge_to_deploy_seconds is_cherry_pick is_bot "
                "finished_at"
            ),
        ),
        Table(
            label="metrics.deploymentfix",
            purpose="What fixed a deployment that failed in use.",
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            identifier="id failed_id fixed_by_id incident_id issue_id",
            work="kind is_inferred restored_at restore_seconds",
        ),
        Table(
            label="metrics.deploymentteam",
            purpose="The teams that a deployment counts for.",
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            identifier="id deployment_id team_id",
            work="finished_at",
        ),
        Table(
            label="metrics.activityday",
            purpose=(
                "That an account worked on a pull request or issue on a day, as a weight; shown "
                "by team only."
            ),
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            about="identity__person",
            identifier="id pull_request_id issue_id",
            personal="identity_id",
            work="day weight category",
        ),
        Table(
            label="metrics.issuecategory",
            purpose="The category of an issue, and why.",
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            identifier="issue_id inherited_from_id",
            work="category because",
        ),
        Table(
            label="metrics.pullrequestcategory",
            purpose="The category of a pull request, and why.",
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            identifier="pull_request_id inherited_from_id",
            work="category because",
        ),
        Table(
            label="metrics.measuredidentity",
            purpose="As whom an account was last counted, so that a change is noticed.",
            keep=retention.PROGRESS,
            grants={"web": READ, "worker": WRITE},
            about="identity__person",
            personal="identity_id key",
            work="is_bot",
        ),
        Table(
            label="metrics.measuredmembership",
            purpose="A membership as it was last counted, so that a change is noticed.",
            keep=retention.PROGRESS,
            grants={"web": READ, "worker": WRITE},
            about="person",
            identifier="id team",
            personal="person starts_on ends_on",
        ),
        Table(
            label="metrics.measuredteam",
            purpose="A team as it was last counted, so that a change is noticed.",
            keep=retention.PROGRESS,
            grants={"web": READ, "worker": WRITE},
            identifier="team parent",
            operational="time_zone calendar",
        ),
        Table(
            label="metrics.basis",
            purpose="Which versions of formulas the figures rest on.",
            keep=retention.PROGRESS,
            grants={"web": READ, "worker": WRITE},
            identifier="id",
            operational="versions measured_at",
        ),
        Table(
            label="metrics.uncutspan",
            purpose="Which stretches of time cannot be told without telling of too few people.",
            keep=retention.FIGURES,
            grants={"web": READ, "worker": WRITE},
            identifier="id team_id",
            work="family cube starts_at ends_at value is_wide",
        ),
        Table(
            label="metrics.uncutbasis",
            purpose="When these were last computed.",
            keep=retention.PROGRESS,
            grants={"web": READ, "worker": WRITE},
            identifier="id",
            operational="computed_at",
        ),
    ),
)
