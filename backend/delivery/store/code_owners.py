"""What a repository's CODEOWNERS say, as of its default branch's tip."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from backend.delivery.code_owners import OwnerLine
from backend.delivery.models import OwnerPattern, Repository
from backend.delivery.store.nameless import without_owners
from backend.delivery.store.tables import one_writer


@transaction.atomic
def keep_owner_patterns(*, repository: Repository, lines: Sequence[OwnerLine]) -> bool:
    """Make the repository's patterns these; returns whether they were others."""
    one_writer(repository)
    gone = without_owners(repository, {owner for line in lines for owner in line.owners})
    lines = [
        replace(line, owners=tuple(gone.get(owner, owner) for owner in line.owners))
        for line in lines
    ]
    stored = repository.owner_patterns.order_by("position")
    known = [
        OwnerLine(position, pattern, tuple(owners))
        for position, pattern, owners in stored.values_list("position", "pattern", "owners")
    ]
    if known == lines:
        return False
    repository.owner_patterns.all().delete()
    OwnerPattern.objects.bulk_create(
        OwnerPattern(
            repository=repository,
            position=line.position,
            pattern=line.pattern,
            owners=list(line.owners),
        )
        for line in lines
    )
    return True
