"""What the organisation asks of whoever signs in: read anew for each request, and judged here alone."""

import ipaddress
from collections.abc import Iterable
from typing import Final

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest

from backend.accounts.models import SignInPolicy, User
from backend.accounts.sso import store as sso
from backend.audit.events import record

KEY: Final[str] = Authenticator.Type.WEBAUTHN
APP: Final[str] = Authenticator.Type.TOTP


class InvalidPolicy(ValueError):
    """What was asked for cannot be set; the message says why."""


def current() -> SignInPolicy:
    """The policy in force. That no row was ever stored means what is shipped; no process may delete one."""
    return SignInPolicy.objects.filter(pk=1).first() or SignInPolicy(pk=1)


def of(request: HttpRequest) -> SignInPolicy:
    """The policy in force, asked for once a request."""
    known: SignInPolicy | None = getattr(request, "_sign_in_policy", None)
    if known is None:
        known = current()
        request._sign_in_policy = known  # type: ignore[attr-defined] # noqa: SLF001 - our own
    return known


def kinds(policy: SignInPolicy) -> tuple[str, ...]:
    """The kinds of authenticator that one can set up so that they count."""
    return (KEY,) if policy.factors == SignInPolicy.Factors.KEYS else (APP, KEY)


def counts(policy: SignInPolicy, shown: str | None) -> bool:
    """Whether the second factor that a session has shown is enough. None: it has shown none."""
    if shown is None:
        return False
    return policy.factors == SignInPolicy.Factors.ANY or shown == KEY


def needs_second_factor(policy: SignInPolicy, user: User) -> bool:
    """Nobody enters the administration without, whatever the policy says."""
    return policy.second_factor_for_all or user.is_staff or user.is_break_glass


def has_factor(user: User, of_kinds: Iterable[str]) -> bool:
    return bool(Authenticator.objects.filter(user=user, type__in=of_kinds).exists())


def has_stronger_factor(user: User) -> bool:
    """Whether a code of this user's must not be taken, since keys alone count and they have one."""
    return current().factors == SignInPolicy.Factors.KEYS and has_factor(user, [KEY])


def parse_networks(lines: Iterable[str]) -> list[str]:
    """Each network once, in the usual spelling. Raises InvalidPolicy."""
    found = dict.fromkeys(line.strip() for line in lines)
    try:
        return list(
            dict.fromkeys(str(ipaddress.ip_network(line, strict=False)) for line in found if line)
        )
    except ValueError as error:
        raise InvalidPolicy(f"{error}. Write networks like 10.20.0.0/16.") from error


def may_administer_from(policy: SignInPolicy, address: str) -> bool:
    """Whether the administration opens to this address."""
    return not policy.admin_networks or is_within(policy.admin_networks, address)


def is_within(lines: Iterable[str], address: str) -> bool:
    """Whether one of these networks holds the address. What cannot be read holds nobody."""
    try:
        found = ipaddress.ip_address(address)
        networks = [ipaddress.ip_network(line) for line in lines]
    except ValueError:
        return False
    # One of version 4 may come as version 6 writes it.
    spellings = (found, getattr(found, "ipv4_mapped", None) or found)
    return any(one in network for network in networks for one in spellings)


def check(*, policy: SignInPolicy, acting_user: User, address: str) -> None:
    """Whether the user, who sits at that address, may set this policy. Raises InvalidPolicy.

    Nobody can lock themselves out by it, neither by networks nor by keys that do not work here.
    """
    if acting_user.role != User.Role.OWNER:
        raise InvalidPolicy("Only an owner sets the sign-in policy.")
    policy.admin_networks = parse_networks(policy.admin_networks)
    if not may_administer_from(policy, address):
        raise InvalidPolicy(
            f"These networks do not hold your own address, {address}: you would lock yourself out."
        )
    if policy.sso_only and not sso.sso_only():
        try:
            sso.check_ready()
        except sso.CannotChange as error:
            raise InvalidPolicy(str(error)) from error
    if policy.factors == SignInPolicy.Factors.KEYS and not has_factor(acting_user, [KEY]):
        raise InvalidPolicy(
            "Set up a key for yourself first: it shows that keys work here, and lets you in afterwards."
        )


@transaction.atomic
def set_policy(*, policy: SignInPolicy, acting_user: User, address: str) -> None:
    """Store it; django-auditlog records what changed. Raises InvalidPolicy, and ValidationError beyond the bounds."""
    check(policy=policy, acting_user=acting_user, address=address)
    policy.pk = 1
    policy.full_clean(validate_unique=False)
    if policy.sso_only != sso.sso_only():
        switched = "on" if policy.sso_only else "off"
        record(name=f"sso_only_switched_{switched}", actor=acting_user, subject=acting_user)
    policy.save()


@transaction.atomic
def open_administration() -> None:
    """Let every network in again: the way back for whoever has the machine and no owner within a listed network."""
    policy = current()
    policy.admin_networks = []
    policy.save()
    record(name="administration_opened")
