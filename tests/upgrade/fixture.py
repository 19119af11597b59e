"""What a release leaves behind, kept as a fixture: a backup and its configuration, made when it is given away.

`PYTHONPATH=.:scripts python -m tests.run python -m tests.upgrade.fixture` writes releases/VERSION/, of this commit's
version; tests then upgrade it for ever after. A small world: four people, five merged pull requests with their figures,
an account, a token and a webhook's secret, audit events. The backup is as the appliance makes it, encrypted and signed;
what opens it lies beside it, and is good for nothing else.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from host import configuration
from host.bundle.contents import version_in
from host.places import SIGNED, name_at
from host.programs import openssl
from host.statements import Statement, digest_of

from tests.servers import make_secrets, program, with_programs

TOP = Path(__file__).resolve().parents[2]
RELEASES = Path(__file__).with_name("releases")
DATABASE = f"fixture_{os.getpid()}"
MERGED = 5
TOKEN, SECRET = "ghp_ofnobody0123456789", "of a webhook of nobody"
KEYS = "test-keys"
SERVICES_KEYS = ("web_key", "worker_private_key")
ABOUT_KEYS = """\
Keys FOR TESTS ONLY, made for the backup beside this folder and never used elsewhere. That holds made-up data, and the
tests must open it: nothing here is a secret.

identity             opens the backup (age)
verify_key           shows that it is signed; the key that signed it is gone
web_key              opens what web keeps to itself in it
worker_private_key   opens what is sealed to the worker in it
"""
CONFIGURATION = {
    ("site", "url"): "https://plumbline.example:8443",
    ("site", "bind"): "10.0.0.1",
    ("size", "worker_memory"): "6g",
}


def postgres(name: str, *arguments: str) -> str:
    """One of Postgres' own programs, on the tests' server."""
    server = ("--host", os.environ["PLUMBLINE_DATABASE_HOST"], "--username", "postgres")
    done = subprocess.run(
        [program(name), *server, *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout


def manage(database: str, *arguments: str) -> str:
    environment = os.environ | {"PLUMBLINE_DATABASE_NAME": database}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=TOP,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def fill() -> None:
    import django  # noqa: PLC0415 - not before the database's name is known

    django.setup()

    from backend.accounts.models import User  # noqa: PLC0415
    from backend.connections.models import Connection  # noqa: PLC0415
    from backend.connections.store import set_token, set_webhook_secret  # noqa: PLC0415
    from backend.metrics.measuring import measure_some  # noqa: PLC0415
    from tests.factories import History, a_connection, a_repository, a_team, an_identity  # noqa: PLC0415

    connection: Connection = a_connection()
    set_token(connection=connection, token=TOKEN)
    set_webhook_secret(connection=connection, secret=SECRET)
    *authors, reviewer = (an_identity(connection) for _ in range(4))
    a_team(*authors, reviewer, slug="team-a")
    history = History(a_repository(connection))
    for number in range(MERGED):
        history.pull(
            authors[number % len(authors)],
            merged=10 + number,
            commits=(-5, -1),
            reviews=((4, "approved", reviewer),),
        )
    User.objects.create(email="lead@plumbline.example")
    while measure_some():
        pass


def back_up(folder: Path, version: str) -> None:
    """As `scripts/appliance backup` does, to a recipient and with a signature of tests."""
    from tests.backups.places import a_key, backed_up  # noqa: PLC0415

    key, file = a_key(), folder / name_at(datetime.now(UTC))
    manifest = backed_up(file, key.recipient, release=version)
    sha256, size = digest_of(file)
    statement = Statement(
        name=file.name,
        made_at=manifest.made_at,
        release=version,
        size=size,
        sha256=sha256,
        tables=len(manifest.tables),
        rows=manifest.rows,
    )
    with tempfile.NamedTemporaryFile() as signing:
        signing.write(openssl("genpkey", "-algorithm", "Ed25519"))
        signing.flush()
        file.with_name(file.name + SIGNED).write_bytes(statement.signed(Path(signing.name)))
        public = openssl("pkey", "-pubout", "-in", signing.name)
    (folder / KEYS / "identity").write_bytes(b"# FOR TESTS ONLY\n" + key.identity)
    (folder / KEYS / "verify_key").write_bytes(public)


def make() -> None:
    version = version_in((TOP / "pyproject.toml").read_text())
    folder = RELEASES / version
    shutil.rmtree(folder, ignore_errors=True)
    (folder / KEYS).mkdir(parents=True)
    (folder / KEYS / "README").write_text(ABOUT_KEYS)
    postgres("createdb", DATABASE)
    try:
        with tempfile.TemporaryDirectory() as temporary:
            secrets = make_secrets(Path(temporary) / "secrets")
            os.environ |= {
                "PATH": with_programs(os.environ["PATH"]),
                "PLUMBLINE_DATABASE_NAME": DATABASE,
                "PLUMBLINE_SECRETS_DIR": str(secrets),
                "PLUMBLINE_TOMBSTONES_DIR": temporary,
            }
            manage(DATABASE, "migrate", "--noinput", "--verbosity", "0")
            fill()
            back_up(folder, version)
            for name in SERVICES_KEYS:
                (folder / KEYS / name).write_bytes((secrets / name).read_bytes())
    finally:
        postgres("dropdb", "--force", DATABASE)
    written = configuration.written("", CONFIGURATION)
    (folder / "appliance.conf").write_text(written)


if __name__ == "__main__":
    make()
