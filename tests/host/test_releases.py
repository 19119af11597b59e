"""The paths that upgrades may take."""

import pytest
from host.bundle.contents import version_in
from host.ending import Refused
from host.releases import RELEASES, Release, must_not_be_older, path

from tests.host.bundles import TOP

SOME = (
    Release("0.1.0"),
    Release("0.2.0"),
    Release("1.0.0", stop="it splits tables that 1.1.0 takes for split"),
    Release("1.1.0"),
)


def test_the_newest_release_is_the_one_in_pyproject() -> None:
    assert RELEASES[-1].version == version_in((TOP / "pyproject.toml").read_text())
    assert len({release.version for release in RELEASES}) == len(RELEASES)


@pytest.mark.parametrize(
    ("running", "target", "passed"),
    [
        ("0.1.0", "0.1.0", []),
        ("0.1.0", "0.2.0", ["0.2.0"]),
        ("0.1.0", "1.0.0", ["0.2.0", "1.0.0"]),
        ("1.0.0", "1.1.0", ["1.1.0"]),
    ],
)
def test_upgrades_go_forward_to_a_stop_and_from_it(
    running: str, target: str, passed: list[str]
) -> None:
    assert [release.version for release in path(running, target, SOME)] == passed


@pytest.mark.parametrize(
    ("running", "target", "reason"),
    [
        ("0.2.0", "1.1.0", "first upgrade to 1.0.0, because it splits tables"),
        ("0.2.0", "0.1.0", "restore a backup that 0.1.0 made"),
        ("0.0.9", "0.2.0", "no way from 0.0.9"),
        ("0.1.0", "2.0.0", "use its own scripts/appliance"),
    ],
)
def test_any_other_way_is_refused_with_the_way_that_there_is(
    running: str, target: str, reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        path(running, target, SOME)


@pytest.mark.parametrize("made", ["2026-11-27T12:00:00+00:00", "2026-11-27T14:00:00+01:00", ""])
def test_a_build_that_is_not_older_may_come(made: str) -> None:
    must_not_be_older(made, "2026-11-27T12:00:00Z")
    must_not_be_older("2020-01-01T00:00:00Z", "")


@pytest.mark.parametrize("made", ["2026-11-27T11:59:59Z", "2026-11-27T12:30:00+01:00"])
def test_an_older_build_is_refused_though_it_is_signed(made: str) -> None:
    with pytest.raises(Refused, match="lacks what was mended since"):
        must_not_be_older(made, "2026-11-27T12:00:00Z")
