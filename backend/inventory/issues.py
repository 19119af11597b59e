"""What is kept of issues, and of what they are worked on for."""

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

ISSUES: Final = Area(
    key="issues",
    name="Issues",
    says="Issues, sprints and versions of Jira, as metadata.",
    people="People who work on the software: whoever has an account at a connected source.",
    tables=(
        Table(
            label="delivery.project",
            purpose="A project: what issues are counted by.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id connection_id external_id key former_keys",
            work="name",
            operational="state state_reason",
            notes={
                "former_keys": "Keys that it had before.",
            },
        ),
        Table(
            label="delivery.issue",
            purpose="An issue as it is now; no description, no comment, no worklog.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            about="assignee__person reporter__person",
            identifier=(
                "id connection_id project_id external_id key issue_type_id status_id "
                "parent_external_id"
            ),
            personal="assignee_id reporter_id",
            work=(
                "summary priority resolution labels components fix_versions affects_versions "
                "sprints estimate team_name created_at updated_at resolved_at deleted_at "
                "history_gap"
            ),
            notes={
                "summary": "Kept only where the connection says so. Free text: may name people.",
                "labels": "Names of labels.",
                "components": "Names of components.",
                "fix_versions": "Ids of versions.",
                "affects_versions": "Ids of versions.",
                "sprints": "Ids of sprints.",
                "team_name": "What the team field says.",
                "history_gap": "Why its history is not known whole.",
            },
        ),
        Table(
            label="delivery.issuekey",
            purpose="Every key that an issue has or had: what branches and commits name it by.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id issue_id key",
        ),
        Table(
            label="delivery.issuelink",
            purpose="That two issues are linked, and how.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id issue_id external_id other_external_id",
            work="name",
        ),
        Table(
            label="delivery.issuetransition",
            purpose=(
                "A change of an issue that a figure rests on: status, assignee, sprint, estimate "
                "and the like."
            ),
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            about="actor__person",
            identifier="id issue_id external_id",
            personal="actor_id before after",
            work="kind occurred_at",
            notes={
                "before": "An id, or a number; of a change of assignee an account's id.",
                "after": "Likewise.",
            },
        ),
        Table(
            label="delivery.issuestatus",
            purpose="A status, by its id.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id connection_id external_id",
            work="name category",
        ),
        Table(
            label="delivery.issuetype",
            purpose="A type of issues, by its id.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id connection_id external_id",
            work="name is_subtask",
        ),
        Table(
            label="delivery.projectstatus",
            purpose="Which statuses a project's workflows have.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id project_id status_id",
        ),
        Table(
            label="delivery.projectversion",
            purpose="A version of a project.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id project_id external_id",
            work="name is_released released_on",
        ),
        Table(
            label="delivery.board",
            purpose="A board: which sprints belong to which project.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id connection_id external_id project_id",
            work="name kind",
            notes={
                "name": "Free text: may name people.",
            },
        ),
        Table(
            label="delivery.sprint",
            purpose="A sprint: its times; not its goal.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id connection_id external_id board_id",
            work="name state starts_at ends_at completed_at",
            notes={
                "name": "Free text: may name people.",
            },
        ),
        Table(
            label="delivery.statusrule",
            purpose="What a status means in a project.",
            keep=retention.SETTINGS,
            grants={"web": WRITE, "worker": REMOVE},
            identifier="id project_id status_id",
            operational="stage",
        ),
        Table(
            label="delivery.issuecorrection",
            purpose="A person's word on which issue a pull request is about.",
            keep=retention.HISTORY,
            grants={"web": WRITE, "worker": REMOVE},
            about="said_by",
            identifier="id pull_request_id issue_id",
            personal="said_by_id",
            work="verdict said_at",
        ),
        Table(
            label="delivery.ownership",
            purpose="Which team a repository or project belongs to.",
            keep=retention.SETTINGS,
            grants={"web": WRITE, "worker": REMOVE},
            identifier="id team_id repository_id project_id",
        ),
        Table(
            label="delivery.pendingissue",
            purpose="An issue to be measured.",
            keep=retention.QUEUE,
            grants={"web": APPEND_AND_UPDATE, "worker": WRITE},
            identifier="issue_id",
            operational="since",
        ),
    ),
)
INVESTMENT: Final = Area(
    key="investment",
    name="Investment",
    says="What work is for: categories and the rules that sort it.",
    tables=(
        Table(
            label="delivery.investmentcategory",
            purpose="A category of work.",
            keep=retention.SETTINGS,
            grants={"web": WRITE, "worker": READ},
            identifier="id code",
            operational="name description position",
        ),
        Table(
            label="delivery.investmentrule",
            purpose="Rules on which work belongs to which category.",
            keep=retention.SETTINGS,
            grants={"web": WRITE, "worker": READ},
            identifier="id",
            operational="position field pattern category",
        ),
        Table(
            label="delivery.pendinginvestment",
            purpose="That everything is to be sorted anew, since rules changed.",
            keep=retention.QUEUE,
            grants={"web": APPEND_AND_UPDATE, "worker": WRITE},
            identifier="id",
            operational="since",
        ),
    ),
)
