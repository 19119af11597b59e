"""People as those who administer see them: what they are called outside, where they are, and whether they have left."""

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from backend import clock
from backend.accounts.models import User
from backend.people.models import Identity, Membership, Merge, Offer, Person
from backend.people.names import Names


def people(*, names: Names, search: str = "", show: str = "all") -> QuerySet[Person]:
    """By name, each with `departed` and `signs_in`; `show` is all, departed or no_team.

    Where they are called by pseudonyms these are searched, and the order tells nothing of a name.

    Departed are those whose accounts were all closed and who are in no team any more. They stay, as does their past.
    """
    accounts = User.objects.filter(person=OuterRef("pk"))
    in_a_team = Exists(current_memberships().filter(person=OuterRef("pk")))
    signs_in = Exists(accounts.filter(is_active=True))
    found = Person.objects.annotate(
        signs_in=signs_in, departed=Exists(accounts) & ~signs_in & ~in_a_team
    )
    if show == "departed":
        found = found.filter(departed=True)
    elif show == "no_team":
        found = found.filter(~in_a_team)
    for word in search.split():
        if names.are_pseudonyms:
            found = found.filter(pk__in=names.people_called(word))
            continue
        known_as = Identity.objects.filter(login__icontains=word, person__isnull=False)
        found = found.filter(Q(name__icontains=word) | Q(pk__in=known_as.values("person")))
    return found.order_by(*([] if names.are_pseudonyms else ["name"]), "pk").prefetch_related(
        Prefetch("identities", _identities()),
        Prefetch(
            "memberships",
            current_memberships().select_related("team").order_by("team__name", "pk"),
            to_attr="current",
        ),
    )


def current_memberships() -> QuerySet[Membership]:
    today = clock.now().date()
    return Membership.objects.filter(
        Q(starts_on=None) | Q(starts_on__lte=today), Q(ends_on=None) | Q(ends_on__gt=today)
    )


def identities(*, names: Names, search: str = "", show: str = "all") -> QuerySet[Identity]:
    """By login, searched and in order as `people` are.

    `show` is all, bots, by_hand (marked by a person), or unmatched (nobody's, and no bot).
    """
    found = _identities().select_related("person")
    if show == "bots":
        found = found.filter(is_bot=True)
    elif show == "by_hand":
        found = found.filter(is_bot_by_hand=True)
    elif show == "unmatched":
        found = found.filter(person=None, is_bot=False).exclude(kind=Identity.Kind.ERASED)
    for word in search.split():
        found = found.filter(
            names.holding(word, "pk")
            if names.are_pseudonyms
            else Q(login__icontains=word) | Q(name__icontains=word)
        )
    return found.order_by(*([] if names.are_pseudonyms else ["login"]), "pk")


def open_offers() -> QuerySet[Offer]:
    """The strongest first, each side with all that its person is called."""
    sides = [
        name for side in ("first", "second") for name in (f"{side}__person", f"{side}__connection")
    ]
    return (
        Offer.objects.filter(answer=Offer.Answer.OPEN)
        .select_related(*sides)
        .prefetch_related(
            *(
                Prefetch(f"{side}__person__identities", _identities())
                for side in ("first", "second")
            )
        )
        .order_by("-strength", "pk")
    )


def merges() -> QuerySet[Merge]:
    """The latest first."""
    return Merge.objects.order_by("-pk")


def called(
    found: list[Merge], names: Names
) -> tuple[dict[int, str | None], dict[int, str], dict[str, str | None]]:
    """What the persons, the moved identities and, by address, those who merged and undid are called.

    Without persons and identities that are no more.
    """
    persons = Person.objects.filter(pk__in={one.person_key for one in found})
    moved = {pk for one in found for pk, _ in one.moved["identities"]}
    acted = {one for merge in found for one in (merge.acting_user, merge.undone_by)} - {""}
    accounts = User.objects.filter(email__in=acted).values_list("email", "pk", "person")
    return (
        {one.pk: names.of(str(one), person=one.pk) for one in persons},
        {one.pk: login_of(one, names) for one in Identity.objects.filter(pk__in=moved)},
        {one: names.of(one) for one in acted}
        | {e: names.of_account(e, account=pk, person=person) for e, pk, person in accounts},
    )


def login_of(one: Identity, names: Names) -> str:
    known = {"identity": one.pk, "person": one.person_id}
    return names.of(one.login, is_bot=one.is_bot, **known) or ""


def _identities() -> QuerySet[Identity]:
    return Identity.objects.select_related("connection").order_by("kind", "login", "pk")
