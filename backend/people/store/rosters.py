"""Take a roster: all of it or nothing. See backend.people.roster for what a file means."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

from auditlog.context import disable_auditlog
from django.db import connection, transaction
from django.db.models import Model

from backend import clock
from backend.audit.events import record
from backend.people.evidence import address, is_personal
from backend.people.matching import SignIn
from backend.people.models import (
    Address,
    DirectoryEmail,
    DirectoryUser,
    Identity,
    Membership,
    Person,
    Team,
)
from backend.people.roster import BadRoster, Known, Plan, Span, compare, read
from backend.people.store.teams import InvalidTeam

LONGEST = 10_000_000
"""Bytes of a file."""


@dataclass(frozen=True, slots=True)
class Line:
    team: str
    name: str
    parent: str
    person: str
    from_: date | None
    to: date | None


def decode(content: bytes) -> str:
    """Raises BadRoster."""
    if len(content) > LONGEST:
        raise BadRoster([f"The file is larger than {LONGEST // 1_000_000} MB: divide it."])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRoster(["The file is not in UTF-8: save it as “CSV UTF-8”."]) from error


def plan_roster(text: str, sign_ins: Iterable[SignIn] = ()) -> Plan:
    """What taking the file would change; whose addresses `sign_ins` are, is known too. Raises BadRoster."""
    return compare(read(text, _people(sign_ins)), _known(), today=clock.now().date())


@transaction.atomic
@disable_auditlog()  # type: ignore[untyped-decorator] # the act is recorded as one
def take_roster(
    *,
    text: str,
    acting_user: Model | None,
    expected: Plan | None = None,
    sign_ins: Iterable[SignIn] = (),
) -> Plan:
    """Store what the file says; what that changed. Raises BadRoster.

    `expected`: what somebody was shown. Where something else would change by now, nothing is stored.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE people_team, people_membership IN SHARE ROW EXCLUSIVE MODE")
    plan = plan_roster(text, sign_ins)
    if expected is not None and plan != expected:
        raise InvalidTeam(
            "Teams have changed in the meantime: look at what the file changes again."
        )
    _store_teams(plan)
    _store_members(plan)
    if plan:
        detail = {"teams": len(plan.teams), "memberships": len(plan.members)}
        record(name="teams_imported", actor=acting_user, detail=detail)
    return plan


def roster() -> Iterator[Line]:
    """All teams and memberships, as a file that would change nothing."""
    names = _names()
    for team in Team.objects.select_related("parent").order_by("slug"):
        parent = team.parent.slug if team.parent else ""
        rows = list(
            team.memberships.order_by("person", "starts_on").values_list(
                "person", "starts_on", "ends_on"
            )
        )
        if not rows:
            yield Line(team.slug, team.name, parent, "", None, None)
        for person, begin, end in rows:
            yield Line(team.slug, team.name, parent, names.get(person, f"#{person}"), begin, end)


def _people(sign_ins: Iterable[SignIn] = ()) -> dict[str, list[int]]:
    """Who is known by a login, a personal address, or # and their number."""
    names = chain(
        Identity.objects.values_list("login", "person"),
        DirectoryUser.objects.values_list("user_name", "person"),
    )
    emails = chain(
        Address.objects.values_list("email", "identity__person"),
        DirectoryEmail.objects.values_list("value", "user__person"),
        ((one.email, one.person) for one in sign_ins),
    )
    found: dict[str, set[int]] = defaultdict(set)
    for name, person in chain(
        names, ((one, pk) for one, pk in emails if is_personal(address(one)))
    ):
        if person is not None:
            found[name.strip().lower()].add(person)
    for pk in Person.objects.values_list("pk", flat=True):
        found[f"#{pk}"].add(pk)
    return {name: sorted(people) for name, people in found.items()}


def _names() -> dict[int, str]:
    """Of each person one login or address that is nobody else's."""
    people = _people()
    rows = Identity.objects.exclude(person=None).order_by("kind", "-pk")
    return {
        person: login
        for login, person in rows.values_list("login", "person")
        if len(people[login.lower()]) == 1
    }


def _known() -> dict[str, Known]:
    members: dict[int, dict[int, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for team, person, begin, end in Membership.objects.values_list(
        "team", "person", "starts_on", "ends_on"
    ):
        members[team][person].append((begin, end))
    return {
        team.slug: Known(
            team.name,
            team.parent.slug if team.parent else "",
            team.source,
            team.get_source_display(),
            members[team.pk],
        )
        for team in Team.objects.select_related("parent")
    }


def _store_teams(plan: Plan) -> None:
    Team.objects.bulk_create(
        Team(slug=one.slug, name=one.name, source=Team.Source.CSV, external_id="")
        for one in plan.teams
        if one.is_new
    )
    touched = {one.slug for one in plan.teams} | {one.slug for one in plan.members}
    teams = {team.slug: team for team in Team.objects.all()}
    for change in plan.teams:
        teams[change.slug].name = change.name
        teams[change.slug].parent = teams[change.parent] if change.parent else None
    changed = [teams[slug] for slug in sorted(touched)]
    for team in changed:
        team.source = Team.Source.CSV
    Team.objects.bulk_update(changed, ["name", "parent", "source"], batch_size=1000)


def _store_members(plan: Plan) -> None:
    touched = [change for change in plan.members if change.before is not None]
    rows = {
        (slug, person, begin): row
        for slug, person, begin, row in (
            (row.team.slug, row.person_id, row.starts_on, row)
            for row in Membership.objects.select_related("team").filter(
                team__slug__in={change.slug for change in touched},
                person__in={change.person for change in touched},
            )
        )
    }
    gone, changed = [], []
    for change in touched:
        row = rows[change.slug, change.person, change.before[0] if change.before else None]
        if change.kind == "is taken away":
            gone.append(row.pk)
        else:
            row.ends_on = change.span[1]
            changed.append(row)
    teams = dict(Team.objects.values_list("slug", "pk"))
    Membership.objects.filter(pk__in=gone).delete()
    Membership.objects.bulk_update(changed, ["ends_on"], batch_size=1000)
    Membership.objects.bulk_create(
        (
            Membership(
                team_id=teams[change.slug],
                person_id=change.person,
                starts_on=change.span[0],
                ends_on=change.span[1],
            )
            for change in plan.members
            if change.kind == "begins"
        ),
        batch_size=5000,
    )
