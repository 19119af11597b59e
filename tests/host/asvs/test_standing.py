"""Files, disks, ways out, services, clock and backups as they should be, and each way to weaken one."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from host.asvs import machine, standing
from host.asvs.findings import Finding
from host.asvs.machine import Backups
from host.at_rest import Verdict
from host.composition import Composition
from host.egress_test import Row
from host.ending import Refused
from host.facts import Clock
from host.statements import Statement
from host.volumes.judgement import BELOW_MACHINE, EVALUATION, Attestation, Judgement
from host.volumes.places import Place

NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
BACKUP = Statement(
    name="plumbline-20260820T023000Z.age",
    made_at="2026-08-20T02:30:00Z",
    release="0.1.0",
    size=1,
    sha256="",
    tables=1,
    rows=1,
)
DRILL = {"passed": True, "reason": "", "finished_at": "2026-08-16T05:04:00+00:00"}
ROWS = (
    Row("ghes.example:443", {"web": "failed"}, "reached"),
    Row("not listed: x:443", {"web": "refused", "worker": "refused"}, "refused"),
    Row("names of outside", {"web": "closed"}, "closed"),
)
STRANGERS = {
    "database: who may": "let in",
    "database: without TLS": "refused",
    "broker: who may": "let in",
    "broker: without TLS": "refused",
}


def place(*, encrypted: bool) -> Place:
    state = "encrypted" if encrypted else "plain"
    return Place("data", "/data", "8:1", Verdict(state, state))


def attested(kind: str) -> Attestation:
    return Attestation(kind, "a reason", "somebody", 0, 0, "here")


def disks(place: Place, *attestations: Attestation) -> Finding:
    return standing.at_rest(Judgement((place,), accepted=True, until=0, attestations=attestations))


def backups(made_at: str = BACKUP.made_at, **drill: Any) -> Finding:
    newest = Statement(**{**vars(BACKUP), "made_at": made_at})
    return standing.restorable(Backups(newest, DRILL | drill, NOW))


def strangers(**changes: str) -> Finding:
    renamed = {key.replace("_", ": ", 1).replace("_", " "): word for key, word in changes.items()}
    return standing.refuse_strangers(STRANGERS | renamed)


GOOD = {
    "files": standing.files([]),
    "encrypted": disks(place(encrypted=True)),
    "encrypted-below": disks(place(encrypted=False), attested(BELOW_MACHINE)),
    "way-out": standing.egress(ROWS),
    "strangers": strangers(),
    "clock": standing.clock(Clock(synchronised=True, source="chronyc")),
    "backups": backups(),
}
BAD = {
    "file-for-others": standing.files(["/keys/web/web_key"]),
    "plain-disk": disks(place(encrypted=False)),
    "evaluation": disks(place(encrypted=False), attested(EVALUATION)),
    "no-disk": standing.at_rest(Judgement((), accepted=True, until=0, attestations=())),
    "open-way": standing.egress([*ROWS, Row("not listed: y", {"web": "reached"}, "refused")]),
    "no-word-of-a-way": standing.egress([*ROWS, Row("not listed: y", {"web": "failed"}, "refused")]),
    "beside-the-proxy": standing.egress([Row("by address", {"web": "open"}, "closed")]),
    "no-way-was-tried": standing.egress(ROWS[:1]),
    "plain-database": strangers(database_without_TLS="let in"),
    "open-broker": strangers(broker_without_a_password="let in"),
    "database-is-away": strangers(database_who_may="refused"),
    "nobody-was-asked": standing.refuse_strangers({}),
    "nobody-may": standing.refuse_strangers({"database: without TLS": "refused"}),
    "clock-is-wrong": standing.clock(Clock(synchronised=False, source="timedatectl")),
    "nothing-tells-the-time": standing.clock(Clock(synchronised=None, source="")),
    "no-backup": standing.restorable(Backups(None, DRILL, NOW)),
    "old-backup": backups(made_at="2026-08-18T02:30:00+00:00"),
    "no-drill": standing.restorable(Backups(BACKUP, None, NOW)),
    "old-drill": backups(finished_at="2026-08-09T05:04:00+00:00"),
    "failed-drill": backups(passed=False, reason="tables differ"),
    "drill-without-a-time": backups(finished_at=""),
}  # fmt: skip


@pytest.mark.parametrize("case", GOOD)
def test_as_it_should_be_it_is_good(case: str) -> None:
    assert (GOOD[case].is_good, GOOD[case].todo) == (True, "")


@pytest.mark.parametrize("case", BAD)
def test_what_is_weakened_is_bad_and_says_what_to_do(case: str) -> None:
    assert not BAD[case].is_good
    assert BAD[case].found
    assert BAD[case].todo


@pytest.fixture
def compose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Composition:
    """An installation's folders, whose services' users are this process's own."""
    user = os.geteuid()
    monkeypatch.setattr("host.facts.USERS", {"web": user})
    for name in ("keys/web/web_key", "keys/host/at_rest_key"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("secret")
        (tmp_path / name).chmod(0o400)
        (tmp_path / name).parent.chmod(0o500)
    environment = tmp_path / "env"
    environment.write_text(f"PLUMBLINE_DATA={tmp_path}/data\nPLUMBLINE_KEYS={tmp_path}/keys\n")
    return Composition(tmp_path, environment)


def test_files_are_good_as_install_makes_them(compose: Composition) -> None:
    assert machine.files_amiss(compose) == []


@pytest.mark.parametrize("name", ["keys/web/web_key", "keys/host/at_rest_key"])
def test_a_file_that_others_may_read_is_named(compose: Composition, name: str) -> None:
    (compose.folder / name).chmod(0o444)
    assert machine.files_amiss(compose) == [str(compose.folder / name)]


def test_without_any_secrets_there_is_nothing_good_to_say(compose: Composition) -> None:
    (compose.folder / "keys/web").chmod(0o700)
    (compose.folder / "keys/web/web_key").unlink()
    (compose.folder / "keys/web").rmdir()
    with pytest.raises(Refused, match="has no secrets"):
        machine.files_amiss(compose)


def test_where_backups_were_never_set_up_there_are_none(compose: Composition) -> None:
    found = machine.backups(compose)
    assert (found.newest, found.drill) == (None, None)


@pytest.mark.parametrize("said", ["", "[]", "no JSON"])
def test_what_web_does_not_tell_is_refused(
    compose: Composition, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    def inside(*_: object, **__: Mapping[str, bytes]) -> bytes:
        return said.encode()

    monkeypatch.setattr(machine, "inside", inside)
    with pytest.raises(Refused, match="does not tell"):
        machine.strangers(compose)
