"""How long data is kept: `policies` declares it, `periods` is what people decided, `preview` tells what would go, and
`engine` removes it at night.
"""

from datetime import UTC, time
from typing import Final

RUNS_AT: Final = time(1, 15, tzinfo=UTC)
"""Before everything is read again at half past two."""
