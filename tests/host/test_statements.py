"""What is signed of a backup holds against whoever has the backup alone."""

from dataclasses import replace
from pathlib import Path

import pytest
from host.ending import Refused
from host.programs import openssl
from host.statements import Statement, digest_of

STATEMENT = Statement("plumbline-x.age", "2026-03-01T04:00:00+00:00", "1.0", 3, "00", 2, 7)


def a_pair(folder: Path, name: str) -> tuple[Path, Path]:
    private, public = folder / name, folder / f"{name}.pub"
    private.write_bytes(openssl("genpkey", "-algorithm", "Ed25519"))
    public.write_bytes(openssl("pkey", "-pubout", "-in", private))
    return private, public


def test_what_was_signed_is_read_again(tmp_path: Path) -> None:
    private, public = a_pair(tmp_path, "ours")
    assert Statement.read(STATEMENT.signed(private), public) == STATEMENT


@pytest.mark.parametrize(
    "forged",
    ["changed", "unsigned", "other", "nothing"],
)
def test_what_was_not_signed_is_refused(forged: str, tmp_path: Path) -> None:
    private, public = a_pair(tmp_path, "ours")
    other, _ = a_pair(tmp_path, "theirs")
    content = {
        "changed": STATEMENT.signed(private).replace(b'"rows": 7', b'"rows": 8'),
        "unsigned": STATEMENT.signed(private).partition(b"\n")[0],
        "other": replace(STATEMENT, rows=8).signed(other),
        "nothing": b"",
    }[forged]
    with pytest.raises(Refused, match="cannot be trusted"):
        Statement.read(content, public)


def test_without_the_public_key_nothing_is_trusted(tmp_path: Path) -> None:
    private, _ = a_pair(tmp_path, "ours")
    with pytest.raises(Refused, match="is missing"):
        Statement.read(STATEMENT.signed(private), tmp_path / "nothing")


def test_the_digest_is_of_the_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"abc")
    assert digest_of(file) == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        3,
    )
