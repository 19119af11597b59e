"""People, who they are outside, and what may be one person: for those who administer, and auditors to read.

Where the organisation chose pseudonyms, nobody is called by anything else here, and evidence is told by its kind alone.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from backend.accounts import access, people
from backend.api import people_schemas as shapes
from backend.api import schemas
from backend.api.errors import ERRORS, Refused
from backend.api.rules import ADMINISTERS, READS_PEOPLE, caller
from backend.api.scoped import names_for_reader, searched
from backend.audit import hourly
from backend.people import moving
from backend.people.bot_marks import say_bot
from backend.people.models import Identity, Merge, Offer, Person
from backend.people.names import Names
from backend.pipeline import bell

router = Router(tags=["people"])


@router.get(
    "/people",
    response={200: shapes.People, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="people",
)
def list_people(request: HttpRequest, filters: Query[shapes.PeopleFilters]) -> shapes.People:
    hourly.note(name="people_read", actor=caller(request))
    names = names_for_reader(caller(request))
    found = people.people(names=names, search=searched(filters.search), show=filters.show)
    return shapes.People(
        items=[_person(one, names) for one in filters.shown(found)], **filters.counts(found)
    )


@router.get(
    "/people/identities",
    response={200: shapes.Identities, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="identities",
)
def list_identities(
    request: HttpRequest, filters: Query[shapes.IdentityFilters]
) -> shapes.Identities:
    hourly.note(name="people_read", actor=caller(request))
    names = names_for_reader(caller(request))
    found = people.identities(names=names, search=searched(filters.search), show=filters.show)
    items = [_owned(one, names) for one in filters.shown(found)]
    may_mark = access.may_administer(caller(request))
    return shapes.Identities(items=items, may_mark=may_mark, **filters.counts(found))


@router.post(
    "/people/identities/{int:identity_id}/bot",
    response={200: shapes.OwnedIdentity, ERRORS: schemas.Error},
    auth=ADMINISTERS,
    operation_id="mark_bot",
)
@transaction.atomic
def mark_bot(request: HttpRequest, identity_id: int, said: shapes.BotMark) -> shapes.OwnedIdentity:
    """Say whether an account is a bot, whatever the rules say, or leave it to them."""
    names = names_for_reader(caller(request))
    identity = get_object_or_404(people.identities(names=names), pk=identity_id)
    _figures_follow()
    said_of = say_bot(identity=identity, is_bot=said.is_bot, acting_user=caller(request))
    return _owned(said_of, names)


@router.get(
    "/people/offers",
    response={200: shapes.Offers, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="offers",
)
def list_offers(request: HttpRequest, filters: Query[shapes.Paged]) -> shapes.Offers:
    hourly.note(name="people_read", actor=caller(request))
    found, names = people.open_offers(), names_for_reader(caller(request))
    return shapes.Offers(
        items=[
            shapes.Offer(
                id=one.pk,
                sides=[_side(one.first, names), _side(one.second, names)],
                strength=one.strength,
                evidence=_evidence(one.evidence, names),
            )
            for one in filters.shown(found)
        ],
        may_answer=access.may_administer(caller(request)),
        **filters.counts(found),
    )


@router.post(
    "/people/offers/{int:offer_id}",
    response={200: shapes.Answered, ERRORS: schemas.Error, 409: schemas.Error},
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
    try:
        merge = moving.accept(offer=offer, acting_user=caller(request))
    except moving.OwnPerson as error:
        raise Refused(409, "own_person", str(error), "Ask another administrator.") from error
    _figures_follow()
    return shapes.Answered(merge=merge.pk if merge else None)


@router.get(
    "/people/merges",
    response={200: shapes.Merges, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="merges",
)
def list_merges(request: HttpRequest, filters: Query[shapes.Paged]) -> shapes.Merges:
    hourly.note(name="people_read", actor=caller(request))
    found = people.merges()
    shown = filters.shown(found)
    return shapes.Merges(
        items=_merges(shown, names_for_reader(caller(request))),
        may_undo=access.may_administer(caller(request)),
        **filters.counts(found),
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
    (told,) = _merges([merge], names_for_reader(caller(request)))
    return told


def _figures_follow() -> None:
    transaction.on_commit(lambda: bell.ring(bell.MEASURE))
    transaction.on_commit(lambda: bell.ring(bell.MATCH))


def _person(one: Person, names: Names) -> shapes.Person:
    return shapes.Person(
        id=one.pk,
        name=_name(one, names),
        identities=[_identity(each, names) for each in one.identities.all()],
        teams=[
            shapes.TeamName(slug=each.team.slug, name=each.team.name)
            for each in one.current  # type: ignore[attr-defined] # annotated by people.people
        ],
        signs_in=one.signs_in,  # type: ignore[attr-defined] # as above
        departed=one.departed,  # type: ignore[attr-defined] # as above
    )


def _name(one: Person, names: Names) -> str:
    return names.of(str(one), person=one.pk) or ""


def _identity(one: Identity, names: Names) -> shapes.Identity:
    return shapes.Identity(**_told(one, names))


def _owned(one: Identity, names: Names) -> shapes.OwnedIdentity:
    person = _name(one.person, names) if one.person else None
    return shapes.OwnedIdentity(person=person, **_told(one, names))


def _told(one: Identity, names: Names) -> dict[str, Any]:
    login = people.login_of(one, names)
    return {
        "id": one.pk,
        "connection": one.connection.name,
        "login": login,
        "name": login if one.name and names.are_pseudonyms else one.name,
        **{name: getattr(one, name) for name in ("kind", "is_bot", "is_bot_by_hand")},
    }


def _side(one: Identity, names: Names) -> shapes.Side:
    if one.person is None:
        return shapes.Side(person=None, identities=[_identity(one, names)])
    return shapes.Side(
        person=_name(one.person, names),
        identities=[_identity(each, names) for each in one.person.identities.all()],
    )


def _evidence(pairs: Iterable[tuple[str, str]], names: Names) -> list[shapes.Evidence]:
    """Its text is an address or a name."""
    return [
        shapes.Evidence(kind=kind, text="" if names.are_pseudonyms else text)
        for kind, text in pairs
    ]


def _merges(found: list[Merge], names: Names) -> list[shapes.Merge]:
    persons, logins, acted = people.called(found, names)
    return [
        shapes.Merge(
            id=one.pk,
            person=persons.get(one.person_key),
            reason=one.reason,  # type: ignore[arg-type] # one of the model's own choices
            acting_user=acted.get(one.acting_user),
            evidence=_evidence(one.evidence, names),
            identities=[logins[pk] or "" for pk, _ in one.moved["identities"] if pk in logins],
            persons=[
                names.of(name or f"person {pk}", person=pk) or ""
                for pk, name in one.moved["persons"]
            ],
            merged_at=one.merged_at,
            undone_at=one.undone_at,
            undone_by=acted.get(one.undone_by),
        )
        for one in found
    ]
