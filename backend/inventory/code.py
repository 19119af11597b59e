"""What is kept of repositories, pull requests and commits: metadata, never a line of code."""

from typing import Final

from backend.inventory import retention
from backend.inventory.terms import (
    APPEND_AND_UPDATE,
    READ,
    WRITE,
    Area,
    Table,
)

CODE: Final = Area(
    key="code",
    name="Code",
    says="Repositories, pull requests, reviews and commits of GitHub, as metadata.",
    people="People who work on the software: whoever has an account at a connected source.",
    tables=(
        Table(
            label="delivery.horizon",
            purpose="Since when collected work is kept, where it is not kept for ever.",
            keep=retention.PROGRESS,
            grants={"web": READ, "worker": WRITE},
            identifier="kind",
            operational="since",
        ),
        Table(
            label="delivery.owner",
            purpose="The organisation or account that repositories belong to.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id connection_id external_id",
            personal="login",
            work="kind",
            notes={
                "login": "Where the owner is a person's own account, its login.",
            },
        ),
        Table(
            label="delivery.repository",
            purpose="A repository: what work is counted by.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id connection_id owner_id external_id node_id name_with_owner former_names",
            work="default_branch visibility is_archived is_fork topics pushed_at updated_at",
            operational="state state_reason files_marked_by",
            notes={
                "topics": "Topics of the repository.",
                "name_with_owner": "Where the owner is a person's own account, its login.",
                "former_names": "What it was called before, so that it is still found.",
                "state_reason": "Why it is read or not.",
            },
        ),
        Table(
            label="delivery.pullrequest",
            purpose=(
                "A pull request: times and size, from which cycle time and the like are computed."
            ),
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            about="author__person merged_by__person",
            identifier="id repository_id external_id node_id number head_sha merge_sha",
            personal="author_id merged_by_id",
            work=(
                "title state is_draft created_at updated_at merged_at closed_at base_ref head_ref"
                " labels additions deletions changed_files commit_count is_cross_repository "
                "review_thread_count comment_count reverts"
            ),
            notes={
                "title": "Free text: may name people.",
                "head_ref": "The branch's name. Free text: may name people.",
                "base_ref": "The branch's name.",
                "labels": "Names of labels.",
                "reverts": (
                    "Numbers of pull requests that its body says it reverts; the body is not kept."
                ),
            },
        ),
        Table(
            label="delivery.pullrequestcommit",
            purpose="A commit of a pull request: when work began, and on how much.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            about="author__person",
            identifier="id pull_request_id sha",
            personal="author_id",
            work="position authored_at committed_at is_superseded additions deletions",
        ),
        Table(
            label="delivery.pullrequestevent",
            purpose=(
                "An event of a pull request's timeline: ready, asked for review, forced push, "
                "merged and so on."
            ),
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            about="actor__person reviewer__person",
            identifier="id pull_request_id external_id",
            personal="actor_id reviewer_id",
            work="kind occurred_at before after",
            notes={
                "before": "A state, a sha or a branch's name before the event.",
                "after": "The same, after it.",
            },
        ),
        Table(
            label="delivery.pullrequestfile",
            purpose="How much of which file a pull request changes; no line of it.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id pull_request_id",
            work="path additions deletions change is_generated",
            notes={
                "path": "The file's path.",
            },
        ),
        Table(
            label="delivery.pullrequestissuekey",
            purpose=(
                "A key of an issue that a pull request names, and where: in branch, title, body "
                "or commits."
            ),
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id pull_request_id key",
            work="found_in",
            notes={
                "found_in": "Kinds of places; never their text.",
            },
        ),
        Table(
            label="delivery.review",
            purpose="A review: its state and time; no comment.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            about="author__person",
            identifier="id pull_request_id external_id commit_sha",
            personal="author_id",
            work="state submitted_at",
        ),
        Table(
            label="delivery.commit",
            purpose=(
                "A commit of a default branch, or one that leads to what was deployed; no message."
            ),
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            about="author__person",
            identifier="id repository_id sha parents reverts picked_from",
            personal="author_id",
            work="authored_at committed_at is_truncated is_on_default_branch generation",
            notes={
                "parents": "Shas of the parents.",
                "reverts": "Shas that its message says it reverts; the message is not kept.",
                "picked_from": "Shas that its message says it was copied from.",
            },
        ),
        Table(
            label="delivery.commitfile",
            purpose="How much of which file a commit changes; no line of it.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id commit_id",
            work="path additions deletions is_generated",
            notes={
                "path": "The file's path.",
            },
        ),
        Table(
            label="delivery.lostcommit",
            purpose=(
                "A commit that the server does not have, so that it is not asked for again and "
                "again."
            ),
            keep=retention.PROGRESS,
            grants={"web": READ, "worker": WRITE},
            identifier="id repository_id sha",
            operational="looked_at",
        ),
        Table(
            label="delivery.headcommit",
            purpose="A commit whose checks are read, and whether they have all finished.",
            keep=retention.PROGRESS,
            grants={"web": READ, "worker": WRITE},
            identifier="id repository_id sha",
            operational="read_at is_settled",
        ),
        Table(
            label="delivery.tag",
            purpose="A tag: what releases and deployments by tag are found by.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id repository_id sha",
            work="name tagged_at",
            notes={
                "name": "Free text: may name people.",
            },
        ),
        Table(
            label="delivery.release",
            purpose="A release: what deployments by release are found by; no text of it.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            about="author__person",
            identifier="id repository_id external_id sha",
            personal="author_id",
            work="tag is_draft is_prerelease created_at published_at updated_at",
        ),
        Table(
            label="delivery.attributepattern",
            purpose=(
                "A line of .gitattributes that marks generated files: the pattern and nothing else."
            ),
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id repository_id",
            work="folder position pattern attribute value",
            notes={
                "pattern": (
                    "The only content of files that is kept, with CODEOWNERS: a pattern of paths."
                ),
            },
        ),
        Table(
            label="delivery.ownerpattern",
            purpose="A line of CODEOWNERS: who owns tests that fail.",
            keep=retention.HISTORY,
            grants={"web": READ, "worker": WRITE},
            identifier="id repository_id",
            personal="owners",
            work="position pattern",
            notes={
                "pattern": (
                    "The only content of files that is kept, with .gitattributes: a pattern of "
                    "paths."
                ),
                "owners": "Logins, teams and addresses as the file names them.",
            },
        ),
        Table(
            label="delivery.generatedfilerule",
            purpose="The organisation's rules on which files are generated.",
            keep=retention.SETTINGS,
            grants={"web": WRITE, "worker": READ},
            identifier="id",
            operational="pattern is_generated position",
        ),
        Table(
            label="delivery.pendingmeasurement",
            purpose="A pull request to be measured.",
            keep=retention.QUEUE,
            grants={"web": APPEND_AND_UPDATE, "worker": WRITE},
            identifier="pull_request_id",
            operational="since",
        ),
    ),
)
