"""graphql-core's executor with a short way for fields that take no arguments.

Most of an answer is plain values (a title, a sha). For those the general way costs a path, a resolve info and a look
for awaitables each. Here each selection set is planned once a request: plain fields are read by their getter, objects
below them are entered directly, and whatever takes arguments or breaks a rule goes the general way.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.executor import Executor
from graphql.pyutils import Path

from tests.simulators.github.automation import (
    App,
    CheckRun,
    CheckSuite,
    CommitStatus,
    Workflow,
    WorkflowRun,
)
from tests.simulators.github.deployments import Deployment, Release, Tag
from tests.simulators.github.graph.blobs import Blob
from tests.simulators.github.permissions import GRAPHQL
from tests.simulators.github.records import (
    Account,
    Commit,
    Organization,
    PullRequest,
    Repository,
    Review,
    Team,
    TimelineItem,
)
from tests.simulators.github.registry import Token

Complete = Callable[[Any, Path], Any]

TYPE_NAMES: dict[type, str] = {
    Commit: "Commit",
    PullRequest: "PullRequest",
    Repository: "Repository",
    Review: "PullRequestReview",
    Team: "Team",
    App: "App",
    Blob: "Blob",
    CheckRun: "CheckRun",
    CheckSuite: "CheckSuite",
    CommitStatus: "StatusContext",
    Deployment: "Deployment",
    Release: "Release",
    Tag: "Tag",
    Workflow: "Workflow",
    WorkflowRun: "WorkflowRun",
}


def type_name(value: Any, *_: Any) -> str:
    """The GraphQL type of a record behind an interface or a union."""
    if isinstance(value, Account | Organization | TimelineItem):
        return value.kind
    return TYPE_NAMES[type(value)]


class Step(NamedTuple):
    name: str
    getter: Callable[[Any], Any] | None
    complete: Complete | None
    required: bool
    details: Any


class PlannedExecutor(Executor[Any]):
    """Answers exactly as its base class does; a test compares the two."""

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self._plans: dict[int, list[Step]] = {}
        self._token: Token = self.context_value.token

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: Any,
        position_context: Any,
    ) -> dict[str, Any]:
        plan = self._plans.get(id(grouped_field_set))
        if plan is None:
            plan = [
                self._step(parent_type, name, details)
                for name, details in grouped_field_set.items()
            ]
            self._plans[id(grouped_field_set)] = plan
        results: dict[str, Any] = {}
        for name, getter, complete, required, details in plan:
            if getter is not None:
                value = getter(source_value)
                if value is not None and complete is not None:
                    value = complete(value, Path(path, name, parent_type.name))
                if value is not None or not required:
                    results[name] = value
                    continue
            where = Path(path, name, parent_type.name)
            results[name] = self.execute_field(
                parent_type, source_value, details, where, position_context
            )
        return results

    def _step(self, parent_type: GraphQLObjectType, name: str, details: Any) -> Step:
        node = details[0].node
        if not self._token.is_whole:
            # An error has to arrive at the nearest field that may be null: the general way does that.
            return Step(name, None, None, False, details)
        if node.name.value == "__typename":
            typename = parent_type.name
            return Step(name, lambda _: typename, None, False, details)
        field = self.schema.get_field(parent_type, node.name.value)
        getter = field.extensions.get("getter") if field and not field.args else None
        if field is None or getter is None:
            return Step(name, None, None, False, details)
        required = isinstance(field.type, GraphQLNonNull)
        return Step(name, getter, self._complete(field.type, details), required, details)

    def complete_object_value(self, return_type: GraphQLObjectType, *arguments: Any) -> Any:
        """Objects that the token has no permission for are null, with GitHub's error beside."""
        needed = GRAPHQL.get(return_type.name)
        if needed and not self._token.may_read(needed):
            words = f"Resource not accessible by {self._token.kind}"
            raise GraphQLError(words, extensions={"type": "FORBIDDEN"})
        return super().complete_object_value(return_type, *arguments)

    def _complete(self, kind: GraphQLOutputType, details: Any) -> Complete | None:
        """How a value of this type becomes part of the answer; None for what already is."""
        if isinstance(kind, GraphQLNonNull):
            return self._complete(kind.of_type, details)
        if isinstance(kind, GraphQLList):
            complete = self._complete(kind.of_type, details)
            if complete is None:
                return None
            return lambda values, path: [
                None if value is None else complete(value, Path(path, place, None))
                for place, value in enumerate(values)
            ]
        if is_leaf_type(kind):
            return None
        if is_abstract_type(kind):
            return lambda value, path: self._enter_abstract(kind, value, path, details)
        return lambda value, path: self._enter(kind, value, path, details)

    def _enter_abstract(
        self, kind: GraphQLAbstractType, value: Any, path: Path, details: Any
    ) -> dict[str, Any] | None:
        """None for what this server's union does not know: an old one shows no bot that was asked for a review."""
        actual = self.schema.type_map[type_name(value)]
        known = isinstance(actual, GraphQLObjectType) and self.schema.is_sub_type(kind, actual)
        return self._enter(actual, value, path, details) if known else None

    def _enter(self, kind: Any, value: Any, path: Path, details: Any) -> dict[str, Any]:
        fields = self.collect_subfields(kind, details).grouped_field_set
        return self.execute_fields(kind, value, path, fields, None)
