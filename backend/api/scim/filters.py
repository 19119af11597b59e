"""From a filter of RFC 7644 to a condition in SQL: same answers as the library's own evaluation in memory.

Every value is a parameter of the statement, and every column stands in a table here, so that no filter reaches
anything else. An empty text is an attribute that is not there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Collate, NullIf
from django.db.models.lookups import (
    Contains,
    EndsWith,
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
    StartsWith,
)
from scim2_models import (
    ComplexAttribute,
    InvalidFilterException,
    InvalidPathException,
    ScimFilter,
    SearchRequest,
)
from scim2_models.path import (
    AttributeBinding,
    AttrPath,
    CompareOperator,
    Comparison,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
    coerce_value,
)

from backend.api.scim.resources import Group, User
from backend.people.models import DirectoryEmail, DirectoryGroup, DirectoryUser
from backend.people.models.directory import BY_CODE_POINT, InLowerCase

LONGEST: Final = 4000
"""Characters of a filter. How deep it may be, the library's grammar limits."""
MOST_TERMS: Final = 100
"""Comparisons in a filter."""
NONE: Final = Q(pk__in=[])


@dataclass(frozen=True)
class Text:
    """A column of text, "" where there is none."""

    column: Any
    case_exact: bool = False

    @property
    def compared(self) -> Any:  # noqa: ANN401 - an expression of any kind
        return self.column if self.case_exact else InLowerCase(self.column)


@dataclass(frozen=True)
class Plain:
    """A column of truth or time, null where there is none."""

    column: str


Column = Text | Plain


@dataclass(frozen=True)
class Many:
    """Values in rows of another table, which `rows` joins to the outer one."""

    rows: Callable[[], QuerySet[Any]]
    parts: Mapping[str, Column]


def _always(value: str, *, case_exact: bool = False) -> Text:
    return Text(Collate(Cast(Value(value), CharField()), BY_CODE_POINT), case_exact)


_ID: Final = Text(Collate(Cast("id", CharField()), BY_CODE_POINT), case_exact=True)
_NAME: Final = Text(F("display_name"))
_COMMON: Final[dict[tuple[str, str | None], Column]] = {
    ("id", None): _ID,
    ("external_id", None): Text(F("external_id"), case_exact=True),
    ("display_name", None): _NAME,
    ("meta", "created"): Plain("created_at"),
    ("meta", "last_modified"): Plain("changed_at"),
}
_COLUMNS: Final[dict[type, dict[tuple[str, str | None], Column]]] = {
    User: _COMMON
    | {
        ("user_name", None): Text(F("user_name")),
        ("name", "formatted"): Text(F("formatted_name")),
        ("name", "family_name"): Text(F("family_name")),
        ("name", "given_name"): Text(F("given_name")),
        ("active", None): Plain("active"),
        ("meta", "resource_type"): _always("User", case_exact=True),
    },
    Group: _COMMON | {("meta", "resource_type"): _always("Group", case_exact=True)},
}
_OUTER: Final = OuterRef("pk")
_MANY: Final[dict[tuple[type, str], tuple[Many, ...]]] = {
    (User, "emails"): (
        Many(
            lambda: DirectoryEmail.objects.filter(user=_OUTER),
            {"value": Text(F("value")), "type": Text(F("type")), "primary": Plain("primary")},
        ),
    ),
    (User, "groups"): (
        Many(
            lambda: DirectoryGroup.objects.filter(members=_OUTER),
            {"value": _ID, "display": _NAME, "type": _always("direct")},
        ),
    ),
    (Group, "members"): (
        Many(
            lambda: DirectoryUser.objects.filter(groups=_OUTER),
            {"value": _ID, "display": _NAME, "type": _always("User")},
        ),
        Many(
            lambda: DirectoryGroup.objects.filter(within=_OUTER),
            {"value": _ID, "display": _NAME, "type": _always("Group")},
        ),
    ),
}
_LOOKUPS: Final[Mapping[CompareOperator, Any]] = {
    CompareOperator.co: Contains,
    CompareOperator.sw: StartsWith,
    CompareOperator.ew: EndsWith,
    CompareOperator.gt: GreaterThan,
    CompareOperator.ge: GreaterThanOrEqual,
    CompareOperator.lt: LessThan,
    CompareOperator.le: LessThanOrEqual,
    CompareOperator.eq: Exact,
}


def condition(wanted: ScimFilter[Any]) -> Q:
    """Of rows of the filter's resource. Raises InvalidFilterException."""
    return _Conditions(wanted).visit(wanted.ast)


def order(search: SearchRequest[Any], model: type[Any]) -> list[Any]:
    """What the rows are ordered by: by age, where nothing is asked for. Raises InvalidPathException."""
    by_age = ["created_at", "id"]
    binding = search.sort_binding(model) if search.sort_by else None
    if binding is None:
        return by_age
    match _COLUMNS[model].get((binding.field_name, binding.sub_field_name)):
        case Text() as text:
            key: Any = NullIf(text.compared, Value(""))
        case Plain(column):
            key = F(column)
        case None:
            raise InvalidPathException(detail=f"“{search.sort_by}” is not offered to sort by.")
    if search.sort_order == SearchRequest.SortOrder.descending:
        return [key.desc(nulls_first=True), *by_age]
    return [key.asc(nulls_last=True), *by_age]


def chosen_members(wanted: ScimFilter[Any], group: DirectoryGroup) -> list[UUID]:
    """Ids of members that a filter such as `members[value eq "…"]` chooses. Raises InvalidFilterException."""
    if not isinstance(wanted.ast, ValuePath):
        raise InvalidFilterException(detail="Members are chosen by members[…].")
    inner = wanted.ast
    found: list[UUID] = []
    for rows, many in zip((group.members, group.groups), _MANY[Group, "members"], strict=True):
        found += rows.filter(_Conditions(wanted).of_rows(inner, many)).values_list("pk", flat=True)
    return found


class _Conditions(FilterVisitor[Q]):
    """Of the outer rows; inside brackets, of the rows of `_many` that `_path` names."""

    def __init__(self, wanted: ScimFilter[Any]) -> None:
        self._filter = wanted
        self._model: Any = wanted.model
        self._path: ValuePath | None = None
        self._many: Many | None = None
        self._terms = 0

    def visit_comparison(self, node: Comparison) -> Q:
        binding = self._bind(node.attr_path, comparison=True)
        if isinstance(binding.target_type, type) and issubclass(
            binding.target_type, ComplexAttribute
        ):
            raise _not_offered(node.attr_path)
        op = CompareOperator.eq if node.op == CompareOperator.ne else node.op
        value = coerce_value(binding, node.value, op)
        met = self._any(binding, lambda column: _compared(column, binding, op, value))
        if value is None and op == CompareOperator.eq and binding.is_multivalued and not self._many:
            # Where there is no value at all, it is null as well.
            met |= ~self._any(binding, lambda _: ~NONE)
        return ~met if node.op == CompareOperator.ne else met

    def visit_present(self, node: Present) -> Q:
        return self._any(self._bind(node.attr_path), _present)

    def visit_not(self, node: Not) -> Q:
        return ~self.visit(node.expr)

    def visit_logical_expr(self, node: LogicalExpr) -> Q:
        met = self.visit(node.terms[0])
        for term in node.terms[1:]:
            one = self.visit(term)
            met = met & one if node.op == LogicalOperator.and_ else met | one
        return met

    def visit_value_path(self, node: ValuePath) -> Q:
        met = NONE
        for many in self._rows(self._bind(node.attr_path)):
            met |= Q(Exists(many.rows().filter(self.of_rows(node, many))))
        return met

    def of_rows(self, node: ValuePath, many: Many) -> Q:
        """What is in the brackets, of the rows that these values are in."""
        self._path, self._many = node, many
        met = self.visit(node.val_filter)
        self._path = self._many = None
        return met

    def _bind(self, path: AttrPath, *, comparison: bool = False) -> AttributeBinding:
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise InvalidFilterException(detail=f"A filter has at most {MOST_TERMS} comparisons.")
        if self._path is not None:
            outer = self._path.attr_path
            path = AttrPath(outer.attr, path.attr, outer.uri)
        resolve = self._filter.resolve_comparison if comparison else self._filter.resolve
        binding = resolve(path)
        if binding is None:
            raise _not_offered(path)
        return binding

    def _any(self, binding: AttributeBinding, test: Callable[[Column], Q]) -> Q:
        """Whether any of the columns that the attribute stands for passes the test."""
        sub = binding.sub_field_name
        if self._many is not None:
            return _some(self._many.parts, sub, binding, test)
        if binding.is_multivalued:
            met = NONE
            for many in self._rows(binding):
                met |= Q(Exists(many.rows().filter(_some(many.parts, sub, binding, test))))
            return met
        own = {
            part: column
            for (name, part), column in _COLUMNS[self._model].items()
            if name == binding.field_name
        }
        return _some(own, sub, binding, test)

    def _rows(self, binding: AttributeBinding) -> tuple[Many, ...]:
        rows = _MANY.get((self._model, binding.field_name))
        if rows is None:
            raise _not_offered(binding.urn)
        return rows


def _some(
    columns: Mapping[Any, Column],
    name: str | None,
    binding: AttributeBinding,
    test: Callable[[Column], Q],
) -> Q:
    met, offered = NONE, False
    for part, column in columns.items():
        if name in {None, part}:
            met, offered = met | test(column), True
    if not offered:
        raise _not_offered(binding.urn)
    return met


def _not_offered(path: object) -> InvalidFilterException:
    return InvalidFilterException(detail=f"“{path}” is not offered in filters.")


def _present(column: Column) -> Q:
    match column:
        case Text():
            return ~Q(Exact(column.column, Value("")))
        case Plain():
            return Q(**{f"{column.column}__isnull": False})


def _compared(column: Column, binding: AttributeBinding, op: CompareOperator, value: object) -> Q:
    if value is None:
        return ~_present(column) if op == CompareOperator.eq else NONE
    if isinstance(column, Text):
        if not isinstance(value, str):
            return NONE
        if not is_storable(value):
            raise InvalidFilterException(detail="No stored text has such a character.")
        told = Value(str(binding.comparable(value)))
        return _present(column) & Q(_LOOKUPS[op](column.compared, told))
    if op in {CompareOperator.co, CompareOperator.sw, CompareOperator.ew}:
        return NONE
    if isinstance(value, datetime) and value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    lookup = _LOOKUPS[op].lookup_name
    return Q(**{f"{column.column}__{lookup}": value, f"{column.column}__isnull": False})


def is_storable(text: str) -> bool:
    """Whether Postgres can hold it: it knows no NUL, and no half of a pair of surrogates."""
    return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)
