"""Web and worker do not start beside a database that has forgotten an erasure: what was erased would come back."""

from pathlib import Path

from django.conf import settings

from backend.tombstones import graves

_REAPPLY = (
    "The journal of tombstones knows of erasures that this database does not, as after an old backup came back. Apply "
    "them again first, as the database's owner: `docker compose run --rm migrate python manage.py erasures reapply "
    "--accept`. If no backup came back, compare the journal with your copy instead."
)


def check() -> None:
    """Raises SystemExit, with what to do."""
    folder = Path(settings.TOMBSTONES_DIR)
    if not folder.is_dir():
        message = f"There is no folder {folder} for the journal of tombstones: `scripts/appliance install` makes it."
        raise SystemExit(message)
    if next(graves.forgotten(), None) is not None:
        raise SystemExit(_REAPPLY)
