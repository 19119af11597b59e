"""What a release leaves behind, kept as a fixture: its database and its configuration, made when it is given away.

`PYTHONPATH=.:scripts python -m tests.run python -m tests.upgrade.fixture` writes releases/VERSION/, of this commit's
version; tests then upgrade it for ever after. A small world: four people, five merged pull requests with their figures,
an account, audit events.
"""

import os
import subprocess
import sys
from pathlib import Path

from host import configuration
from host.bundle.contents import version_in

from tests.servers import program

TOP = Path(__file__).resolve().parents[2]
RELEASES = Path(__file__).with_name("releases")
DATABASE = f"fixture_{os.getpid()}"
MERGED = 5
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
    from backend.metrics.measuring import measure_some  # noqa: PLC0415
    from tests.factories import History, a_connection, a_repository, a_team, an_identity  # noqa: PLC0415

    connection: Connection = a_connection()
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


def make() -> None:
    folder = RELEASES / version_in((TOP / "pyproject.toml").read_text())
    folder.mkdir(parents=True, exist_ok=True)
    postgres("createdb", DATABASE)
    try:
        manage(DATABASE, "migrate", "--noinput", "--verbosity", "0")
        os.environ["PLUMBLINE_DATABASE_NAME"] = DATABASE
        fill()
        dump = f"--file={folder / 'database.dump'}"
        postgres("pg_dump", "--format=custom", "--no-owner", "--no-privileges", dump, DATABASE)
    finally:
        postgres("dropdb", "--force", DATABASE)
    written = configuration.written("", CONFIGURATION)
    (folder / "appliance.conf").write_text(written)


if __name__ == "__main__":
    make()
