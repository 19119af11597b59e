"""The support bundle of a running appliance. It comes after the tests of secrets: it puts one into the logs itself."""

import subprocess
import sys
import tarfile

from tests.appliance.stack import TOP, Stack


def test_a_support_bundle_holds_nothing_personal_and_no_secret(stack: Stack) -> None:
    """What it must not hold is put where logs and people's tables have it."""
    name, address = "Ada Markerlace", "ada.marker@people.example"
    stack.sql("INSERT INTO people_person (name) VALUES ('Ada Markerlace')")
    source = "def markersource(): return 1"
    secret = (stack.data / "secrets/web/database_password").read_text().strip()
    told = f"{name} {address} {source} {secret} /x?token={'z9' * 20}"
    for service in ("web", "postgres"):
        stack.run_in(service, "sh", "-c", 'printf "%s\\n" "$1" > /proc/1/fd/2', "-", told)
    file = stack.folder / "support.tar.gz"
    done = subprocess.run(
        [
            *(sys.executable, TOP / "scripts/appliance", "support-bundle", "--yes"),
            *("--env-file", stack.folder / "env", "--out", file),
        ],
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with tarfile.open(file) as archive:
        parts = {
            member.name: content.read().decode()
            for member in archive
            if (content := archive.extractfile(member))
        }
    assert {"support/log-web.txt", "support/log-postgres.txt", "support/doctor.txt"} <= parts.keys()
    assert "What is missing:\n  nothing" in parts["support/CONTENTS.txt"]
    assert "[name] [mail address]" in parts["support/log-postgres.txt"]
    whole = "\n".join(parts.values())
    for marker in ("Markerlace", "ada.marker", secret, "z9z9z9"):
        assert marker not in whole
    assert "markersource" not in parts["support/log-web.txt"]
    for file in (stack.data / "secrets").rglob("*_password"):
        assert file.read_text().strip() not in whole
