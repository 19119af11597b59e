"""Print the API's OpenAPI document, the same bytes for the same code, for the typed client."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from backend.api.site import api


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401, ARG002 - Django's signature
        document = api.get_openapi_schema(path_prefix="/api/v1/")
        self.stdout.write(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False))
