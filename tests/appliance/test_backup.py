"""Backups of the running appliance: made, restored after a loss, compared table by table, drilled, refused."""

import gzip
import io
import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.appliance.operator import Operator
from tests.appliance.stack import CommandFailed, Stack
from tests.appliance.test_secrets import FILES, PUBLIC
from tests.backups.places import a_key
from tests.sftp import address, sftp_server

LEAVER = "leaver@plumbline.example"


@pytest.fixture(scope="module")
def operator(stack: Stack) -> Iterator[Operator]:
    found = Operator(stack, a_key())
    stack.manage("web", "user", "add", "--email", LEAVER, "--role", "member")
    found.stop()
    found("backup")
    found.start()
    yield found
    found.start()


def test_a_backup_is_whole_signed_and_on_record(operator: Operator) -> None:
    (file,) = operator.backups()
    assert {one.name for one in operator.folder.iterdir()} == {file.name, f"{file.name}.signed"}
    assert file.read_bytes().startswith(b"age-encryption.org/v1\n")
    told = json.loads(Path(f"{file}.signed").read_text().splitlines()[0])
    stored = operator.stack.sql("SELECT name, sha256, rows FROM appliance_backup")
    assert stored == f"{file.name}|{told['sha256']}|{told['rows']}"
    assert operator.stack.sql("SELECT count(*) FROM audit_event WHERE name = 'backup_made'") == "1"
    assert LEAVER.encode() not in file.read_bytes()


def test_no_secret_of_the_appliance_is_in_it(operator: Operator) -> None:
    """The host's and the containers' own keys and passwords, in what is inside, unpacked."""
    stack, (file,) = operator.stack, operator.backups()
    inside = decrypted(operator, file)
    with tarfile.open(fileobj=io.BytesIO(inside), mode="r:") as tar:
        names = tar.getnames()
        parts = [tar.extractfile(name) for name in names if name.startswith("database/")]
        dump = b"".join(part.read() for part in parts if part)
    assert (names[0], names[-1]) == ("manifest.json", "end")
    shown = subprocess.run(
        ["docker", "exec", "-i", stack.container("postgres"), "pg_restore", "--file=-"],
        input=dump,
        capture_output=True,
        check=True,
    ).stdout
    assert LEAVER.encode() in shown
    for service, secrets in FILES.items():
        for name in secrets - PUBLIC:
            secret = (stack.data / "secrets" / service / name).read_bytes().strip()
            assert secret not in inside, (service, name)
            assert secret not in shown, (service, name)
    for name in ("signing_key", "drill_identity"):
        assert (stack.data / "secrets/host/backup" / name).read_bytes().strip() not in inside


def decrypted(operator: Operator, file: Path) -> bytes:
    identity = operator.stack.folder / "identity"
    identity.write_bytes(operator.key.identity)
    command = ["age", "--decrypt", "--identity", str(identity), str(file)]
    return gzip.decompress(subprocess.run(command, capture_output=True, check=True).stdout)


def test_a_drill_restores_it_aside_and_leaves_nothing(operator: Operator) -> None:
    stack = operator.stack
    said = operator("drill")
    assert "restores:" in said
    (report,) = (stack.data / "drills").iterdir()
    told = json.loads(report.read_text().splitlines()[0])
    assert (told["passed"], told["tables"] > 50) == (True, True)
    assert stack.sql("SELECT passed, reason FROM appliance_drill") == "t|"
    assert stack.sql("SELECT count(*) FROM audit_event WHERE name = 'drill_done'") == "1"
    assert not stack.container("drill-database")
    assert not (stack.data / "drill-database").exists()


def test_a_failed_drill_says_so(operator: Operator) -> None:
    (file,) = operator.backups()
    damaged = file.with_name("plumbline-20990101T000000Z.age")
    shutil.copy(file, damaged)
    shutil.copy(f"{file}.signed", f"{damaged}.signed")
    with damaged.open("r+b") as content:
        content.seek(5000)
        content.write(b"damage")
    try:
        with pytest.raises(CommandFailed, match=r"ended with 4[\s\S]*is not what was signed"):
            operator("drill")
    finally:
        damaged.unlink()
        Path(f"{damaged}.signed").unlink()
    assert operator.stack.sql("SELECT count(*) FROM audit_event WHERE name = 'drill_failed'") == "1"


def test_by_sftp_one_is_put_away_and_drilled_from_there(operator: Operator, tmp_path: Path) -> None:
    stack, far = operator.stack, tmp_path / "far"
    far.mkdir()
    with sftp_server(tmp_path, stack.data / "secrets/host/backup") as port:
        sender = replace(operator, away=address(port, far))
        sender("backup")
        (file,) = far.glob("plumbline-*.age")
        assert f"{file.name} restores:" in sender("drill")
    assert {one.name for one in far.iterdir()} == {file.name, f"{file.name}.signed"}
    stored = stack.sql("SELECT name, place FROM appliance_backup WHERE removed_at IS NULL")
    assert stored == f"{file.name}|sftp"
    assert not list((stack.data / "outgoing").iterdir())


def test_what_is_not_to_be_restored_is_refused(operator: Operator, tmp_path: Path) -> None:
    (file,) = operator.backups()
    with pytest.raises(CommandFailed, match=r"ended with 1[\s\S]*the appliance is running"):
        operator.restore(file, "--replace")
    alone = shutil.copy(file, tmp_path)
    with pytest.raises(CommandFailed, match="without which nothing is restored"):
        operator.restore(alone, "--replace")
    signed = Path(f"{alone}.signed")
    signed.write_text(Path(f"{file}.signed").read_text().replace('"rows": ', '"rows": 1'))
    with pytest.raises(CommandFailed, match="cannot be trusted"):
        operator.restore(alone, "--replace")


def test_without_the_right_key_everything_stays_as_it_is(operator: Operator) -> None:
    (file,) = operator.backups()
    operator.stop()
    try:
        with pytest.raises(CommandFailed, match="there are data here already"):
            operator.restore(file)
        before = operator.digests()
        with pytest.raises(CommandFailed, match=r"ended with 3[\s\S]*former data are as they were"):
            Operator(operator.stack, a_key()).restore(file, "--replace")
        assert operator.digests() == before
    finally:
        operator.start()


def test_an_older_backup_does_not_bring_back_who_was_erased(operator: Operator) -> None:
    stack = operator.stack
    known = f"SELECT count(*) FROM accounts_user WHERE email = '{LEAVER}'"  # noqa: S608 - of this file
    assert stack.sql(known) == "1"
    stack.manage("worker", "shell", "-c", BURY % LEAVER)
    operator.stop()
    operator.restore(operator.backups()[0], "--replace")
    assert stack.sql(known) == "0"
    assert (
        stack.sql("SELECT count(*) FROM pg_database WHERE datname IN ('former', 'restored')") == "0"
    )
    operator.start()


BURY = """
from backend.people.graves import of_address
from backend.tombstones.graves import bury
name = of_address("%s")
bury(kind=name.kind, names=[name.text], erasure_id=4711, of="person", mode="remove")
"""
"""What an erasure does first."""
