"""What `scripts/appliance` works out by itself, without a running stack."""

from pathlib import Path
from urllib.parse import urlsplit

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


def _variables(lines: list[str], *arguments: str) -> dict[str, str]:
    """What .env says after an installation with these options, where it had these lines before."""
    options = SCRIPT.parser().parse_args(["install", "--data", "/srv", *arguments])
    own = SCRIPT.variables(options, urlsplit(options.url), SCRIPT.known_variables(lines))
    known: dict[str, str] = SCRIPT.known_variables(SCRIPT.with_variables(lines, own).splitlines())
    return known


def test_a_syslog_server_opens_the_sealer_s_network() -> None:
    assert not {name for name in _variables([], "--url", "https://a.example") if "SYSLOG" in name}
    found = _variables([], "--url", "https://a.example", "--syslog", "logs.example")
    assert (found["PLUMBLINE_SYSLOG_HOST"], found["PLUMBLINE_SYSLOG_PORT"]) == (
        "logs.example",
        "6514",
    )
    assert found["PLUMBLINE_SYSLOG_INTERNAL"] == "false"


def test_installing_again_keeps_what_was_said_before_and_what_was_added() -> None:
    first = ["--url", "https://a.example", "--port", "8443", "--bind", "10.0.0.1"]
    before = _variables([], *first, "--syslog", "logs.example:10514")
    lines = [f"{name}={value}" for name, value in before.items()]
    lines += ["# For the works council", "PLUMBLINE_AUDIT_DAYS=1825"]
    assert _variables(lines, "--url", "https://a.example") == before | {
        "PLUMBLINE_AUDIT_DAYS": "1825"
    }
    own = SCRIPT.known_variables(lines)
    text = SCRIPT.with_variables(lines, own)
    assert "# For the works council\n" in text
    assert SCRIPT.with_variables(text.splitlines(), own) == text


def test_a_changed_address_does_not_keep_the_former_port() -> None:
    lines = ["PLUMBLINE_URL=https://a.example:8443", "PLUMBLINE_PORT=8443"]
    assert _variables(lines, "--url", "https://a.example")["PLUMBLINE_PORT"] == "443"
