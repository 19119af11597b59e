"""What ``POST /api/graphql`` answers: parse and validate once a query, check limits, execute."""

import json
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)

from tests.simulators.github.budget import Budget
from tests.simulators.github.records import Repository
from tests.simulators.github.registry import Token
from tests.simulators.github.world import World

from .executor import PlannedExecutor
from .limits import NODE_LIMIT, Complexity, complexity
from .schema import load_schema

RATE_LIMITED = {
    "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1001."}]
}
"""What GitHub answers, with status 200, once the points of the hour are used up."""


PAGES = (
    (".repository.pullRequests", "base"),
    (".repository.pullRequest", "nested"),
    (".node", "nested"),
    (".nodes", "survey"),
    (".repository.defaultBranchRef", "commits"),
    (".repository.deployments", "deployments"),
    (".repository.releases", "releases"),
    (".repository.refs", "tags"),
    (".repository.object", "checks"),
    (".organization.repositories", "organization"),
    (".organization.teams", "organization"),
)
"""How the ledger calls a request: *base* pages list pull requests, *nested* ones follow a cursor inside one."""


@dataclass(slots=True)
class Context:
    """What resolvers know of the request."""

    world: World
    token: Token
    base_url: str
    budget: Budget | None
    vanished: frozenset[str]
    errors: list[GraphQLError] = field(default_factory=list)

    def rate_limit(self) -> Budget | None:
        return self.budget

    def may_see(self, repository: Repository) -> bool:
        return repository.full_name not in self.vanished and self.token.sees(repository)

    def repository(self, full_name: str) -> Repository | None:
        found = self.world.repository(full_name)
        return found if found and self.may_see(found) else None

    def node(self, wanted: str) -> Any:
        found = self.world.node(wanted)
        repository = found if isinstance(found, Repository) else getattr(found, "repository", None)
        return None if repository is not None and not self.may_see(repository) else found


@dataclass(slots=True)
class Answer:
    """The body, and what the ledger wants to know."""

    body: dict[str, Any]
    operation: str = ""
    kind: str = "other"
    points: int = 0
    page_size: int = 0
    connections: Counter[str] = field(default_factory=Counter)


class GraphEndpoint:
    """Executes queries over one world; ``reduced`` leaves out what old servers do not have."""

    def __init__(
        self, world: World, *, reduced: bool = False, budget: Budget | None = None
    ) -> None:
        self.world = world
        self.schema = load_schema(reduced=reduced, rate_limited=budget is not None)
        self.budget = budget
        self._documents: OrderedDict[str, DocumentNode | list[GraphQLError]] = OrderedDict()
        self._lock = RLock()

    def answer(
        self,
        payload: dict[str, Any],
        token: Token,
        base_url: str,
        vanished: frozenset[str] = frozenset(),
    ) -> Answer:
        """The answer to one request's JSON; errors of the query are part of it, as with GitHub."""
        query, variables = payload.get("query") or "", payload.get("variables") or {}
        with self._lock:
            document = self._document(query)
            if isinstance(document, list):
                return Answer(_errors(document))
            operation = get_operation_ast(document, payload.get("operationName"))
            if operation is None:
                return Answer(_errors([GraphQLError("An operation name is required")]))
            measured = complexity(document, operation, variables)
            answer = _described(operation, measured, variables)
            if measured.too_many:
                message = (
                    f"This query requests up to {measured.nodes:,} possible nodes which exceeds the maximum limit of "
                    f"{NODE_LIMIT:,}."
                )
                answer.body = _errors(
                    [GraphQLError(message, extensions={"type": "MAX_NODE_LIMIT_EXCEEDED"})]
                )
                return answer
            if self.budget is not None and not self.budget.spend(measured.points, measured.nodes):
                answer.body = RATE_LIMITED
                return answer
            context = Context(self.world, token, base_url, self.budget, vanished)
            result = execute_sync(
                self.schema,
                document,
                context_value=context,
                variable_values=variables,
                operation_name=payload.get("operationName"),
                executor_class=PlannedExecutor,
            )
            errors = [*(result.errors or ()), *context.errors]
            answer.body = {"data": result.data} | (_errors(errors) if errors else {})
            return answer

    def _document(self, query: str) -> DocumentNode | list[GraphQLError]:
        known = self._documents.get(query)
        if known is None:
            try:
                document = parse(query)
                known = validate(self.schema, document) or document
            except GraphQLError as error:
                known = [error]
            self._documents[query] = known
            if len(self._documents) > 256:
                self._documents.popitem(last=False)
        return known


def _errors(errors: list[GraphQLError]) -> dict[str, Any]:
    """GitHub puts an error's ``type`` beside its message."""
    shaped = []
    for error in errors:
        formatted: dict[str, Any] = dict(error.formatted)
        formatted |= formatted.pop("extensions", {})
        shaped.append(formatted)
    return {"errors": shaped}


def _described(
    operation: OperationDefinitionNode, measured: Complexity, variables: dict[str, Any]
) -> Answer:
    """Which kind of page an operation asks for."""
    tops = {path for path in measured.paths if path.count(".") <= 1}
    kind = "other"
    for ending, name in PAGES:
        if any(f".{path}".endswith(ending) for path in tops):
            kind = name
            break
    size = page_size(variables)
    return Answer(
        {},
        operation=operation.name.value if operation.name else "",
        kind=kind,
        points=measured.points,
        page_size=size,
        connections=Counter(measured.paths),
    )


def page_size(variables: dict[str, Any]) -> int:
    """The size of the page, as far as variables tell it."""
    sizes = [
        value for name, value in variables.items() if name in {"first", "last", "size", "pageSize"}
    ]
    return max((size for size in sizes if isinstance(size, int)), default=0)


def dump(body: dict[str, Any]) -> bytes:
    """JSON as bytes; what is not Unicode in a path becomes a replacement character, as no JSON can carry it."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").encode()


__all__ = ["RATE_LIMITED", "Answer", "GraphEndpoint", "dump", "page_size"]
