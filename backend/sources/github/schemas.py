"""What a host's GraphQL knows, remembered for all sessions: one introspection for each host and version."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from django.utils import timezone

from backend.sources.github.queries import CAPABILITIES
from backend.sources.models import ServerSchema

LASTS: Final = timedelta(days=7)
"""Where the host tells no version, as GitHub's cloud does, it may have changed by then."""
_QUESTION: Final = sha256(CAPABILITIES.encode()).hexdigest()


@dataclass(frozen=True)
class HostSchema:
    """Of one host, in the database. An answer to another question than today's is none."""

    host: str

    def recall(self, version: str) -> dict[str, Any] | None:
        """What is known of this version; of any, where it is not told yet."""
        row = ServerSchema.objects.filter(host=self.host, question=_QUESTION).first()
        if row is None or (version and version != row.version):
            return None
        if not row.version and timezone.now() - row.asked_at > LASTS:
            return None
        return dict(row.known)

    def remember(self, version: str, known: dict[str, Any]) -> None:
        told = {"version": version, "question": _QUESTION, "known": known}
        ServerSchema.objects.update_or_create(
            host=self.host, defaults=told | {"asked_at": timezone.now()}
        )

    def forget(self) -> None:
        """The server refused a query that was made by it."""
        ServerSchema.objects.filter(host=self.host).delete()
