"""The only writer of who is one person: joins, each with a record of what it moved, and their undoing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, Final

from django.db import connection as database
from django.db import models, transaction

from backend import clock
from backend.audit.events import record
from backend.people import spans
from backend.people.matching import Evidence, Join
from backend.people.models import Identity, Membership, Merge, Offer, Person

LOCK: Final = 7_301_212
"""Names the advisory lock of whoever changes who is who; any number that nobody else takes."""


class CannotUndo(ValueError):
    """Something has happened since that must be undone first; the message says what."""


class OwnPerson(ValueError):
    """Nobody says themself who they are: whoever a person is sees that one's own figures."""


def check_not_own(acting_user: models.Model | None, persons: Iterable[int | None]) -> None:
    """Raises OwnPerson where the account that acts is one of these persons."""
    own: int | None = getattr(acting_user, "person_id", None)
    if own is not None and own in set(persons):
        raise OwnPerson("This is about yourself: somebody else must say who you are.")


def alone() -> None:
    """Nobody else joins or undoes until this transaction ends."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


@transaction.atomic
def carry_out(
    *, joins: Sequence[Join], reason: str, acting_user: models.Model | None = None
) -> list[Merge]:
    """Join, however many: a fixed number of statements. What has changed since it was looked at is passed over.

    Raises OwnPerson.
    """
    alone()
    joins = _still_so(joins)
    check_not_own(acting_user, (pk for join in joins for pk in join.persons))
    if not joins:
        return []
    targets = _targets(joins)
    into = {
        gone: target
        for join, target in zip(joins, targets, strict=True)
        for gone in join.persons[1:]
    }
    identities = _move_identities(joins, targets, into)
    rows = _move_rows(joins, targets, into)
    memberships = _move_memberships(into)
    gone = dict(Person.objects.filter(pk__in=into).values_list("pk", "name"))
    _delete_people(gone)
    now = clock.now()
    merges = Merge.objects.bulk_create(
        Merge(
            person_key=target,
            reason=reason,
            acting_user=getattr(acting_user, "email", ""),
            evidence=join.evidence,
            merged_at=now,
            moved={
                "made": not join.persons,
                "persons": [[pk, gone[pk]] for pk in join.persons[1:]],
                "identities": identities[target],
                "rows": rows[target],
                "memberships": memberships[target],
            },
        )
        for join, target in zip(joins, targets, strict=True)
    )
    if acting_user is not None:
        for merge in merges:
            _answered_by(merge.person_key)
            record(name="people_merged", actor=acting_user, subject=merge)
    return merges


def joining(identities: Iterable[Identity] = (), persons: Iterable[int] = ()) -> Join:
    """The join that makes these one person."""
    given = list(identities)
    whose = {one.person_id for one in given if one.person_id is not None} | set(persons)
    loose = sorted(one.pk for one in given if one.person_id is None)
    return Join(tuple(loose), tuple(sorted(whose)))


@transaction.atomic
def undo(*, merge: Merge, acting_user: models.Model) -> None:
    """Make everything as it was before, and remember that these are not one person. Raises CannotUndo.

    What came to the person since stays with them. A later merge that moved the same things is to be undone first.
    """
    alone()
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    moved, person = merge.moved, merge.person_key
    _check_undoable(merge)
    Person.objects.bulk_create(Person(pk=pk, name=name) for pk, name in moved["persons"])
    for pk, former in moved["identities"]:
        Identity.objects.filter(pk=pk).update(person=former)
    for label, pk, former in moved["rows"]:
        if field := _relations().get(label):
            _give_rows(field, [(pk, former, person)])
    spans.restore(moved["memberships"])
    if moved["made"] and not _is_referred_to(person):
        _delete_people([person])
    _refuse_again(merge)
    merge.undone_at = clock.now()
    merge.undone_by = getattr(acting_user, "email", "")
    merge.save(update_fields=["undone_at", "undone_by"])
    record(name="merge_undone", actor=acting_user, subject=merge)


@transaction.atomic
def give(*, identity: Identity, person: Person | None, acting_user: models.Model) -> None:
    """Say whose an identity is; it is not offered again to whose it was. Raises OwnPerson."""
    alone()
    identity = Identity.objects.select_for_update().get(pk=identity.pk)
    former = identity.person_id
    if former == (person and person.pk):
        return
    check_not_own(acting_user, (former, person.pk if person else None))
    Identity.objects.filter(pk=identity.pk).update(person=person)
    if person is not None:
        Merge.objects.create(
            person_key=person.pk,
            reason=Merge.Reason.BY_HAND,
            acting_user=getattr(acting_user, "email", ""),
            merged_at=clock.now(),
            moved=_NOTHING | {"identities": [[identity.pk, former]]},
        )
        _answered_by(person.pk)
    if former is not None:
        kept = Identity.objects.filter(person=former).order_by("pk").values_list("pk", flat=True)
        _refuse(list(combinations((identity.pk, *kept[:1]), 2)))
    detail = {"former": former, "person": person and person.pk}
    record(name="identity_given", actor=acting_user, subject=identity, detail=detail)


@transaction.atomic
def accept(*, offer: Offer, acting_user: models.Model) -> Merge | None:
    """None: they are one person already. Raises OwnPerson."""
    alone()
    pair = Identity.objects.filter(pk__in=(offer.first_id, offer.second_id))
    join = joining(pair)
    join = replace(join, evidence=tuple(Evidence(*one) for one in offer.evidence))
    merges = carry_out(joins=[join], reason=Merge.Reason.ACCEPTED, acting_user=acting_user)
    Offer.objects.filter(pk=offer.pk).delete()
    return merges[0] if merges else None


@transaction.atomic
def refuse(*, offer: Offer, acting_user: models.Model) -> None:
    """They are two people, and are not offered again."""
    Offer.objects.filter(pk=offer.pk).update(answer=Offer.Answer.REFUSED, answered_at=clock.now())
    record(name="offer_refused", actor=acting_user, subject=offer)


_NOTHING: Final[dict[str, Any]] = {
    "made": False,
    "persons": [],
    "identities": [],
    "rows": [],
    "memberships": {"moved": [], "removed": [], "changed": []},
}


def _relations() -> dict[str, models.ForeignKey[Any]]:
    """What refers to a person besides identities and memberships, whatever floor it is on, by its dotted name."""
    fields = Person._meta.get_fields(include_hidden=True)
    referring = [one.field for one in fields if isinstance(one, models.ManyToOneRel)]
    return {
        f"{field.model._meta.label_lower}.{field.name}": field
        for field in referring
        if field.model not in {Identity, Membership}
    }


def _still_so(joins: Sequence[Join]) -> list[Join]:
    """Those of which nothing is somebody else's by now."""
    wanted = [pk for join in joins for pk in join.identities]
    people = [pk for join in joins for pk in join.persons]
    loose = set(
        Identity.objects.select_for_update()
        .filter(pk__in=wanted, person=None)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    there = set(
        Person.objects.select_for_update().filter(pk__in=people).values_list("pk", flat=True)
    )
    return [
        join
        for join in joins
        if loose.issuperset(join.identities)
        and there.issuperset(join.persons)
        and len(join.identities) + len(join.persons) + len(join.rows) > 1
    ]


def _targets(joins: Sequence[Join]) -> list[int]:
    new = [join for join in joins if not join.persons]
    names = _names([pk for join in new for pk in join.identities])
    made = iter(
        Person.objects.bulk_create(
            Person(name=min(names[pk] for pk in join.identities)[1]) for join in new
        )
    )
    return [join.persons[0] if join.persons else next(made).pk for join in joins]


def _names(ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """What a new person may be called: a name comes before an account's login, and that before an address."""
    rows = Identity.objects.filter(pk__in=ids).values_list("pk", "kind", "name", "login")
    return {
        pk: (0, name) if name else (1 + (kind == Identity.Kind.GIT), login[:200])
        for pk, kind, name, login in rows
    }


def _move_identities(
    joins: Sequence[Join], targets: Sequence[int], into: dict[int, int]
) -> dict[int, list[list[int | None]]]:
    moves: dict[int, tuple[int, int | None]] = {
        pk: (target, None)
        for join, target in zip(joins, targets, strict=True)
        for pk in join.identities
    }
    of_gone = Identity.objects.select_for_update().filter(person__in=into).order_by("pk")
    moves |= {one.pk: (into[one.person_id or 0], one.person_id) for one in of_gone}
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE people_identity AS one SET person_id = new.person"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS new (id, person) WHERE one.id = new.id",
            [list(moves), [target for target, _ in moves.values()]],
        )
    return _by_target((target, [pk, former]) for pk, (target, former) in moves.items())


def _move_rows(
    joins: Sequence[Join], targets: Sequence[int], into: dict[int, int]
) -> dict[int, list[Any]]:
    found: list[tuple[int, list[Any]]] = []
    loose: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for join, target in zip(joins, targets, strict=True):
        for label, pk in join.rows:
            loose[label].append((pk, target))
    for label, field in _relations().items():
        of_gone = _rows_of(field, into).values_list("pk", field.attname)
        moves = [(_key(pk), into[former], former) for pk, former in of_gone] if into else []
        moves += [(_key(pk), target, None) for pk, target in loose[label]]
        still = _give_rows(field, moves)
        found += [(target, [label, pk, former]) for pk, target, former in moves if pk in still]
    return _by_target(found)


def _rows_of(field: models.ForeignKey[Any], people: Iterable[int]) -> models.QuerySet[Any]:
    return field.model._base_manager.filter(**{f"{field.name}__in": list(people)})


def _key(pk: object) -> int | str:
    """As JSON keeps it: the directory's users are known by UUIDs."""
    return pk if isinstance(pk, int) else str(pk)


def _give_rows(
    field: models.ForeignKey[Any], moves: Sequence[tuple[int | str, int | None, int | None]]
) -> set[int | str]:
    """Of rows with their new and their former person, those that were still the former's."""
    if not moves:
        return set()
    key = field.model._meta.pk.db_type(database)
    quote = database.ops.quote_name
    table, column = quote(field.model._meta.db_table), quote(field.column)
    with database.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS one SET {column} = new.person"  # noqa: S608 - a model's own names
            f" FROM unnest(%s::{key}[], %s::bigint[], %s::bigint[]) AS new (id, person, former)"
            f" WHERE one.id = new.id AND one.{column} IS NOT DISTINCT FROM new.former RETURNING one.id",
            [list(column) for column in zip(*moves, strict=True)],
        )
        return {_key(pk) for (pk,) in cursor.fetchall()}


def _move_memberships(into: dict[int, int]) -> dict[int, spans.Moved]:
    found: dict[int, spans.Moved] = defaultdict(spans.nothing)
    if into:
        found.update(spans.move(into))
    return found


def _by_target(moves: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for target, move in moves:
        found[target].append(move)
    return found


def _delete_people(people: Iterable[int]) -> None:
    """Those whom nothing refers to any more: the database would refuse it otherwise."""
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM people_person WHERE id = ANY(%s)", [list(people)])


def _is_referred_to(person: int) -> bool:
    own = (model.objects.filter(person=person) for model in (Identity, Membership))
    others = (_rows_of(field, [person]) for field in _relations().values())
    return any(rows.exists() for rows in (*own, *others))


def _check_undoable(merge: Merge) -> None:
    if merge.undone_at is not None:
        raise CannotUndo("This was undone already.")
    later = Merge.objects.filter(pk__gt=merge.pk, undone_at=None).order_by("-pk")
    person, moved = merge.person_key, merge.moved
    took = later.filter(moved__persons__contains=[[person]]).first()
    if took is None and not Person.objects.filter(pk=person).exists():
        raise CannotUndo("The person that it made is no more.")
    own = {pk for pk, _ in moved["identities"]}
    held = Identity.objects.filter(pk__in=own, person=person).count()
    there = Identity.objects.filter(pk__in=own).count()
    touched = spans.touched(moved["memberships"])
    if took is None and (held < there or touched):
        took = next(
            (
                one
                for one in later
                if own & {pk for pk, _ in one.moved["identities"]}
                or touched & spans.touched(one.moved["memberships"])
            ),
            None,
        )
    if took is not None:
        raise CannotUndo(
            f"Merge {took.pk} of {took.merged_at:%Y-%m-%d} moved the same again: undo that first."
        )
    if held < there:
        raise CannotUndo("Some of these identities were given to somebody else by hand since.")


def _refuse_again(merge: Merge) -> None:
    """Each two of what was put together, so that no rule does it anew."""
    groups: dict[Any, int] = {}
    for pk, former in merge.moved["identities"]:
        group = ("person", former) if former is not None else ("identity", pk)
        groups[group] = min(pk, groups.get(group, pk))
    rest = Identity.objects.filter(person=merge.person_key).order_by("pk").first()
    parts = [*groups.values(), *([rest.pk] if rest else [])]
    _refuse(list(combinations(sorted(set(parts)), 2)))


def _refuse(pairs: Sequence[tuple[int, int]]) -> None:
    now = clock.now()
    Offer.objects.bulk_create(
        (
            Offer(
                first_id=min(pair),
                second_id=max(pair),
                strength=0,
                answer=Offer.Answer.REFUSED,
                answered_at=now,
            )
            for pair in pairs
        ),
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["answer", "answered_at"],
    )


def _answered_by(person: int) -> None:
    """A person's word that these are one stands above what was refused or offered before."""
    Offer.objects.filter(first__person=person, second__person=person).delete()
