"""Nothing that somebody is called, and no address of theirs, is in any byte of the log, whatever they did."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from backend.accounts.api_tokens import create_api_token
from backend.accounts.models import User
from backend.accounts.store import close
from backend.audit import subjects
from backend.audit.models import Event
from backend.audit.reading import opened
from backend.connections.models import JiraSettings
from backend.people import directory, moving
from backend.people.models import Identity, Membership, Offer, Person, Team
from tests.factories import a_connection
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
EMAIL = "marked@plumbline.example"
ADDRESS = "198.51.100.77"


def _everything_is_done() -> None:
    owner = an_account(User.Role.OWNER)
    call_command("user", "add", email=EMAIL, role="member", name="Marked Account", verbosity=0)
    user = User.objects.get(email=EMAIL)
    _comes_in(user)
    create_api_token(user=user, name="Marked token", scopes=["figures"], days=1, acting_user=user)
    team = Team.objects.create(slug="a", name="A")
    people = [Person.objects.create(name=f"Marked {n}") for n in "ab"]
    Membership.objects.create(team=team, person=people[0])
    source = a_connection()
    accounts = [
        Identity.objects.create(connection=source, kind="user", login=f"marked-{n}", person=one)
        for n, one in zip("ab", people, strict=True)
    ]
    offer = Offer.objects.create(first=accounts[0], second=accounts[1], strength=75, evidence=[])
    moving.refuse(offer=offer, acting_user=owner)
    moving.give(identity=accounts[0], person=people[1], acting_user=owner)
    moving.carry_out(
        joins=[moving.joining(persons=[one.pk for one in people])],
        reason="by_hand",
        acting_user=owner,
    )
    told = directory.UserRecord(
        "marked.directory", emails=(directory.EmailRecord("marked@work.example"),)
    )
    directory.create_user(told=told, person=None, told_by="a token")
    JiraSettings.objects.create(connection=source, email="marked@jira.example")
    # Past the application, which triggers tell of.
    User.objects.filter(pk=user.pk).update(email="marked-other@plumbline.example")
    Person.objects.filter(name__startswith="Marked").update(name="Marked anew")
    close(user=user, acting_user=owner)


def _comes_in(user: User) -> None:
    client = Client(REMOTE_ADDR=ADDRESS)
    for typed in (EMAIL, "marked-password-in-the-wrong-field@x.example"):
        client.post("/accounts/login/", {"login": typed, "password": "marked"})
    sign_in(client, user)
    client.get("/api/v1/people")
    client.post("/accounts/logout/")


def _bytes() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT string_agg(audit_event::text, chr(10)) FROM audit_event")
        return str(cursor.fetchone()[0]).lower()


@pytest.mark.parametrize("mark", ["marked", b"marked".hex(), ADDRESS])
def test_nothing_is_in_clear(mark: str) -> None:
    _everything_is_done()
    assert mark not in _bytes()


def test_whoever_is_forgotten_is_read_by_nobody_again() -> None:
    _everything_is_done()
    whole = str(opened(Event.objects.all()))
    assert "Marked" in whole
    assert ADDRESS in whole
    names = set(Event.objects.exclude(subject="").values_list("subject", flat=True))
    user = User.objects.get(name="Marked Account")
    subjects.forget({*names, subjects.user(user.pk), subjects.NOBODY})
    told = str(opened(Event.objects.all())).lower()
    assert "marked" not in told.replace("bot_marked", "")
    assert ADDRESS not in told
