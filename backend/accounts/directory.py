"""Accounts of the directory's users: opened when they join, closed at once when they leave.

Whoever holds a SCIM token speaks for the directory, and may have stolen it. So a token gives no role, takes nobody's
account over, and cannot lock everybody out:

- A new account has no role. A closed account that comes back as a new user of the directory has lost its own: an
  address may have been given to another person meanwhile.
- It opens only what the directory closed. What an administrator closed stays closed.
- The address of an account that sees more than its own teams is an administrator's to change.
- The last owner stays.
- Who was erased on request does not come back by it: that is a new purpose, for which an owner lifts the tombstone.
"""

from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from backend.accounts import erased, store
from backend.accounts.models import TeamGrant, User
from backend.audit.events import record
from backend.people import directory
from backend.people.directory import Taken, UserRecord
from backend.people.models import DirectoryUser


class NotAllowed(Exception):
    """A SCIM token may not do this; the message says why, and who may."""


MAY_BE_RENAMED: Final = frozenset({"", User.Role.MEMBER})
"""Roles whose accounts' addresses the directory may change."""


def create_user(*, told: UserRecord, told_by: str) -> DirectoryUser:
    """A new user of the directory, with the account of its address. Raises Taken and NotAllowed."""
    # Before the transaction, so that the refusal stays on record.
    _check_not_erased(told, told_by)
    return _create(told, told_by)


@transaction.atomic
def _create(told: UserRecord, told_by: str) -> DirectoryUser:
    account = _account_of_address(told)
    known = account.person if account else None
    user = directory.create_user(told=told, person=known, told_by=told_by)
    _attach(user, account, told, told_by)
    return user


def change_user(*, user: DirectoryUser, told: UserRecord, told_by: str) -> bool:
    """Whether it was told otherwise before. Raises Taken and NotAllowed."""
    _check_not_erased(told, told_by)
    return _change(user, told, told_by)


@transaction.atomic
def _change(user: DirectoryUser, told: UserRecord, told_by: str) -> bool:
    was_active = user.active
    if not directory.change_user(user=user, told=told, told_by=told_by):
        return False
    account = User.objects.select_for_update().filter(directory_user=user).first()
    if account is None:
        _attach(user, _account_of_address(told), told, told_by)
        return True
    _rename(account, told, told_by)
    if told.active is False:
        _close(account, told_by)
    elif told.active and was_active is not True:
        _open(account, told_by)
    return True


@transaction.atomic
def remove_user(*, user: DirectoryUser, told_by: str) -> None:
    """Close the account, which keeps telling in the audit log, and forget the directory's user. Raises NotAllowed."""
    account = User.objects.select_for_update().filter(directory_user=user).first()
    if account is not None:
        _close(account, told_by)
        account.directory_user = None
        account.save(update_fields=["directory_user"])
    directory.remove_user(user=user, told_by=told_by)


def _check_not_erased(told: UserRecord, told_by: str) -> None:
    """Raises NotAllowed. The record does not say whom it was about."""
    emails = {told.address, told.user_name, *(one.value for one in told.emails)}
    if erased.was_erased(addresses=emails, directory=(told.user_name, told.external_id)):
        record(name="erased_person_refused", detail={"by": told_by})
        raise NotAllowed(erased.REFUSED)


def _account_of_address(told: UserRecord) -> User | None:
    """Raises Taken, and NotAllowed for an account that must let its owner in when the directory is wrong or away."""
    account = User.objects.select_for_update().filter(email=told.address).first()
    if account is not None and account.is_break_glass:
        message = (
            f"{account.email} is an account for emergencies, which the directory has no say in."
        )
        raise NotAllowed(message)
    if account is not None and account.is_service:
        message = f"{account.email} is a service account, which the directory has no say in."
        raise NotAllowed(message)
    if account is not None and account.directory_user_id is not None:
        message = f"Another user of the directory has the address {told.address}."
        raise Taken(message)
    return account


def _attach(user: DirectoryUser, account: User | None, told: UserRecord, told_by: str) -> None:
    """Give the user its account, a new one where there is none. Without an address nobody could sign in to it."""
    if account is None:
        if not _is_address(told.address):
            return
        account = User(email=told.address, name=told.name)
        account.set_unusable_password()
    account.directory_user = user
    account.person = account.person or user.person
    account.save()
    record(name="account_linked_to_directory", subject=account, detail={"by": told_by})
    if told.active is False:
        _close(account, told_by)
    elif account.closed_by_directory:
        _take_role(account, told_by)
        _open(account, told_by)


def _rename(account: User, told: UserRecord, told_by: str) -> None:
    """Raises Taken and NotAllowed."""
    account.name = told.name
    if told.address != account.email and _is_address(told.address):
        if account.role not in MAY_BE_RENAMED:
            message = (
                f"{account.email} has the role {account.get_role_display()}, so its address is not changed by "
                "SCIM: an owner or administrator changes it in Plumbline, then this works."
            )
            raise NotAllowed(message)
        if User.objects.filter(email=told.address).exists():
            message = f"There is an account {told.address} already."
            raise Taken(message)
        record(
            name="account_address_changed",
            subject=account,
            detail={"by": told_by, "from": account.email, "to": told.address},
        )
        account.email = told.address
        store.forget_addresses(user=account)
    account.save()


def _close(account: User, told_by: str) -> None:
    """Raises NotAllowed for the last owner, and for an account for emergencies that was the directory's before."""
    if not account.is_active:
        return
    if account.is_break_glass:
        message = f"{account.email} is an account for emergencies: an owner closes it in Plumbline."
        raise NotAllowed(message)
    if store.is_last_owner(account):
        message = f"{account.email} is the last owner: make another one in Plumbline first."
        raise NotAllowed(message)
    store.close(user=account, told_by=told_by)


def _open(account: User, told_by: str) -> None:
    if account.closed_by_directory:
        account.is_active, account.closed_by_directory = True, False
        account.save()
        record(name="account_opened", subject=account, detail={"by": told_by})


def _take_role(account: User, told_by: str) -> None:
    detail = {"by": told_by, "role": account.role}
    account.role = ""
    TeamGrant.objects.filter(user=account).delete()
    record(name="role_taken", subject=account, detail=detail)


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
