"""`manage.py inventory`: the data inventory as docs/inventory.md has it."""

from django.core.management.base import BaseCommand

from backend.inventory.prose import prose


class Command(BaseCommand):
    help = "Print the data inventory as Markdown: every column, and every field that may enter."
    requires_system_checks = ()

    def handle(self, *_arguments: object, **_options: object) -> None:
        self.stdout.write(prose(), ending="")
