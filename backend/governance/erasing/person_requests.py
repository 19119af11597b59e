"""Requests of a person about their own data: these outlive the person, and name them no more."""

from collections.abc import Collection
from typing import Final

from django.db.models import Q

from backend.governance.models import SubjectRequest

TEXTS: Final = ("who", "text", "identity_checked", "extension_reason", "outcome_text")
"""What people type, and may name somebody in."""


def forget(*, person: int, accounts: Collection[int]) -> int:
    """Name somebody who is being erased in none of their requests any more; how many there were."""
    texts = dict.fromkeys(TEXTS, "")
    theirs = Q(person=person) | Q(account__in=accounts)
    return SubjectRequest.objects.filter(theirs).update(account=None, person=None, **texts)
