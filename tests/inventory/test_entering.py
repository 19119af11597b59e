"""Every field that a payload takes is listed, everything listed is taken, and what is not listed does not load."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ninja import Schema
from pydantic import BaseModel, RootModel

import backend.sources
from backend.api.reports import DeploymentReport
from backend.inventory import TABLES
from backend.inventory.entering import (
    OBJECTS,
    SOURCES,
    Listed,
    NotListedError,
    attributes,
    entering_names,
    only,
)
from backend.inventory.entering.reports import GITHUB_WEBHOOKS, JIRA_WEBHOOKS, JUNIT
from backend.inventory.entering.terms import Entering, Source
from backend.sources.github.payloads import Page, RestPayload, Review
from backend.sources.junit import report

CLASSES = [
    pytest.param(source, one, id=f"{source.key}-{one.model}")
    for source in SOURCES
    for one in source.objects
    if one.model
]


@pytest.mark.parametrize(("source", "listed"), CLASSES)
def test_everything_listed_is_taken_by_the_class_that_is_named(
    source: Source, listed: Entering
) -> None:
    payload = getattr(importlib.import_module(source.module), listed.model)
    taken = (
        {field.name for field in fields(payload)}
        if is_dataclass(payload)
        else set(entering_names(payload))
    )
    assert listed.names <= taken
    inherited = {
        name
        for one in payload.__mro__[1:]
        for name in getattr(OBJECTS.get((one.__module__, one.__qualname__)), "names", ())
    }
    assert taken <= listed.names | inherited


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.key)
def test_what_is_stored_has_a_column_to_be_stored_in(source: Source) -> None:
    columns = {f"{table.label}.{one.name}" for table in TABLES.values() for one in table.columns}
    for listed in source.objects:
        for field in listed.fields:
            assert set(field.stored) <= columns, (listed.model or listed.of, field.name)
            assert field.stored or field.read, (listed.model or listed.of, field.name)


def modules() -> Iterator[ModuleType]:
    for one in pkgutil.walk_packages(backend.sources.__path__, "backend.sources."):
        yield importlib.import_module(one.name)


def test_no_class_of_what_comes_in_is_outside_the_list() -> None:
    """A list is what its members are, and a frame of the appliance's own makes no field of it."""
    models = {
        one
        for module in modules()
        for one in vars(module).values()
        if isinstance(one, type)
        and issubclass(one, BaseModel)
        and not issubclass(one, RootModel)
        and one.__module__.startswith("backend.sources.")
    }
    assert len(models) > 100
    assert {one for one in models if not issubclass(one, Listed)} == set()


@pytest.mark.parametrize("base", [RestPayload, Review, Page[Review], DeploymentReport])
def test_a_field_that_is_not_listed_does_not_load(base: type[BaseModel]) -> None:
    with pytest.raises(NotListedError, match="would let patch in"):
        type("Planted", (base,), {"__annotations__": {"patch": str}, "__module__": __name__})


def test_a_class_that_is_not_listed_does_not_load() -> None:
    with pytest.raises(NotListedError, match=r'Entering\(model="Planted"\)'):
        type("Planted", (Listed, Schema), {"__annotations__": {"patch": str}})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "number", "body", "sender", "sha"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
PLACES = st.sampled_from(
    ["repository", "pull_request", "issue", "comment", "sender", "action", "sha", "webhookEvent"]
)


@pytest.mark.parametrize("source", [GITHUB_WEBHOOKS, JIRA_WEBHOOKS], ids=["github", "jira"])
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(body=st.dictionaries(PLACES, JSON, max_size=6))
def test_of_a_webhook_nothing_is_left_but_what_is_listed(
    source: Source, body: dict[str, object]
) -> None:
    listed = {place: one.names for one in source.objects for place in one.of.split()}
    top = frozenset[str]().union(*(one.names for one in source.objects if one.of == "*"))
    for place, value in only(source, body).items():
        if place in listed:
            assert isinstance(value, dict)
            assert value.keys() <= listed[place]
            assert value == {name: body[place][name] for name in value}  # type: ignore[index]
        else:
            assert place in top
            assert value == body[place]


def test_the_elements_of_a_report_are_the_listed_ones() -> None:
    listed = attributes(JUNIT)
    assert {"testsuite", "testsuites", "testcase"} <= listed.keys()
    taken = report.Report()
    taken.opened("testsuite", {"name": "s", "hostname": "of somebody"})
    taken.opened("testcase", {"name": "n", "time": "1", "message": "secret"})
    taken.closed("testcase")
    taken.closed("testsuite")
    taken.complete()
    assert "of somebody" not in repr(taken.tests)
    assert "secret" not in repr(taken.tests)
