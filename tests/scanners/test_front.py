"""The scanners that are quick, at the shipped nginx on loopback; each finds what is planted as well."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.front.door import HOST, NGINX, Door, opened
from tests.scanners.looked import CouldNotLook, Target, by_gixy, by_observatory, by_sslyze

pytestmark = pytest.mark.timeout(600)
"""The first one waits for what is installed."""


def target(door: Door) -> Target:
    return Target(HOST, door.port, door.authority.root)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    # They ask more at once than anybody else would.
    with opened(tmp_path_factory.mktemp("scanned"), changes={"rate=50r/s": "rate=500r/s"}) as found:
        yield found


@pytest.fixture(scope="module")
def weakened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    changes = {
        "ECDHE-RSA-CHACHA20-POLY1305;": "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA;",
        "add_header Strict-Transport-Security": "add_header X-Transport-Security",
        "X-Request-ID $request_id;": "X-Request-ID $request_id; if ($arg_x) { rewrite ^/(.*)$ http://$host/$1; }",
    }
    with opened(tmp_path_factory.mktemp("weakened"), changes=changes) as found:
        yield found


def test_tls_is_mozilla_s_intermediate(door: Door, weakened: Door, tmp_path: Path) -> None:
    assert by_sslyze(target(door), tmp_path) == []
    planted = by_sslyze(target(weakened), tmp_path)
    assert any("ECDHE_ECDSA_WITH_AES_128_CBC_SHA" in told for told in planted)


def test_headers_are_a_plus(door: Door, weakened: Door) -> None:
    points, grade, results = by_observatory(target(door))
    assert (points >= 125, grade) == (True, "A+"), results
    points, _, results = by_observatory(target(weakened))
    assert results["strict-transport-security"] == "hsts-not-implemented"
    assert points < 125


def test_the_configuration_has_nothing_that_is_known_to_be_dangerous(
    door: Door, weakened: Door
) -> None:
    assert by_gixy(door.folder / "etc/nginx.conf") == []
    assert by_gixy(weakened.folder / "etc/nginx.conf")


def test_what_could_not_be_looked_at_has_not_passed(door: Door, tmp_path: Path) -> None:
    closed = Target(HOST, 1, door.authority.root)
    with pytest.raises(CouldNotLook):
        by_sslyze(closed, tmp_path)
    with pytest.raises(CouldNotLook):
        by_observatory(closed)
    with pytest.raises(CouldNotLook):
        by_gixy(NGINX / "no.conf")
