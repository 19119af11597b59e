"""Where this process finds its secret files."""

from pathlib import Path

from django.conf import settings


def secret_file(name: str) -> Path:
    """The path of one secret file; whether it is there depends on the process."""
    return Path(settings.SECRETS_DIR) / name
