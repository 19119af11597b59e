"""Scanners of others at the running appliance: its TLS, and the headers of its own pages."""

from pathlib import Path

from tests.appliance.stack import HOST, Stack
from tests.scanners.looked import Target, by_observatory, by_sslyze, by_testssl


def target(stack: Stack) -> Target:
    return Target(HOST, stack.port, stack.data / "authority.pem")


def test_sslyze_finds_mozilla_s_intermediate(stack: Stack, tmp_path: Path) -> None:
    assert by_sslyze(target(stack), tmp_path) == []


def test_testssl_finds_nothing_of_weight(stack: Stack, tmp_path: Path) -> None:
    assert by_testssl(target(stack), tmp_path) == []


def test_the_observatory_gives_an_a_plus(stack: Stack) -> None:
    points, grade, results = by_observatory(target(stack))
    assert (points >= 125, grade) == (True, "A+"), results
