"""What doctor makes of what it is told; the rest is asked of a running appliance in tests/appliance."""

import json
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from host import doctor
from host.ending import Refused

NOW = datetime(2026, 11, 27, 6, 0, tzinfo=UTC).timestamp()
RUNNING = {"Service": "web", "State": "running", "Health": "healthy", "ExitCode": 0}
ENDED = {"Service": "migrate", "State": "exited", "Health": "", "ExitCode": 0}


@pytest.mark.parametrize(
    "listed",
    [
        "\n".join(json.dumps(row) for row in (RUNNING, ENDED)),
        json.dumps([RUNNING, ENDED]),
    ],
    ids=["an object a line", "a list"],
)
def test_services_are_read_as_every_compose_tells_them(listed: str) -> None:
    found = list(doctor.services(listed))
    assert [one.name for one in found] == ["service migrate", "service web"]
    assert all(one.is_good for one in found)


@pytest.mark.parametrize(
    "row",
    [
        RUNNING | {"Health": "unhealthy"},
        RUNNING | {"Health": "starting"},
        RUNNING | {"State": "restarting", "Health": ""},
        ENDED | {"ExitCode": 1},
        ENDED | {"State": "running"},
    ],
    ids=["unhealthy", "starting", "restarting", "migrate failed", "migrate still runs"],
)
def test_a_service_that_is_not_well_is_told_with_its_logs(row: dict[str, object]) -> None:
    (found,) = doctor.services(json.dumps(row))
    assert not found.is_good
    assert found.todo == f"docker compose logs --since 1h {row['Service']}"


def test_no_service_at_all_is_amiss() -> None:
    (found,) = doctor.services("")
    assert not found.is_good


@pytest.mark.parametrize(("free", "good"), [(10, True), (9, False), (0, False)])
def test_a_tenth_of_a_disk_must_be_free(free: int, *, good: bool) -> None:
    assert doctor.disk("/data", 100 * 1024**3, free * 1024**3).is_good == good


@pytest.mark.parametrize(
    ("ends", "told", "good"),
    [
        ("notAfter=Dec 27 06:00:00 2026 GMT\n", "ends in 30 days", True),
        ("notAfter=Dec  1 06:00:00 2026 GMT\n", "ends in 4 days", False),
        ("notAfter=Nov 20 06:00:00 2026 GMT\n", "ended 7 days ago", False),
    ],
    ids=["good", "soon", "over"],
)
def test_a_certificate_that_ends_soon(ends: str, told: str, *, good: bool) -> None:
    found = doctor.certificate(ends, NOW)
    assert (found.found, found.is_good) == (told, good)


@pytest.mark.parametrize(("said", "good"), [("yes", True), ("no", False), ("", True)])
def test_a_clock_that_nothing_sets(said: str, *, good: bool) -> None:
    assert doctor.clock(said).is_good == good


def test_a_place_that_is_not_known_to_be_encrypted_is_named() -> None:
    found = doctor.at_rest([("data", True), ("swap", False)])
    assert (found.is_good, found.found) == (False, "not known of: swap")


def test_the_text_says_what_is_needed_and_what_to_do_where_something_is_amiss() -> None:
    good = doctor.Finding("one", "here", "here", True, "nothing")
    bad = doctor.Finding("two", "gone", "here", False, "put it back")
    assert doctor.as_text([good]) == "well  one: here\nAll is well."
    assert doctor.as_text([good, bad]).splitlines()[1:] == [
        "AMISS two: gone",
        "      needed: here. put it back",
        "1 of 2 are amiss.",
    ]


def test_where_nothing_is_installed_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Nothing is installed"):
        doctor.run(Namespace(env_file=tmp_path / "none", json=False))
