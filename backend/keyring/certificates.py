"""Until when the installation's certificates are good: what the installer put where this process may look."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from django.conf import settings
from django.utils import timezone

SOON_DAYS: Final = 30
"""From then on administrators are told, on all pages, and the audit log each day."""
NEAR_DAYS: Final = 14
URGENT_DAYS: Final = 7
TOLD: Final = {
    "public": "what browsers see",
    "postgres": "the database's",
    "valkey": "the broker's",
    "web": "web's, towards nginx",
    "authority": "that of the installation's own authority",
}


@dataclass(frozen=True)
class Certificate:
    name: str
    """Its file's: one of `TOLD`."""
    ends_at: datetime

    @property
    def told(self) -> str:
        return TOLD.get(self.name, self.name)

    @property
    def days(self) -> int:
        """Whole days left; below zero once it has ended."""
        return (self.ends_at - timezone.now()).days

    @property
    def urgency(self) -> str | None:
        for name, limit in (("urgent", URGENT_DAYS), ("near", NEAR_DAYS), ("soon", SOON_DAYS)):
            if self.days <= limit:
                return name
        return None


def certificates() -> list[Certificate]:
    """Those that are there, the one that ends first first; none in a demo."""
    found = [_read(file) for file in Path(settings.CERTIFICATES_DIR).glob("*.pem")]
    return sorted(found, key=lambda certificate: certificate.ends_at)


def ending() -> list[Certificate]:
    return [certificate for certificate in certificates() if certificate.urgency]


def _read(file: Path) -> Certificate:
    """A chain ends with the first of it that does. What cannot be read counts as ended: somebody must look."""
    try:
        chain = x509.load_pem_x509_certificates(file.read_bytes())
    except ValueError:
        return Certificate(file.stem, datetime.fromtimestamp(0, UTC))
    return Certificate(file.stem, min(one.not_valid_after_utc for one in chain))
