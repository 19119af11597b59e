"""People, who they are outside, and what may be one person: for those who administer, and auditors to read."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from backend.accounts import access, people
from backend.accounts.models import User
from backend.api import people_schemas as shapes
from backend.api import schemas
from backend.api.errors import ERRORS, Refused
from backend.api.rules import ADMINISTERS, READS_ADMINISTRATION, caller
from backend.api.scoped import searched
from backend.people import moving
from backend.people.bot_marks import say_bot
from backend.people.models import Identity, Merge, Offer, Person
from backend.pipeline import bell

router = Router(tags=["people"])
M = TypeVar("M", bound=Model)


@router.get(
    "/people",
    response={200: shapes.People, ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="people",
)
def list_people(request: HttpRequest, filters: Query[shapes.PeopleFilters]) -> shapes.People:  # noqa: ARG001 - ninja's signature
    found = people.people(search=searched(filters.search), show=filters.show)
    return shapes.People(
        items=[_person(one) for one in _page(found, filters)], **_count(found, filters)
    )


@router.get(
    "/people/identities",
    response={200: shapes.Identities, ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="identities",
)
def list_identities(
    request: HttpRequest, filters: Query[shapes.IdentityFilters]
) -> shapes.Identities:
    found = people.identities(search=searched(filters.search), show=filters.show)
    items = [_owned(one) for one in _page(found, filters)]
    may_mark = _administers(caller(request))
    return shapes.Identities(items=items, may_mark=may_mark, **_count(found, filters))


@router.post(
    "/people/identities/{int:identity_id}/bot",
    response={200: shapes.OwnedIdentity, ERRORS: schemas.Error},
    auth=ADMINISTERS,
    operation_id="mark_bot",
)
@transaction.atomic
def mark_bot(request: HttpRequest, identity_id: int, said: shapes.BotMark) -> shapes.OwnedIdentity:
    """Say whether an account is a bot, whatever the rules say, or leave it to them."""
    identity = get_object_or_404(people.identities(), pk=identity_id)
    _figures_follow()
    return _owned(say_bot(identity=identity, is_bot=said.is_bot, acting_user=caller(request)))


@router.get(
    "/people/offers",
    response={200: shapes.Offers, ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="offers",
)
def list_offers(request: HttpRequest, filters: Query[shapes.Paged]) -> shapes.Offers:
    found = people.open_offers()
    return shapes.Offers(
        items=[
            shapes.Offer(
                id=one.pk,
                sides=[_side(one.first), _side(one.second)],
                strength=one.strength,
                evidence=_evidence(one.evidence),
            )
            for one in _page(found, filters)
        ],
        may_answer=_administers(caller(request)),
        **_count(found, filters),
    )


@router.post(
    "/people/offers/{int:offer_id}",
    response={200: shapes.Answered, ERRORS: schemas.Error},
    auth=ADMINISTERS,
    operation_id="answer_offer",
)
@transaction.atomic
def answer_offer(request: HttpRequest, offer_id: int, said: shapes.Answer) -> shapes.Answered:
    """Yes: they are one person from now on, which can be undone. No: they are not offered again."""
    offer = get_object_or_404(Offer, pk=offer_id, answer=Offer.Answer.OPEN)
    if not said.accept:
        moving.refuse(offer=offer, acting_user=caller(request))
        return shapes.Answered(merge=None)
    merge = moving.accept(offer=offer, acting_user=caller(request))
    _figures_follow()
    return shapes.Answered(merge=merge.pk if merge else None)


@router.get(
    "/people/merges",
    response={200: shapes.Merges, ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="merges",
)
def list_merges(request: HttpRequest, filters: Query[shapes.Paged]) -> shapes.Merges:
    found = people.merges()
    shown = _page(found, filters)
    names, logins = people.names_of(shown)
    return shapes.Merges(
        items=[_merge(one, names, logins) for one in shown],
        may_undo=_administers(caller(request)),
        **_count(found, filters),
    )


@router.post(
    "/people/merges/{int:merge_id}/undo",
    response={200: shapes.Merge, ERRORS: schemas.Error, 409: schemas.Error},
    auth=ADMINISTERS,
    operation_id="undo_merge",
)
@transaction.atomic
def undo_merge(request: HttpRequest, merge_id: int) -> shapes.Merge:
    """Make everything as it was. Refused where a later merge moved the same again."""
    merge = get_object_or_404(Merge, pk=merge_id)
    try:
        moving.undo(merge=merge, acting_user=caller(request))
    except moving.CannotUndo as error:
        raise Refused(409, "cannot_undo", str(error), None) from error
    _figures_follow()
    merge.refresh_from_db()
    return _merge(merge, *people.names_of([merge]))


def _figures_follow() -> None:
    transaction.on_commit(lambda: bell.ring(bell.MEASURE))
    transaction.on_commit(lambda: bell.ring(bell.MATCH))


def _administers(user: User) -> bool:
    return access.ADMINISTER in access.capabilities(user)


def _page(found: QuerySet[M], filters: shapes.Paged) -> list[M]:
    begin = (filters.page - 1) * filters.page_size
    return list(found[begin : begin + filters.page_size])


def _count(found: QuerySet[M], filters: shapes.Paged) -> dict[str, int]:
    return {"total": found.count(), "page": filters.page, "page_size": filters.page_size}


def _person(one: Person) -> shapes.Person:
    return shapes.Person(
        id=one.pk,
        name=str(one),
        identities=[_identity(each) for each in one.identities.all()],
        teams=[
            shapes.TeamName(slug=each.team.slug, name=each.team.name)
            for each in one.current  # type: ignore[attr-defined] # annotated by people.people
        ],
        signs_in=one.signs_in,  # type: ignore[attr-defined] # as above
        departed=one.departed,  # type: ignore[attr-defined] # as above
    )


def _identity(one: Identity) -> shapes.Identity:
    return shapes.Identity(**_told(one))


def _owned(one: Identity) -> shapes.OwnedIdentity:
    return shapes.OwnedIdentity(person=str(one.person) if one.person else None, **_told(one))


def _told(one: Identity) -> dict[str, Any]:
    names = ("kind", "login", "name", "is_bot", "is_bot_by_hand")
    told = {name: getattr(one, name) for name in names}
    return {"id": one.pk, "connection": one.connection.name, **told}


def _side(one: Identity) -> shapes.Side:
    if one.person is None:
        return shapes.Side(person=None, identities=[_identity(one)])
    return shapes.Side(
        person=str(one.person), identities=[_identity(each) for each in one.person.identities.all()]
    )


def _evidence(pairs: Iterable[tuple[str, str]]) -> list[shapes.Evidence]:
    return [shapes.Evidence(kind=kind, text=text) for kind, text in pairs]


def _merge(one: Merge, names: dict[int, str], logins: dict[int, str]) -> shapes.Merge:
    return shapes.Merge(
        id=one.pk,
        person=names.get(one.person_key),
        reason=one.reason,  # type: ignore[arg-type] # one of the model's own choices
        acting_user=one.acting_user or None,
        evidence=_evidence(one.evidence),
        identities=[logins[pk] for pk, _ in one.moved["identities"] if pk in logins],
        persons=[name or f"person {pk}" for pk, name in one.moved["persons"]],
        merged_at=one.merged_at,
        undone_at=one.undone_at,
        undone_by=one.undone_by or None,
    )
