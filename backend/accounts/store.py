"""The only writer of accounts, but for what their owners change about themselves through allauth."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode

from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.text import slugify

from backend.accounts import access, api_tokens, erased, sessions
from backend.accounts.models import ServiceAccount, TeamGrant, User
from backend.accounts.tokens import EnrolmentTokens
from backend.audit.events import record
from backend.people.models import Team

SERVICE_ROLES: Final = (User.Role.AUDITOR, User.Role.TEAM_LEAD, User.Role.MEMBER)
_OWNERS: Final = 7201907
"""Names the advisory lock; any number that nobody else takes."""


class InvalidAccount(ValueError):
    """What was typed in cannot be used; the message says why."""


@transaction.atomic
def add_user(*, email: str, role: str, name: str = "", teams: Iterable[Team] = ()) -> User:
    """A new account that nobody can sign in to before its enrolment link was used. Raises InvalidAccount."""
    user = User(email=email.strip().lower(), role=role, name=name)
    user.set_unusable_password()
    if erased.was_erased(addresses=[user.email]):
        raise InvalidAccount(erased.REFUSED)
    try:
        user.full_clean()
        with transaction.atomic():
            user.save()
    except ValidationError as error:
        raise InvalidAccount(" ".join(error.messages)) from error
    except IntegrityError as error:
        raise InvalidAccount("Somebody made this account at the same moment.") from error
    for team in teams:
        TeamGrant.objects.get_or_create(user=user, team=team)
    return user


def service_address(name: str) -> str:
    """What a service account is known by. No such domain can ever exist (RFC 6761): nothing is sent there."""
    return f"{slugify(name) or 'service'}@service.invalid"


@transaction.atomic
def add_service_account(*, name: str, role: str, responsible: User) -> ServiceAccount:
    """An account that reads by tokens alone. `name` becomes part of its address. Raises InvalidAccount."""
    if not access.may_administer(responsible):
        raise InvalidAccount("An administrator must answer for a service account.")
    if role not in SERVICE_ROLES:
        raise InvalidAccount("A service account is an auditor, a team lead or a member.")
    account = ServiceAccount(
        email=service_address(name),
        name=name,
        role=role,
        is_service=True,
        responsible=responsible,
    )
    account.set_unusable_password()
    try:
        account.full_clean()
    except ValidationError as error:
        raise InvalidAccount(" ".join(error.messages)) from error
    account.save()
    record(name="service_account_added", actor=responsible, subject=account)
    return account


@transaction.atomic
def enrolment_link(*, user: User, acting_user: User | None = None) -> str:
    """A path that lets whoever opens it choose the account's password, once and for a day. Raises InvalidAccount.

    It does not get past the second factor of an account that has one.
    """
    if user.is_service:
        raise InvalidAccount("A service account signs in nowhere: make it a token.")
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


def forget_addresses(*, user: User) -> None:
    """Where the account's address was changed: allauth's copies would let the former one sign in."""
    EmailAddress.objects.filter(user=user).delete()


@transaction.atomic
def end_sessions(*, user: User, acting_user: User, but: SessionBase | None = None) -> int:
    """End all of the user's sessions, or all but that one. How many were ended."""
    ended = sessions.end_all(user=user, but=but)
    record(name="sessions_ended", actor=acting_user, subject=user, detail={"sessions": ended})
    return ended


@transaction.atomic
def end_session(*, session: UserSession, acting_user: User) -> None:
    session.end()
    record(name="sessions_ended", actor=acting_user, subject=session.user, detail={"sessions": 1})


@transaction.atomic
def close(*, user: User, acting_user: User | None = None, told_by: str = "") -> None:
    """Nothing of the account works from now on, not even once it is open again: no session, no token.

    `told_by` is the directory that closes it, and may open it again; else an administrator does.
    """
    # Itself, and no proxy of it, so that the audit log knows it.
    account = User.objects.get(pk=user.pk)
    account.is_active = user.is_active = False
    account.closed_by_directory = user.closed_by_directory = bool(told_by)
    account.save(update_fields=["is_active", "closed_by_directory"])
    # The caller's, which may yet be saved whole.
    detail: dict[str, object] = {"sessions": sessions.end_all(user=user)}
    detail["tokens"] = api_tokens.revoke_all(user=account)
    if told_by:
        detail["by"] = told_by
    record(name="account_closed", actor=acting_user, subject=account, detail=detail)


def is_last_owner(user: User) -> bool:
    """Until the transaction ends nobody else is told, so that two who go at once do not both see the other stay."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_OWNERS])
    owners = User.objects.filter(role=User.Role.OWNER, is_active=True)
    return set(owners.values_list("pk", flat=True)) == {user.pk}
