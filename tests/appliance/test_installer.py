"""What `scripts/appliance` works out by itself, without a running stack."""

from pathlib import Path

from tests.processes import script

SCRIPT = script("appliance")


def test_a_new_signing_key_leaves_the_former_one_s_public_half_below_its_own(
    tmp_path: Path,
) -> None:
    file = tmp_path / "audit_verify_key"
    former, current = (
        SCRIPT.openssl("genpkey", "-algorithm", "Ed25519"),
        SCRIPT.openssl("genpkey", "-algorithm", "Ed25519"),
    )
    halves = [SCRIPT.openssl("pkey", "-pubout", stdin=key) for key in (current, former)]
    for key in (former, former, current, current):
        file.write_bytes(SCRIPT.verify_keys(file, key))
    assert file.read_bytes() == b"".join(halves)


def test_a_syslog_server_opens_the_sealer_s_network() -> None:
    assert SCRIPT.syslog_variables(None) == ""
    assert SCRIPT.syslog_variables("logs.example").splitlines() == [
        "PLUMBLINE_SYSLOG_HOST=logs.example",
        "PLUMBLINE_SYSLOG_PORT=6514",
        "PLUMBLINE_SYSLOG_INTERNAL=false",
    ]
    assert "PORT=10514\n" in SCRIPT.syslog_variables("logs.example:10514")
