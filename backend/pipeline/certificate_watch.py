"""Says each day which certificates of the installation end soon."""

import structlog
from django.db import transaction

from backend.audit.events import record
from backend.keyring.certificates import ending

log = structlog.get_logger(__name__)
ENDS_SOON = "certificate_ends_soon"


@transaction.atomic
def tell_ending() -> None:
    """In the log and on record."""
    for certificate in ending():
        detail = {"certificate": certificate.name, "days": certificate.days}
        tell = log.error if certificate.urgency == "urgent" else log.warning
        tell(ENDS_SOON, **detail)
        record(name=ENDS_SOON, detail=detail)
