"""`manage.py destinations`: where the configuration leads, as JSON, for scripts/appliance egress on the host."""

import json

from django.core.management import BaseCommand

from backend.governance.destinations import permitted_destinations


class Command(BaseCommand):
    help = "Where the configuration leads, and what in it does, as JSON."

    def handle(self, *_arguments: object, **_options: object) -> None:
        found = [
            {
                "destination": one.destination,
                "purposes": [str(purpose) for purpose in one.purposes],
                "because": list(one.because),
            }
            for one in permitted_destinations()
        ]
        self.stdout.write(json.dumps(found, indent=1))
