"""Accounts from the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from backend.accounts.models import User
from tests.factories import a_team

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().strip()


def test_a_team_lead_is_added_with_their_teams() -> None:
    a_team(slug="a")
    a_team(slug="b")
    link = run(
        *("user", "add", "--email", "Lead@plumbline.example", "--role", "team_lead"),
        *("--team", "a", "--team", "b"),
    )
    user = User.objects.get(email="lead@plumbline.example")
    assert set(user.grants.values_list("team__slug", flat=True)) == {"a", "b"}
    assert "/accounts/enrol/?key=" in link
    assert not user.has_usable_password()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("user", "add", "--email", "x@y.example", "--role", "member", "--team", "q"), "no team q"),
        (("user", "add", "--email", "x", "--role", "member"), "valid email"),
        (("owner", "create", "--email", "owner@plumbline.example"), "already exists"),
        (("owner", "link", "--email", "nobody@plumbline.example"), "no owner nobody"),
    ],
)
def test_what_cannot_be_used_is_told(arguments: tuple[str, ...], message: str) -> None:
    run("owner", "create", "--email", "owner@plumbline.example")
    with pytest.raises(CommandError, match=message):
        run(*arguments)


def test_an_owner_who_is_locked_out_gets_a_new_link() -> None:
    first = run("owner", "create", "--email", "owner@plumbline.example")
    User.objects.update(password="changed")
    assert run("owner", "link", "--email", "owner@plumbline.example") != first
