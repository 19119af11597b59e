"""`manage.py connection`: add, check and list the outside systems that Plumbline may read."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.audit.operators import note, operated
from backend.connections import store
from backend.connections.models import Connection
from backend.pipeline import bell
from backend.pipeline.work import check_connection

_OF_GITHUB: Final = ("app_id", "key_file", "installation_id", "organisation")
_OF_JIRA: Final = ("email", "project")


class Command(BaseCommand):
    help = "Add, check and list connections."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        add = commands.add_parser("add", help="add a connection; a worker checks it at once")
        add.add_argument("kind", choices=Connection.Kind.values)
        add.add_argument(
            "--url",
            required=True,
            help="the server's address, https://HOST; of a Jira with the path below which it stands",
        )
        way = add.add_mutually_exclusive_group()
        way.add_argument(
            "--token-file", type=Path, help="file that holds the token and nothing else"
        )
        way.add_argument("--app-id", type=int, help="sign in as this GitHub App")
        add.add_argument(
            "--key-file", type=Path, help="the App's private key, as GitHub gave it for download"
        )
        add.add_argument(
            "--installation-id", type=int, help="of the App (default: its only installation)"
        )
        add.add_argument(
            "--ca-file", type=Path, help="PEM of the authority that signed its certificate"
        )
        add.add_argument("--name", default="", help="how to call it (default: the host)")
        add.add_argument(
            "--organisation",
            action="append",
            default=[],
            help="read this organisation; may be given again (default: all that the token sees)",
        )
        add.add_argument("--email", default="", help="Jira Cloud: whose API token it is")
        add.add_argument(
            "--project",
            action="append",
            default=[],
            help="Jira: read this project, by key or glob; may be given again (default: all that the token sees)",
        )
        check = commands.add_parser("check", help="try a connection now, in this process")
        check.add_argument("slug", nargs="?", default="")
        check.add_argument(
            "--failing", action="store_true", help="have a worker try all that fail instead"
        )
        commands.add_parser("list", help="list connections and how they fare")

    def handle(self, *_arguments: object, **options: object) -> None:
        match options["command"]:
            case "add":
                self._add(options)
            case "check" if options["failing"]:
                self._ring_for_failing()
            case "check":
                self._check(str(options["slug"]))
            case _:
                self._list()

    def _add(self, options: dict[str, object]) -> None:
        is_jira = options["kind"] in store.JIRA_KINDS
        _refuse_foreign(options, _OF_GITHUB if is_jira else _OF_JIRA, is_jira=is_jira)
        ca_file, token_file = options["ca_file"], options["token_file"]
        organisations = options["organisation"]
        try:
            with operated("connection add"):
                connection = store.add_connection(
                    kind=str(options["kind"]),
                    url=str(options["url"]),
                    name=str(options["name"]),
                    token=_read(token_file) if token_file else None,
                    app=_app(options),
                    ca_certificate=_read(ca_file) if ca_file else "",
                    organisations=organisations if isinstance(organisations, list) else [],
                    jira=_jira(options) if is_jira else None,
                )
        except store.InvalidConnection as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Added {connection.slug}.")
        if not connection.credentials.exists():
            self.stdout.write("In the browser, create its GitHub App: Administration, Connections.")
        elif bell.ring(bell.CHECK, connection.pk):
            kind = "jira" if is_jira else "github"
            self.stdout.write(
                f"A worker checks it now; see how it went: manage.py connection list.\n"
                f"Webhooks go to /hooks/{kind}/{connection.slug}."
            )
        else:
            self.stdout.write(
                f"No worker can be rung: run manage.py connection check {connection.slug}."
            )

    def _check(self, slug: str) -> None:
        connection = Connection.objects.filter(slug=slug).first()
        if connection is None:
            raise CommandError(f"There is no connection {slug}: see manage.py connection list.")
        note("connection check")
        check_connection(connection)
        self._tell(connection)
        if connection.state != Connection.State.WORKING:
            raise CommandError(f"{connection.state_reason} {connection.state_action}")

    def _ring_for_failing(self) -> None:
        for connection in Connection.objects.filter(state=Connection.State.FAILING):
            if not bell.ring(bell.CHECK, connection.pk):
                raise CommandError("No worker can be rung: docker compose ps worker valkey")
            self.stdout.write(f"A worker tries {connection.slug} now.")

    def _list(self) -> None:
        for connection in Connection.objects.order_by("slug"):
            self._tell(connection)

    def _tell(self, connection: Connection) -> None:
        when = f"{connection.checked_at:%Y-%m-%d %H:%M} UTC" if connection.checked_at else "not yet"
        self.stdout.write(
            f"{connection.slug}  {connection.url}  {connection.get_state_display()}  checked {when}"
        )
        if connection.state_reason:
            self.stdout.write(f"  {connection.state_reason} {connection.state_action}")
        for one in connection.permissions:
            if one["verdict"] != "ok":
                self.stdout.write(f"  {one['name']}: {one['verdict']}. {one['action']}")


def _refuse_foreign(options: dict[str, object], names: Iterable[str], *, is_jira: bool) -> None:
    """Raises CommandError where an option was given that means nothing to this kind of source."""
    given = [f"--{name.replace('_', '-')}" for name in names if options[name] not in (None, "", [])]
    if given:
        whose, instead = ("GitHub", "--token-file") if is_jira else ("a Jira", "--organisation")
        raise CommandError(
            f"{', '.join(given)} {'means' if len(given) == 1 else 'mean'} something to {whose} alone: "
            f"leave it out. See {instead}."
        )
    if is_jira and options["token_file"] is None:
        raise CommandError(
            "A Jira is read with a token: write it to a file and name that with --token-file."
        )


def _jira(options: dict[str, object]) -> store.JiraChoice:
    projects = options["project"]
    return store.JiraChoice(
        email=str(options["email"]),
        projects=tuple(projects) if isinstance(projects, list) else (),
    )


def _app(options: dict[str, object]) -> store.AppSignIn | None:
    """The App that is typed in. Raises CommandError where only half of it is."""
    app_id, key_file = options["app_id"], options["key_file"]
    installation = options["installation_id"]
    if app_id is None and key_file is None and installation is None:
        return None
    if not isinstance(app_id, int) or key_file is None:
        raise CommandError("A GitHub App needs both --app-id and --key-file.")
    return store.AppSignIn(
        app_id=app_id,
        private_key=_read(key_file),
        installation_id=installation if isinstance(installation, int) else None,
    )


def _read(path: object) -> str:
    try:
        return Path(str(path)).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
