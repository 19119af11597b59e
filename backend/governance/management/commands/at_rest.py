"""`manage.py at_rest`: put on record who answers for encryption at rest. Run by web each time that it starts."""

from django.core.management import BaseCommand

from backend.governance.at_rest import record_attestations


class Command(BaseCommand):
    help = "Put on record who answers for encryption at rest, each attestation once."

    def handle(self, *_arguments: object, **_options: object) -> None:
        self.stdout.write(f"{record_attestations()} attestations are new on record.")
