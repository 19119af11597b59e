"""Who may see what: the one place that decides. What is not allowed here is denied."""

from typing import Final

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from backend import clock
from backend.accounts.models import User
from backend.people.models import Team

READ_FIGURES: Final = "read_figures"
"""Aggregates and definitions, of visible teams."""
READ_PULL_REQUESTS: Final = "read_pull_requests"
"""Single pull requests with their authors, of visible teams."""
SEE_ALL_TEAMS: Final = "see_all_teams"
READ_ADMINISTRATION: Final = "read_administration"
ADMINISTER: Final = "administer"

_SEES_ALL: Final = frozenset({READ_FIGURES, READ_PULL_REQUESTS, SEE_ALL_TEAMS, READ_ADMINISTRATION})
_CAPABILITIES: Final[dict[str, frozenset[str]]] = {
    User.Role.OWNER: _SEES_ALL | {ADMINISTER},
    User.Role.ADMINISTRATOR: _SEES_ALL | {ADMINISTER},
    User.Role.AUDITOR: _SEES_ALL,
    User.Role.TEAM_LEAD: frozenset({READ_FIGURES, READ_PULL_REQUESTS}),
    User.Role.MEMBER: frozenset({READ_FIGURES, READ_PULL_REQUESTS}),
}


class Denied(Exception):
    """The caller may not see this, or it does not exist: the two are not told apart."""


def capabilities(user: User) -> frozenset[str]:
    """What the user may do; nothing without a role, or once they may not sign in any more."""
    return _CAPABILITIES.get(user.role, frozenset()) if user.is_active else frozenset()


def may_see_all_teams(user: User) -> bool:
    return SEE_ALL_TEAMS in capabilities(user)


_GRANTED = """
    WITH RECURSIVE granted (id) AS (
        SELECT team_id FROM accounts_teamgrant WHERE user_id = %s
        UNION
        SELECT team.id FROM people_team team JOIN granted ON team.parent_id = granted.id
    )
    SELECT id FROM granted
"""


def visible_teams(user: User) -> QuerySet[Team]:
    """The teams whose figures the user may see: one query, however deep the tree is.

    A team lead sees the teams opened to them with all below, and like a member those they are in today.
    """
    if READ_FIGURES not in capabilities(user):
        return Team.objects.none()
    if may_see_all_teams(user):
        return Team.objects.all()
    today = clock.now().date()
    seen = Q(pk__in=Team.objects.none())
    if user.person_id is not None:
        own = Team.objects.filter(
            Q(memberships__starts_on=None) | Q(memberships__starts_on__lte=today),
            Q(memberships__ends_on=None) | Q(memberships__ends_on__gt=today),
            memberships__person=user.person_id,
        )
        seen |= Q(pk__in=own.values("pk"))
    if user.role == User.Role.TEAM_LEAD:
        seen |= Q(pk__in=RawSQL(_GRANTED, [user.pk]))  # noqa: S611 - a constant with its parameter apart
    return Team.objects.filter(seen)


def may_see_team(user: User, team: Team) -> bool:
    return visible_teams(user).filter(pk=team.pk).exists()


def require_team(user: User, slug: str) -> Team:
    """The team of that slug. Raises Denied."""
    team = visible_teams(user).filter(slug=slug).first()
    if team is None:
        raise Denied
    return team


def too_few(people: int, *, minimum: int) -> bool:
    """Whether an aggregate about so many people must not be shown, by the organisation's minimum group size."""
    return people < minimum
