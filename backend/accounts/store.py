"""The only writer of accounts, but for what their owners change about themselves through allauth."""

from collections.abc import Iterable
from urllib.parse import urlencode

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from backend.accounts import sessions
from backend.accounts.models import TeamGrant, User
from backend.accounts.tokens import EnrolmentTokens
from backend.audit.events import record
from backend.people.models import Team


class InvalidAccount(ValueError):
    """What was typed in cannot be used; the message says why."""


@transaction.atomic
def add_user(*, email: str, role: str, name: str = "", teams: Iterable[Team] = ()) -> User:
    """A new account that nobody can sign in to before its enrolment link was used. Raises InvalidAccount."""
    user = User(email=email.strip().lower(), role=role, name=name)
    user.set_unusable_password()
    try:
        user.full_clean()
    except ValidationError as error:
        raise InvalidAccount(" ".join(error.messages)) from error
    user.save()
    for team in teams:
        TeamGrant.objects.get_or_create(user=user, team=team)
    return user


@transaction.atomic
def enrolment_link(*, user: User, acting_user: User | None = None) -> str:
    """A path that lets whoever opens it choose the account's password, once and for a day.

    It does not get past the second factor of an account that has one.
    """
    record(name="enrolment_link_made", actor=acting_user, subject=user)
    key = f"{user_pk_to_url_str(user)}-{EnrolmentTokens().make_token(user)}"
    # In the query, which no log keeps, not in the path.
    return f"{reverse('enrol')}?{urlencode({'key': key})}"


@transaction.atomic
def reset_second_factor(*, user: User, acting_user: User) -> None:
    """For a lost device: the next sign-in enrols a new one. Ends all sessions."""
    Authenticator.objects.filter(user=user).delete()
    sessions.end_all(user=user)
    record(name="second_factor_reset", actor=acting_user, subject=user)


@transaction.atomic
def end_sessions(*, user: User, acting_user: User, but: str | None = None) -> int:
    """End all of the user's sessions, or all but the one of that key. How many were ended."""
    ended = sessions.end_all(user=user, but=but)
    record(name="sessions_ended", actor=acting_user, subject=user, detail={"sessions": ended})
    return ended


@transaction.atomic
def end_session(*, session: UserSession, acting_user: User) -> None:
    session.end()
    record(name="sessions_ended", actor=acting_user, subject=session.user, detail={"sessions": 1})
