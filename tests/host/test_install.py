"""What `scripts/appliance install` works out by itself, without a running stack."""

from pathlib import Path
from urllib.parse import urlsplit

from host.environment import known_variables, variables, with_variables
from host.keys import verify_keys
from host.programs import openssl
from host.verbs import parser


def test_a_new_signing_key_leaves_the_former_one_s_public_half_below_its_own(
    tmp_path: Path,
) -> None:
    file = tmp_path / "audit_verify_key"
    former, current = (
        openssl("genpkey", "-algorithm", "Ed25519"),
        openssl("genpkey", "-algorithm", "Ed25519"),
    )
    halves = [openssl("pkey", "-pubout", stdin=key) for key in (current, former)]
    for key in (former, former, current, current):
        file.write_bytes(verify_keys(file, key))
    assert file.read_bytes() == b"".join(halves)


def _variables(lines: list[str], *arguments: str) -> dict[str, str]:
    """What .env says after an installation with these options, where it had these lines before."""
    options = parser().parse_args(["install", "--data", "/srv", *arguments])
    own = variables(options, urlsplit(options.url), known_variables(lines))
    return known_variables(with_variables(lines, own).splitlines())


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
    own = known_variables(lines)
    text = with_variables(lines, own)
    assert "# For the works council\n" in text
    assert with_variables(text.splitlines(), own) == text


def test_a_changed_address_does_not_keep_the_former_port() -> None:
    lines = ["PLUMBLINE_URL=https://a.example:8443", "PLUMBLINE_PORT=8443"]
    assert _variables(lines, "--url", "https://a.example")["PLUMBLINE_PORT"] == "443"
