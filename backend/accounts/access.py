"""Who may see what: the one place that decides. What is not allowed here is denied."""

from typing import Final

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from backend import clock
from backend.accounts.models import ApiToken, User
from backend.people.models import Team

READ_FIGURES: Final = "read_figures"
"""Aggregates and definitions, of visible teams."""
READ_PULL_REQUESTS: Final = "read_pull_requests"
"""Single pull requests with their authors, of visible teams."""
SEE_ALL_TEAMS: Final = "see_all_teams"
READ_ADMINISTRATION: Final = "read_administration"
"""Connections, repositories and parked work by name."""
ADMINISTER: Final = "administer"

_SEES_ALL: Final = frozenset({READ_FIGURES, READ_PULL_REQUESTS, SEE_ALL_TEAMS, READ_ADMINISTRATION})
_CAPABILITIES: Final[dict[str, frozenset[str]]] = {
    User.Role.OWNER: _SEES_ALL | {ADMINISTER},
    User.Role.ADMINISTRATOR: _SEES_ALL | {ADMINISTER},
    User.Role.AUDITOR: _SEES_ALL,
    User.Role.TEAM_LEAD: frozenset({READ_FIGURES, READ_PULL_REQUESTS}),
    User.Role.MEMBER: frozenset({READ_FIGURES, READ_PULL_REQUESTS}),
}

_OF_SCOPE: Final[dict[str, frozenset[str]]] = {
    ApiToken.Scope.FIGURES: frozenset({READ_FIGURES, SEE_ALL_TEAMS}),
    ApiToken.Scope.ROWS: frozenset({READ_PULL_REQUESTS, SEE_ALL_TEAMS}),
    ApiToken.Scope.ADMINISTRATION: frozenset({READ_ADMINISTRATION}),
}
"""What a token can be good for, where its account may do it at that moment. No token changes anything."""


class Denied(Exception):
    """The caller may not see this, or it does not exist: the two are not told apart."""


def capabilities(user: User) -> frozenset[str]:
    """What the user may do; nothing without a role, or once the account is closed.

    With a token it is what both the account and the token's scopes allow.
    """
    held = _CAPABILITIES.get(user.role, frozenset()) if user.is_active else frozenset()
    if user.token is None:
        return held
    return held & frozenset().union(*(_OF_SCOPE.get(scope, ()) for scope in user.token.scopes))


def may_see_all_teams(user: User) -> bool:
    return SEE_ALL_TEAMS in capabilities(user)


def may_read_administration(user: User) -> bool:
    return READ_ADMINISTRATION in capabilities(user)


def may_administer(user: User) -> bool:
    return ADMINISTER in capabilities(user)


def scopes_for(user: User) -> list[str]:
    """What a token of this account can be good for."""
    held = capabilities(user)
    return [scope for scope in ApiToken.Scope.values if held & _OF_SCOPE[scope] - {SEE_ALL_TEAMS}]


def may_make_tokens(user: User, *, of: User) -> bool:
    """Everybody their own; those of service accounts administrators make."""
    if user.token is not None:
        return False
    return may_administer(user) if of.is_service else user.pk == of.pk


def may_revoke(user: User, token: ApiToken) -> bool:
    return user.token is None and (user.pk == token.user_id or may_administer(user))


def may_change_account(user: User, account: User) -> bool:
    """Owners and administrators, and only an owner an owner's."""
    if not may_administer(user):
        return False
    return account.role != User.Role.OWNER or user.role == User.Role.OWNER


def roles_to_give(user: User) -> list[str]:
    """Nobody gives more than they have."""
    if not may_administer(user):
        return []
    return [role for role in User.Role.values if role != User.Role.OWNER or user.role == role]


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
    if not capabilities(user) & {READ_FIGURES, READ_PULL_REQUESTS}:
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


def own_person(user: User) -> int:
    """Whose figures and rows somebody sees whatever the group's size: their own, and nobody else's, owners included.

    Raises Denied for an account that is linked to no person.
    """
    if user.person_id is None or not may_see_own(user):
        raise Denied
    return user.person_id


def may_see_own(user: User) -> bool:
    reads = capabilities(user) & {READ_FIGURES, READ_PULL_REQUESTS}
    return user.person_id is not None and bool(reads)


def may_set_pseudonyms(user: User) -> bool:
    """Works-council mode: owners alone turn it on and off, or make all pseudonyms new."""
    return may_administer(user) and user.role == User.Role.OWNER


def require_team(user: User, slug: str) -> Team:
    """The team of that slug. Raises Denied."""
    team = visible_teams(user).filter(slug=slug).first()
    if team is None:
        raise Denied
    return team


def too_few(people: int, *, minimum: int) -> bool:
    """Whether an aggregate about so many people must not be shown, by the organisation's minimum group size."""
    return people < minimum
