"""What one person begins and another goes on with: who counts as that other one."""

from typing import Final

from django.db.models import QuerySet

from backend.accounts.models import User

_EMERGENCY: Final = (
    "An emergency account is nobody's own, so it stands for neither of the two people that this takes: "
    "use an account of your own."
)
_BEGUN_SO: Final = (
    "This was begun by an emergency account, which is nobody's own: refuse it, "
    "and begin anew with an account of your own."
)


def why_not_begun(user: User) -> str | None:
    """Why this account does not begin it; None: it may."""
    return _EMERGENCY if user.is_break_glass else None


def why_not(first: User | None, second: User, *, did: str, does: str) -> str | None:
    """Why `second` does not go on with what `first` began, and who does; None: they are somebody else.

    Somebody with two accounts is one person. `did` and `does` are what each does, as "asked for it" and "approves".
    """
    if second.is_break_glass:
        return _EMERGENCY
    if first is None:
        return None
    if first.is_break_glass:
        return _BEGUN_SO
    if is_same(first, second):
        return f"You {did} yourself: another owner or administrator {does}."
    return None


def is_same(one: User, other: User) -> bool:
    """By whatever account."""
    return one.pk == other.pk or one.person_id == other.person_id is not None


def others(first: User | None) -> QuerySet[User]:
    """Owners and administrators who could go on with it."""
    roles = (User.Role.OWNER, User.Role.ADMINISTRATOR)
    found = User.objects.filter(
        role__in=roles, is_active=True, is_service=False, is_break_glass=False
    )
    if first is None:
        return found
    found = found.exclude(pk=first.pk)
    return found.exclude(person=first.person_id) if first.person_id else found
