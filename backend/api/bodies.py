"""What the API reads of a request's body: JSON that says so."""

from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from backend.api.errors import Refused


class JsonAlone(Parser):
    """Raises Refused for every other type, and for none: what a form can send is no order to a program."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        if request.content_type != "application/json":
            raise Refused(
                415,
                "unsupported",
                "The body is not said to be JSON.",
                "Send it with the header Content-Type: application/json.",
            )
        return super().parse_body(request)
