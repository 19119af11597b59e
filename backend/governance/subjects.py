"""What can be erased, as it is chosen, and what stays of it."""

from typing import Final

from backend.accounts import people
from backend.connections.models import Connection
from backend.delivery.models import Repository
from backend.governance.models import Erasure
from backend.people.names import Names

MOST: Final = 20
_RECORD: Final = "The audit log, this request and its certificate"
STAYS: Final[dict[str, list[str]]] = {
    Erasure.Kind.PERSON: [
        "What they did, such as pull requests, reviews and issues, without their name",
        "Names within sentences of titles, and of files, tests and tags: no program knows whose they are",
        "Repositories under their own account, whose address has their login",
        _RECORD,
    ],
    Erasure.Kind.REPOSITORY: [
        "The people who worked on it",
        "Rules that name it by a pattern, such as org/*",
        "Texts of other repositories that mention it",
        _RECORD,
    ],
    Erasure.Kind.CONNECTION: [
        "People whom another connection or an account knows",
        "Teams that somebody built on: kept by hand from then on",
        "Rules that name its repositories by a pattern, such as org/*",
        _RECORD,
    ],
    Erasure.Kind.EVERYTHING: [
        "Accounts that may sign in, with their sessions and tokens, and the directory's list of them",
        "Settings of the organisation, and rules without a repository or project of their own",
        "Tombstones, and the journal of them",
        "The audit log, this request and its certificate",
    ],
}


def found(*, kind: str, search: str, names: Names) -> list[tuple[int, str]]:
    """The first few whose name holds each of the words; of everything there is none to choose."""
    if kind == Erasure.Kind.REPOSITORY:
        rows = Repository.objects.order_by("name_with_owner", "pk")
        for word in search.split():
            rows = rows.filter(name_with_owner__icontains=word)
        return list(rows.values_list("pk", "name_with_owner")[:MOST])
    if kind == Erasure.Kind.CONNECTION:
        known = Connection.objects.order_by("name", "pk")
        for word in search.split():
            known = known.filter(name__icontains=word)
        return list(known.values_list("pk", "name")[:MOST])
    if kind == Erasure.Kind.PERSON:
        some = people.people(names=names, search=search, show="all")[:MOST]
        return [(one.pk, names.of(str(one), person=one.pk) or "") for one in some]
    return []
