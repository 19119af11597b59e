"""Lifting tombstones: for a new purpose, such as a new contract, somebody who was erased may be stored again."""

from django.db import transaction

from backend.accounts.models import User
from backend.audit.events import record
from backend.people.graves import of_address
from backend.tombstones import graves


class NotLifted(ValueError):
    """The message says why."""


@transaction.atomic
def lift(*, address: str, acting_user: User) -> int:
    """All tombstones of the erasure that this address lies under; how many. What was erased stays so.

    Raises NotLifted and journal.JournalUnusable.
    """
    erasure = graves.erasure_of(*of_address(address))
    if erasure is None:
        raise NotLifted("Nobody who was erased lies under this address.")
    lifted = graves.lift(erasure_id=erasure)
    detail = {"erasure": erasure, "tombstones": lifted}
    record(name="tombstones_lifted", actor=acting_user, detail=detail)
    return lifted
