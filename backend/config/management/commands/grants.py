"""`manage.py grants`: make the database's privileges agree with `backend.config.grants`."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from backend.audit.operators import operated
from backend.config.grants import statements, uncovered


class Command(BaseCommand):
    help = "Grant web, worker and beat what backend/config/grants.py declares, and nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--print", action="store_true", help="show the SQL, change nothing")

    def handle(self, *_arguments: object, **options: object) -> None:
        if missing := uncovered():
            raise CommandError(f"backend/config/grants.py says nothing about {', '.join(missing)}.")
        sql = list(statements(connection))
        if options["print"]:
            self.stdout.write(";\n".join(sql) + ";")
            return
        with operated("grants"), connection.cursor() as cursor:
            for statement in sql:
                cursor.execute(statement)
        self.stdout.write(f"{len(sql)} statements: privileges are as declared.")
