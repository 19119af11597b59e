"""Signing in for tests that are about something else: a session as a person has it after both factors."""

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory

from backend.accounts import sessions
from backend.accounts.models import User
from backend.accounts.store import add_user
from backend.people.models import Membership, Person, Team


def an_account(
    role: str, *, email: str = "", teams: Iterable[Team] = (), member_of: Iterable[Team] = ()
) -> User:
    """An account of that role; `teams` are opened to it, and its person is in `member_of`."""
    number = get_user_model().objects.count() + 1
    user = add_user(
        email=email or f"{role or 'stranger'}-{number}@plumbline.example", role=role, teams=teams
    )
    for team in member_of:
        if user.person is None:
            user.person = Person.objects.create(name=user.email)
            user.save()
        Membership.objects.create(team=team, person=user.person)
    return user


def sign_in(client: Client, user: User) -> Client:
    """The client, signed in with the second factor shown."""
    client.force_login(user)
    request = RequestFactory().get("/")
    request.session = client.session
    sessions.show_second_factor(request, user)
    request.session.save()
    return client
