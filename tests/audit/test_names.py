"""Every act that the code records has a name with a meaning, and the documentation tells of all of them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings

from backend.audit.names import ACTS, groups
from backend.audit.triggers import governed

BACKEND = Path(settings.BASE_DIR) / "backend"


def _recorded() -> Iterator[re.Pattern[str]]:
    """What stands behind `name=` of each record, with anything in place of what is filled in."""
    for path in sorted(BACKEND.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if called not in {"record", "note"}:
                continue
            for told in node.keywords:
                if told.arg == "name" and not isinstance(told.value, ast.Name):
                    yield re.compile(_pattern(told.value))


def _pattern(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return re.escape(str(value.value))
    if isinstance(value, ast.JoinedStr):
        return "".join(_pattern(part) for part in value.values)
    if isinstance(value, ast.FormattedValue):
        return ".+"
    if isinstance(value, ast.IfExp):
        return f"(?:{_pattern(value.body)}|{_pattern(value.orelse)})"
    assert isinstance(value, ast.Name | ast.Attribute), ast.dump(value)
    return ".+"


def test_what_is_recorded_has_a_meaning() -> None:
    recorded = list(_recorded())
    assert len(recorded) > 80
    nameless = [one.pattern for one in recorded if not any(map(one.fullmatch, ACTS))]
    assert nameless == []


def test_what_has_a_meaning_is_recorded_somewhere() -> None:
    sources = "\n".join(
        path.read_text() for path in BACKEND.rglob("*.py") if path != BACKEND / "audit" / "names.py"
    )
    recorded = list(_recorded())
    unused = [
        name
        for name in ACTS
        if f'"{name}"' not in sources
        and f"'{name}'" not in sources
        and not any(one.fullmatch(name) for one in recorded if one.pattern != ".+")
    ]
    assert unused == []


def test_what_an_act_covers_is_governed() -> None:
    watched = {name.lower() for name in governed()}
    assert {label for act in ACTS.values() for label in act.covers} <= watched


def test_whose_values_a_row_holds_is_told_of_columns_that_it_has() -> None:
    for name, whose in settings.AUDIT_SUBJECTS.items():
        column = whose.partition("/")[2]
        model = apps.get_model(name)
        assert column == "pk" or column in {f.attname for f in model._meta.concrete_fields}


def test_the_documentation_tells_of_every_act() -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "audit.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|$", text, re.MULTILINE))
    assert rows == {name: act.meaning for name, act in ACTS.items()}
    assert re.findall(r"^### (.+)$", text, re.MULTILINE) == [
        group.capitalize() for group, _ in groups()
    ]
