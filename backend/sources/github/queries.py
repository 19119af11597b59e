"""The GraphQL that is asked: the wanted fields by name, and nothing else.

No patch, comment text or free URL is asked for; of bodies and messages a pull request's and its commits' alone, for
what they name. The only connections are those whose rows are stored; what hangs below them is single fields, since a
connection inside a commit multiplies the price of a page.
"""

from typing import Final

ACTOR: Final = """
fragment Actor on Actor {
  __typename login
  ... on User { databaseId } ... on Bot { databaseId } ... on Mannequin { databaseId }
}
"""

_REVIEWER: Final = """requestedReviewer {
        __typename
        ... on User { login databaseId } ... on Mannequin { login databaseId }%s
      }"""

_MERGE_QUEUE: Final = """... on AddedToMergeQueueEvent { createdAt actor { ...Actor } }
      ... on RemovedFromMergeQueueEvent { createdAt actor { ...Actor } }"""
_QUEUE_TYPES: Final = "ADDED_TO_MERGE_QUEUE_EVENT, REMOVED_FROM_MERGE_QUEUE_EVENT"

PARTS: Final = {
    "commits": """{
    totalCount pageInfo { hasNextPage endCursor }
    nodes {
      commit {
        oid message authoredDate committedDate additions deletions
        author { email user { login databaseId } }
      }
    }
  }""",
    "reviews": """{
    totalCount pageInfo { hasNextPage endCursor }
    nodes { id state submittedAt author { ...Actor } commit { oid } }
  }""",
    "files": """{
    totalCount pageInfo { hasNextPage endCursor }
    nodes { path additions deletions changeType }
  }""",
    "timelineItems": """{
    totalCount pageInfo { hasNextPage endCursor }
    nodes {
      __typename
      ... on Node { id }
      ... on ReadyForReviewEvent { createdAt actor { ...Actor } }
      ... on ConvertToDraftEvent { createdAt actor { ...Actor } }
      ... on ReviewRequestedEvent { createdAt actor { ...Actor } REVIEWER }
      ... on ReviewRequestRemovedEvent { createdAt actor { ...Actor } REVIEWER }
      ... on ReviewDismissedEvent {
        createdAt actor { ...Actor } previousReviewState review { author { ...Actor } }
      }
      ... on HeadRefForcePushedEvent {
        createdAt actor { ...Actor } beforeCommit { oid } afterCommit { oid }
      }
      ... on BaseRefChangedEvent { createdAt actor { ...Actor } previousRefName currentRefName }
      ... on HeadRefDeletedEvent { createdAt actor { ...Actor } }
      ... on MergedEvent { createdAt actor { ...Actor } }
      ... on ClosedEvent { createdAt actor { ...Actor } }
      ... on ReopenedEvent { createdAt actor { ...Actor } }
      ... on AutoMergeEnabledEvent { createdAt actor { ...Actor } }
      ... on AutoMergeDisabledEvent { createdAt actor { ...Actor } }
      MERGE_QUEUE
    }
  }""",
}
"""The nested connections of a pull request, each with what is read of its nodes."""

ARGUMENTS: Final = {
    "commits": "first: 100",
    "reviews": "first: 100",
    "files": "first: 100",
    "timelineItems": """first: 100, itemTypes: [READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT,
    REVIEW_REQUESTED_EVENT, REVIEW_REQUEST_REMOVED_EVENT, REVIEW_DISMISSED_EVENT, HEAD_REF_FORCE_PUSHED_EVENT,
    BASE_REF_CHANGED_EVENT, HEAD_REF_DELETED_EVENT, MERGED_EVENT, CLOSED_EVENT, REOPENED_EVENT,
    AUTO_MERGE_ENABLED_EVENT, AUTO_MERGE_DISABLED_EVENT QUEUE_TYPES]""",
}

_PULL_REQUEST: Final = """
  id databaseId FULL_ID number title state isDraft body
  createdAt updatedAt mergedAt closedAt
  additions deletions changedFiles baseRefName headRefName headRefOid isCrossRepository
  author { ...Actor } mergedBy { ...Actor } mergeCommit { oid }
  reviewThreads { totalCount } comments { totalCount }
  labels(first: 20) { nodes { name } }
"""


class Queries:
    """The queries as one server understands them: old ones lack some fields."""

    def __init__(
        self,
        *,
        full_database_id: bool,
        bot_reviewers: bool,
        rate_limit: bool,
        status_environment: bool,
        merge_queue: bool = True,
    ) -> None:
        self._full_id = "fullDatabaseId" if full_database_id else ""
        self._reviewer = _REVIEWER % (" ... on Bot { login databaseId }" if bot_reviewers else "")
        self._environment = "environment" if status_environment else ""
        self._merge_queue = _MERGE_QUEUE if merge_queue else ""
        self._queue_types = _QUEUE_TYPES if merge_queue else ""
        self._rate_limit = "rateLimit { cost }" if rate_limit else ""
        parts = "\n".join(f"{name}({ARGUMENTS[name]}) {fields}" for name, fields in PARTS.items())
        pull_request = f"fragment PullRequest on PullRequest {{ {_PULL_REQUEST} {parts} }} {ACTOR}"
        self.pull_requests = self.fit(
            """query PullRequests($owner: String!, $name: String!, $first: Int!, $after: String) {
  RATE_LIMIT
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequests(first: $first, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      totalCount pageInfo { hasNextPage endCursor } nodes { ...PullRequest }
    }
  }
}"""
            + pull_request
        )
        self.pull_request = self.fit(
            """query PullRequest($owner: String!, $name: String!, $number: Int!) {
  RATE_LIMIT
  repository(owner: $owner, name: $name) {
    databaseId pullRequest(number: $number) { ...PullRequest }
  }
}"""
            + pull_request
        )
        self.teams = self.fit(TEAMS)
        self.members = self.fit(MEMBERS)

    def part(self, name: str) -> str:
        """One further page of a pull request's nested connection."""
        arguments = f"{ARGUMENTS[name]}, after: $after"
        actor = ACTOR if "...Actor" in PARTS[name] else ""
        return self.fit(
            "query Part($id: ID!, $after: String) { RATE_LIMIT node(id: $id) { ... on PullRequest {"
            f" {name}({arguments}) {PARTS[name]} }} }} }} {actor}"
        )

    def fit(self, text: str) -> str:
        """A query of another module with what this server lacks left out."""
        return (
            text.replace("REVIEWER }", f"{self._reviewer} }}")
            .replace("FULL_ID", self._full_id)
            .replace("RATE_LIMIT", self._rate_limit)
            .replace("MERGE_QUEUE\n", f"{self._merge_queue}\n")
            .replace("QUEUE_TYPES]", f"{self._queue_types}]")
            .replace("STATUS_ENVIRONMENT", self._environment)
        )


TEAMS: Final = """query Teams($org: String!, $after: String) {
  RATE_LIMIT
  organization(login: $org) {
    teams(first: 50, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id databaseId slug name parentTeam { databaseId }
        members(first: 100, membership: IMMEDIATE) {
          pageInfo { hasNextPage endCursor } nodes { login databaseId name }
        }
      }
    }
  }
}"""
MEMBERS: Final = """query Members($id: ID!, $after: String) {
  RATE_LIMIT
  node(id: $id) {
    ... on Team {
      members(first: 100, after: $after, membership: IMMEDIATE) {
        pageInfo { hasNextPage endCursor } nodes { login databaseId name }
      }
    }
  }
}"""
CAPABILITIES: Final = """query Capabilities {
  pullRequest: __type(name: "PullRequest") { fields { name } }
  reviewer: __type(name: "RequestedReviewer") { possibleTypes { name } }
  timelineItem: __type(name: "PullRequestTimelineItems") { possibleTypes { name } }
  query: __type(name: "Query") { fields { name } }
  deploymentStatus: __type(name: "DeploymentStatus") { fields { name } }
}"""
