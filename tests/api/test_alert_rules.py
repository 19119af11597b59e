"""The alert rules that are shipped: PromQL that parses, of numbers that there are, each with what to do."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import promql_parser
import pytest
import yaml
from django.utils import timezone

from backend.api.prometheus import Rows
from backend.appliance.records import DrillTold, Told, note_backups, note_drill
from backend.connections.models import Connection
from backend.delivery.models import Project
from backend.sources.models import Cursor, Hint, SyncRun, Usage
from tests.factories import a_connection, a_repository
from tests.front.authority import self_signed

DOCS: Final = Path(__file__).parents[2] / "docs"
RULES: Final[list[dict[str, Any]]] = [
    rule
    for group in yaml.safe_load((DOCS / "prometheus-rules.yaml").read_text())["groups"]
    for rule in group["rules"]
]
PROMETHEUS_OWN: Final = {"up"}


def selectors(node: Any) -> Iterator[promql_parser.VectorSelector]:
    """Every series that an expression reads, wherever it stands in it."""
    if isinstance(node, promql_parser.VectorSelector):
        yield node
    for name in ("lhs", "rhs", "expr", "vector_selector", "args"):
        below = getattr(node, name, None)
        for one in below if isinstance(below, list) else [below] if below is not None else []:
            yield from selectors(one)


def a_fact_of_each_kind() -> None:
    """With it every number has a sample."""
    forge, jira = a_connection(slug="ghes"), a_connection(slug="jira", kind="jira_dc")
    now = timezone.now()
    Usage.objects.create(connection=forge, hour=now, interface="rest", requests=1)
    Hint.objects.create(connection=forge, kind="teams", due_at=now, received_at=now)
    for connection, kind in ((forge, "connection"), (jira, "issues")):
        SyncRun.objects.create(
            connection=connection,
            kind=kind,
            outcome="succeeded",
            started_at=now - timedelta(minutes=1),
            finished_at=now,
        )
    counted = {"expected": 1, "held": 1, "complete_to": now}
    Cursor.objects.create(
        connection=forge, repository=a_repository(forge), kind="pull_requests", **counted
    )
    project = Project.objects.create(connection=jira, external_id=1, key="P", name="A project")
    Cursor.objects.create(connection=jira, project=project, kind="issues", **counted)
    backup = Told(name="a", made_at=now, release="1", size=1, sha256="", tables=1, rows=1)
    note_backups(present=[backup], place="folder")
    note_drill(DrillTold(backup=backup, finished_at=now, passed=True, seconds=1), place="folder")


@pytest.fixture
def told(db: None, tmp_path: Path, settings: Any) -> dict[str, dict[str, set[str]]]:
    """The values that each label of each sample has, by the sample's name."""
    a_fact_of_each_kind()
    settings.CERTIFICATES_DIR = tmp_path
    (tmp_path / "public.pem").write_bytes(self_signed("x").chain)
    found: dict[str, dict[str, set[str]]] = {}
    for family in Rows().collect():
        of_family = found.setdefault(family.name + ("_total" * (family.type == "counter")), {})
        for sample in family.samples:
            for label, value in sample.labels.items():
                of_family.setdefault(label, set()).add(value)
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_rule_is_of_numbers_and_labels_that_there_are(
    rule: dict[str, Any], told: dict[str, dict[str, set[str]]]
) -> None:
    read = list(selectors(promql_parser.parse(rule["expr"])))
    assert read
    for one in read:
        assert one.name in told.keys() | PROMETHEUS_OWN
        for matcher in one.matchers.matchers:
            if one.name in PROMETHEUS_OWN or matcher.name in {"outcome", "timing", "state"}:
                continue
            assert matcher.name in told[one.name]
    spoken = set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"])))
    assert spoken <= {label for one in read for label in told.get(one.name or "", ())}


def test_what_may_be_absent_has_a_rule_for_it(db: None) -> None:
    """No rule of a number's size is ever true of a number that is not told."""
    absent = {
        one.name
        for rule in RULES
        for one in selectors(promql_parser.parse(rule["expr"]))
        if rule["expr"].startswith("absent(")
    }
    assert absent == {"plumbline_backup_age_seconds", "plumbline_drill_age_seconds"}
    assert not absent & {sample.name for family in Rows().collect() for sample in family.samples}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_rule_says_how_long_how_bad_and_what_to_do(rule: dict[str, Any]) -> None:
    assert re.fullmatch(r"\d+[mhd]", rule["for"])
    assert rule["labels"]["severity"] in {"page", "today"}
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["annotations"]["action"]


def test_states_that_rules_name_are_the_models_own() -> None:
    named = {
        value
        for rule in RULES
        for one in selectors(promql_parser.parse(rule["expr"]))
        for matcher in one.matchers.matchers
        if one.name == "plumbline_connection_state" and matcher.name == "state"
        for value in matcher.value.split("|")
    }
    assert named
    assert named <= set(Connection.State.values)


def test_every_number_is_documented(told: dict[str, dict[str, set[str]]]) -> None:
    """And none besides: in full, or by its ending after one in full."""
    table = (DOCS / "operate.md").read_text().partition("## Numbers for Prometheus")[2]
    documented = set(re.findall(r"`(?:plumbline|…)(\w+)`", table.partition("\n## ")[0]))
    missing = {name for name in told if not any(name.endswith(end) for end in documented)}
    assert not missing


def test_no_label_can_name_a_person(told: dict[str, dict[str, set[str]]]) -> None:
    labels = {label for of_one in told.values() for label in of_one}
    assert labels == {
        "certificate",
        "connection",
        "interface",
        "kind",
        "outcome",
        "state",
        "timing",
    }
