"""Entity tags of what was read by REST, so that the source can be asked whether anything changed, which is free.

A tag may be kept where a 304 is enough, and in the transaction that stores what it stands for. With another token the
server gives other tags: those of a GitHub App hold for an hour.
"""

from django.utils import timezone

from backend.connections.models import Connection
from backend.sources.models import Validator


def recall(connection: Connection, path: str) -> str:
    """For `GitHub.get(…, unless=…)`; empty where there is none."""
    rows = Validator.objects.filter(connection=connection, path=path)
    return rows.values_list("etag", flat=True).first() or ""


def keep(*, connection: Connection, path: str, etag: str) -> None:
    """What `Answer.etag` told. An empty one, or one that is too long, is forgotten: it is asked for in full again."""
    longest = Validator._meta.get_field("etag").max_length or 0
    if not etag or len(etag) > longest:
        Validator.objects.filter(connection=connection, path=path).delete()
        return
    Validator.objects.update_or_create(
        connection=connection, path=path, defaults={"etag": etag, "stored_at": timezone.now()}
    )
