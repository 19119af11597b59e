"""What time it is for figures: the real time, but in the demo, which shows a history that ended on some day.

Leases, sessions, one-time codes and the audit log always go by the real time.
"""

from datetime import datetime

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """Aware, in UTC."""
    moment: datetime = timezone.now() + settings.CLOCK_OFFSET
    return moment
