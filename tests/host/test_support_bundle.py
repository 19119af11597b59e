"""What leaves in a support bundle: no secret, nobody's name or address, no source code, however a log tells of it."""

import json
import os
import tarfile
from argparse import Namespace
from pathlib import Path

import pytest
from host import support_bundle
from host.ending import Refused
from host.sanitising import Sanitiser
from host.support_bundle import Made, Part

SECRET = "correct-horse"
HEX = "0123456789abcdef0123456789abcdef"
CLEAN = Sanitiser([SECRET, "short"], ["Ada Lovelace", "René", "adalove", "Al", ""])


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("mail to ada.l@people.example now", "mail to [mail address] now"),
        ("login=ada%40people.example", "login=[mail address]"),
        ("ADA LOVELACE, adalove; adalovely", "[name], [name]; adalovely"),
        ("by René.", "by [name]."),
        ("Al may be anything", "Al may be anything"),
        (f"opened with {SECRET}", "opened with [secret]"),
        ("git+https://user:pw@ghes.example/a", "git+https://[secret]@ghes.example/a"),
        ("GET /login?next=/people", "GET /login?[left out]"),
        ('{"password": "hunter22"}', '{"password": [secret]"}'),
        ("Authorization: Bearer abc", "Authorization: [secret]"),
        ("token=ghp_abc", "token=[secret]"),
        (f"/hooks/jira/one/{HEX}", "/hooks/jira/one/[secret]"),
        ("ghp_AbCdEf0123456789AbCdEf0123456789", "[secret]"),
        ("from 192.0.2.7 and 2001:db8::7", "from [network address] and [network address]"),
        ("at 2026-11-27 06:00:00.123 UTC", "at 2026-11-27 06:00:00.123 UTC"),
        (f'{{"request_id": "{HEX}"}}', f'{{"request_id": "{HEX}"}}'),
        (
            "Task sweep[606c5b9f-c42a-480b-91f2-56b29b416034]",
            "Task sweep[606c5b9f-c42a-480b-91f2-56b29b416034]",
        ),
        (
            "/opt/venv/lib/python3.13/site-packages/django/core/handlers/exception.py",
            "/opt/venv/lib/python3.13/site-packages/django/core/handlers/exception.py",
        ),
        ("idle_in_transaction_session_timeout", "idle_in_transaction_session_timeout"),
    ],
)
def test_what_is_taken_out_of_a_line_and_what_stays(said: str, told: str) -> None:
    assert CLEAN.text(said) == told


def test_of_our_own_logs_known_fields_and_known_lines_alone_are_kept() -> None:
    line = {"event": "request_finished", "code": 200, "request_id": HEX, "ip": "192.0.2.7"}
    said = "\n".join(
        [
            "\x1b[2K"
            + json.dumps(
                line | {"user_agent": "a browser", "body": "def their_source(): return 1"}
            ),
            "def their_source(): return 1",
            "[2026-11-27 06:00:00 +0000] [1] [INFO] Starting gunicorn",
            "Traceback (most recent call last):",
            '  File "/opt/manage.py", line 3, in main',
            "    their_source()",
            "django.core.exceptions.ImproperlyConfigured: PLUMBLINE_URL is missing",
        ]
    )
    kept = CLEAN.logs(said, is_json=True).splitlines()
    assert json.loads(kept[0]) == {"event": "request_finished", "code": 200, "request_id": HEX}
    assert "their_source" not in "\n".join(kept)
    assert len(kept) == 6
    assert kept[-1] == "(2 lines in no known form were left out)"


def test_of_a_log_that_is_no_json_every_line_is_kept_sanitised() -> None:
    said = "2026-11-27 06:00:00 UTC [1] LOG:  ready\nFATAL: no user adalove\n\x1b[2KAda Lovelace\n"
    assert CLEAN.logs(said, is_json=False).splitlines()[1:] == ["FATAL: no user [name]", "[name]"]


def made(name: str, text: str = "", missing: str = "") -> Made:
    return Made(Part(name, f"about {name}", str), text, missing)


def test_the_archive_says_what_is_in_it_and_what_is_missing_and_why(tmp_path: Path) -> None:
    file = tmp_path / "support.tar.gz"
    support_bundle.write(file, [made("one", "its text"), made("two", missing="web is down")])
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as archive:
        assert archive.getnames() == ["support/CONTENTS.txt", "support/one.txt"]
        contents = archive.extractfile("support/CONTENTS.txt")
        assert contents is not None
        told = contents.read().decode()
    assert "one: about one" in told
    assert "two: web is down" in told


def test_nothing_is_written_over(tmp_path: Path) -> None:
    file = tmp_path / "support.tar.gz"
    file.write_text("another one")
    with pytest.raises(FileExistsError):
        support_bundle.write(file, [])


def options(folder: Path, **given: object) -> Namespace:
    (folder / "env").write_text(f"PLUMBLINE_DATA={folder}\n")
    asked = {"env_file": folder / "env", "without": [], "list": False, "yes": False, "out": None}
    return Namespace(**asked | given)


def test_its_parts_are_told_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    support_bundle.run(options(tmp_path, list=True))
    told = capsys.readouterr().out
    for part in ("versions", "configuration", "doctor", "database-tables", "log-worker"):
        assert part in told
    with pytest.raises(Refused, match="--yes"):
        support_bundle.run(options(tmp_path))
    with pytest.raises(Refused, match="no part nowhere"):
        support_bundle.run(options(tmp_path, without=["nowhere"], yes=True))


def test_where_names_cannot_be_asked_nothing_that_may_hold_one_is_given(tmp_path: Path) -> None:
    """There is no database here."""
    file = tmp_path / "support.tar.gz"
    support_bundle.run(options(tmp_path, yes=True, out=file, without=["doctor", "services"]))
    with tarfile.open(file) as archive:
        names = set(archive.getnames())
        contents = archive.extractfile("support/CONTENTS.txt")
        assert contents is not None
        told = contents.read().decode()
    assert names <= {"support/CONTENTS.txt", "support/versions.txt"}
    assert "log-web: whose names to leave out cannot be asked" in told
    assert "doctor: left out by whoever made this" in told


def test_who_cannot_read_the_keys_gets_no_part_that_may_hold_one(tmp_path: Path) -> None:
    (tmp_path / "secrets/web").mkdir(parents=True)
    (tmp_path / "secrets/web/web_key").write_text("0123456789abcdef")
    (tmp_path / "env").write_text(f"PLUMBLINE_DATA={tmp_path}\n")
    found = support_bundle.Installation(tmp_path / "env")
    assert list(found.secrets()) == ["0123456789abcdef"]
    (tmp_path / "secrets/web").chmod(0)
    former = os.geteuid()
    if former == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(Refused, match="known to root alone"):
            list(found.secrets())
    finally:
        os.seteuid(former)
        (tmp_path / "secrets/web").chmod(0o700)
