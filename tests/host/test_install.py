"""What `scripts/appliance install` works out by itself, without a running stack."""

import os
import stat
from pathlib import Path

import pytest
from host.configuration import Configuration, checked, load
from host.ending import Refused
from host.environment import PROJECT, known_variables, variables, with_variables
from host.folders import Folder
from host.install import (
    check_files,
    give_mail,
    new_text,
    refuse_beside_another,
    refuse_to_leave_data,
)
from host.installed import Installed, record
from host.keys import verify_keys
from host.programs import openssl
from host.settings import SETTINGS
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


def _variables(tmp_path: Path, *arguments: str) -> dict[str, str]:
    """What .env says after an installation with these options, where it had what stands in `env`."""
    options = parser().parse_args(["install", "--config", f"{tmp_path}/conf", *arguments])
    env = tmp_path / "env"
    lines = env.read_text().splitlines() if env.exists() else []
    options.config.write_text(new_text(options, known_variables(lines)))
    env.write_text(with_variables(lines, variables(load(options.config))))
    return known_variables(env.read_text().splitlines())


def test_a_syslog_server_is_told_to_the_sealer(tmp_path: Path) -> None:
    plain = _variables(tmp_path, "--url", "https://a.example")
    assert not {name for name in plain if "SYSLOG" in name}
    found = _variables(tmp_path, "--syslog", "logs.example", "--syslog-ca", "ca.pem")
    assert (found["PLUMBLINE_SYSLOG_HOST"], found["PLUMBLINE_SYSLOG_PORT"]) == (
        "logs.example",
        "6514",
    )


MAIL = "[site]\nurl = https://a.example\n[mail]\nserver = mail.example\nfrom = p@a.example\n"


def test_a_mail_server_is_told_without_the_password(tmp_path: Path) -> None:
    (tmp_path / "conf").write_text(MAIL)
    found = {name: value for name, value in _variables(tmp_path).items() if "MAIL" in name}
    plain = {
        "PLUMBLINE_MAIL_HOST": "mail.example",
        "PLUMBLINE_MAIL_PORT": "587",
        "PLUMBLINE_MAIL_FROM": "p@a.example",
    }
    assert found == plain
    signed_in = "user = p\npassword = /etc/mail-password\nauthority = /ca.pem\n"
    (tmp_path / "conf").write_text(MAIL + signed_in)
    found = {name: value for name, value in _variables(tmp_path).items() if "MAIL" in name}
    assert found == plain | {
        "PLUMBLINE_MAIL_USER": "p",
        "PLUMBLINE_MAIL_CA_FILE": "/run/secrets/mail_ca.pem",
    }
    (tmp_path / "conf").write_text("[site]\nurl = https://a.example\n")
    assert not {name for name in _variables(tmp_path) if "MAIL" in name}


def test_the_worker_alone_is_given_the_password_and_loses_it_when_it_is_said_no_longer(
    tmp_path: Path,
) -> None:
    for name in ("password", "ca.pem"):
        (tmp_path / name).write_text(f"{name}\n")
    files = f"user = p\npassword = {tmp_path}/password\nauthority = {tmp_path}/ca.pem\n"
    worker = Folder(tmp_path / "worker", os.getuid())
    give_mail(worker, checked(MAIL + files, "it"))
    assert worker.changed
    kept = {file.name: file for file in worker.path.iterdir()}
    assert kept.keys() == {"mail_password", "mail_ca.pem"}
    assert kept["mail_password"].read_text() == "password\n"
    assert {stat.S_IMODE(file.stat().st_mode) for file in kept.values()} == {0o400}
    again = Folder(tmp_path / "worker", os.getuid())
    give_mail(again, checked(MAIL + files, "it"))
    assert not again.changed
    without = Folder(tmp_path / "worker", os.getuid())
    give_mail(without, checked(MAIL, "it"))
    assert without.changed
    assert list(worker.path.iterdir()) == []


def test_a_file_that_is_empty_or_not_there_is_refused_before_anything_changes(
    tmp_path: Path,
) -> None:
    file = tmp_path / "password"
    found = checked(f"{MAIL}user = p\npassword = {file}\n", "it")
    with pytest.raises(Refused, match=r"\[mail\] password: there is no file"):
        check_files(found)
    file.write_text("\n")
    with pytest.raises(Refused, match=r"\[mail\] password: .* is empty"):
        check_files(found)


def test_installing_again_keeps_what_was_said_before_and_what_was_added(tmp_path: Path) -> None:
    first = ["--url", "https://a.example", "--port", "8443", "--bind", "10.0.0.1"]
    before = _variables(
        tmp_path, *first, "--syslog", "logs.example:10514", "--syslog-ca", "/ca.pem"
    )
    assert before["PLUMBLINE_SYSLOG_PORT"] == "10514"
    with (tmp_path / "env").open("a") as file:
        file.write("# For the works council\nPLUMBLINE_BUILD_CA=/ca.pem\n")
    again = _variables(tmp_path, "--url", "https://a.example")
    assert again == before | {"PLUMBLINE_BUILD_CA": "/ca.pem"}
    text = (tmp_path / "env").read_text()
    assert "# For the works council\n" in text
    _variables(tmp_path)
    assert (tmp_path / "env").read_text() == text


def test_a_changed_address_does_not_keep_the_former_port(tmp_path: Path) -> None:
    _variables(tmp_path, "--url", "https://a.example", "--port", "8443")
    assert _variables(tmp_path, "--url", "https://b.example")["PLUMBLINE_PORT"] == "443"


def test_an_installation_from_before_the_file_becomes_one_with_the_same_values(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    (data / "secrets/nginx").mkdir(parents=True)
    (data / "own-certificate").touch()
    (data / "secrets/nginx/metrics_allow.conf").write_text("allow 10.0.0.1;\nallow 10.1.0.0/16;\n")
    known = {
        "PLUMBLINE_URL": "https://a.example",
        "PLUMBLINE_PORT": "8443",
        "PLUMBLINE_BIND": "10.0.0.1",
        "PLUMBLINE_DATA": str(data),
        "PLUMBLINE_SYSLOG_HOST": "logs.example",
        "PLUMBLINE_SYSLOG_PORT": "10514",
        "PLUMBLINE_AUDIT_DAYS": "1825",
        "PLUMBLINE_BUILD_CA": "/ca.pem",
    }
    # What a former version wrote beside it goes: the sealer's network has no way out of its own any more.
    former = known | {"PLUMBLINE_SYSLOG_INTERNAL": "false"}
    (tmp_path / "env").write_text("".join(f"{name}={value}\n" for name, value in former.items()))
    became = _variables(tmp_path)
    assert known.items() <= became.items()
    assert "PLUMBLINE_SYSLOG_INTERNAL" not in became
    found = load(tmp_path / "conf")
    assert found.words("metrics", "allow") == ["10.0.0.1/32", "10.1.0.0/16"]
    assert found["tls", "certificate"] == str(data / "secrets/nginx/server.crt")
    assert found["syslog", "authority"] == str(data / "secrets/sealer/syslog_ca.pem")


def test_another_data_folder_is_taken_once_the_data_are_in_it(tmp_path: Path) -> None:
    former, new = tmp_path / "former", tmp_path / "new"
    found = Configuration(
        {setting.key: setting.default for setting in SETTINGS} | {("data", "folder"): str(new)}
    )
    known = {"PLUMBLINE_DATA": str(former)}
    refuse_to_leave_data(found, {})
    refuse_to_leave_data(found, known)
    for folder in (former, new):
        folder.mkdir()
    (former / "release.json").write_text("{}")
    with pytest.raises(Refused, match="move them first"):
        refuse_to_leave_data(found, known)
    (new / "release.json").write_text("{}")
    refuse_to_leave_data(found, known)


def test_a_folder_beside_the_one_that_runs_installs_nothing(tmp_path: Path) -> None:
    refuse_beside_another(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".env").touch()
    record(tmp_path, Installed("0.9.0", "", elsewhere, elsewhere / ".env"))
    with pytest.raises(Refused, match=r"0\.9\.0 runs on .* from .*elsewhere"):
        refuse_beside_another(tmp_path)
    # An upgrade prepares what it is to start.
    (tmp_path / "upgrade.json").touch()
    refuse_beside_another(tmp_path)
    (tmp_path / "upgrade.json").unlink()
    # What was moved here, or what an upgrade has put away.
    (elsewhere / ".env").unlink()
    refuse_beside_another(tmp_path)
    record(tmp_path, Installed("0.9.0", "", PROJECT, PROJECT / "pyproject.toml"))
    refuse_beside_another(tmp_path)
