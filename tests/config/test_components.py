"""What the product is made of is written down: services, networks, packages."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

TOP = Path(settings.BASE_DIR)
COMPOSE: dict[str, Any] = yaml.safe_load((TOP / "compose.yaml").read_text())
DOCUMENT = (TOP / "docs/security/development.md").read_text()
ROWS = {
    name: (does.strip(), set(re.findall(r"`([a-z]+)`", networks)))
    for name, does, networks in re.findall(
        r"^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \|$", DOCUMENT, re.MULTILINE
    )
}
LOCKED = sorted((TOP / "requirements").glob("*.txt"))


def test_every_component_is_documented() -> None:
    assert ROWS.keys() == COMPOSE["services"].keys()
    assert [name for name, (does, _) in ROWS.items() if len(does) < 20] == []


def test_every_network_is_documented() -> None:
    declared = {name: set(one.get("networks", ())) for name, one in COMPOSE["services"].items()}
    assert {name: networks for name, (_, networks) in ROWS.items()} == declared
    assert set().union(*declared.values()) == COMPOSE["networks"].keys()


@pytest.mark.parametrize("file", LOCKED, ids=lambda file: file.name)
def test_every_package_has_a_digest(file: Path) -> None:
    """And a version; from nowhere but the index that pip is told of."""
    text = file.read_text().replace("\\\n", " ")
    pinned = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert pinned
    assert [one for one in pinned if "==" not in one or "--hash=sha256:" not in one] == []
    assert not re.search(r"git\+|https?://|--(extra-)?index-url", "".join(pinned))


def test_every_package_of_the_pages_has_a_digest() -> None:
    packages = json.loads((TOP / "frontend/package-lock.json").read_text())["packages"]
    of_others = {name: one for name, one in packages.items() if name}
    assert len(of_others) > 50
    without = [name for name, one in of_others.items() if not one.get("integrity")]
    assert [name for name in without if not of_others[name].get("inBundle")] == []
