"""`manage.py grants`: make the database's privileges agree with the inventory."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from backend.audit.operators import operated
from backend.config.declared import complaints
from backend.config.grants import deviations, statements


class Command(BaseCommand):
    help = "Grant each process what backend/inventory declares, and nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--print", action="store_true", help="show the SQL, change nothing")

    def handle(self, *_arguments: object, **options: object) -> None:
        if found := complaints():
            raise CommandError("\n".join(found))
        sql = list(statements(connection))
        if options["print"]:
            self.stdout.write(";\n".join(sql) + ";")
            return
        with operated("grants"), connection.cursor() as cursor:
            for statement in sql:
                cursor.execute(statement)
            if found := deviations(connection):
                raise CommandError("\n".join(found))
        self.stdout.write(f"{len(sql)} statements: privileges are as declared.")
