"""Accounts of people who were erased on request: none is made again before an owner lifts the tombstone."""

from collections.abc import Iterable
from typing import Final

from backend.people.graves import ADDRESS, DIRECTORY, SUBJECT, of_address, of_directory, of_subject
from backend.tombstones.graves import buried

REFUSED: Final = (
    "This person was erased from Plumbline on request, so no account is made. Where there is a new reason to keep "
    "one, an owner has the tombstone lifted (`manage.py erasures lift`); then this works."
)


def was_erased(
    *,
    addresses: Iterable[str] = (),
    directory: Iterable[str] = (),
    subjects: Iterable[tuple[str, str]] = (),
) -> bool:
    """By any of these, as they were told. No statement where nobody was ever erased."""
    return bool(
        buried(ADDRESS, {of_address(one).text for one in addresses if one})
        or buried(DIRECTORY, {of_directory(one).text for one in directory if one})
        or buried(SUBJECT, {of_subject(*one).text for one in subjects})
    )
