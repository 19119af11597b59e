"""What the log does not take does not happen, as the role that web signs in to the database with."""

from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from backend.accounts.models import User
from backend.audit.models import Event
from backend.audit.recording import NotRecorded
from backend.people.models import Identity, Team
from tests.factories import a_connection
from tests.roles import acting_as, make_roles
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> User:
    return an_account(User.Role.OWNER)


@pytest.fixture
def web(client: Client, administrator: User) -> Iterator[None]:
    """Everything is done as web, which the log takes nothing from."""
    Team.objects.create(slug="before", name="Before")
    sign_in(client, administrator)
    client.get("/admin/people/team/")  # what reading records is on record by now
    client.raise_request_exception = False
    make_roles()
    with connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON audit_event FROM web")
    with acting_as("web"):
        yield


@pytest.mark.usefixtures("web")
def test_an_administrators_change_does_not_happen(client: Client) -> None:
    team = Team.objects.get(slug="before")
    address = f"/admin/people/team/{team.pk}/change/"
    form = client.get(address).context["adminform"].form
    values = {name: value for name, value in form.initial.items() if value is not None}
    answer = client.post(
        address,
        values
        | {
            "name": "After",
            "memberships-TOTAL_FORMS": 0,
            "memberships-INITIAL_FORMS": 0,
        },
    )
    assert answer.status_code == 503
    assert "so it was not done" in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    team.refresh_from_db()
    assert team.name == "Before"


def test_a_write_of_the_api_does_not_happen(client: Client, request: pytest.FixtureRequest) -> None:
    identity = Identity.objects.create(connection=a_connection(), kind="user", login="a")
    request.getfixturevalue("web")
    answer = client.post(
        f"/api/v1/people/identities/{identity.pk}/bot",
        {"is_bot": True},
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "not_recorded")
    identity.refresh_from_db()
    assert not identity.is_bot


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize("path", ["/api/v1/people", "/api/v1/audit/events"])
def test_what_cannot_be_recorded_is_not_read(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 503


@pytest.mark.usefixtures("web")
def test_a_command_does_nothing() -> None:
    before = User.objects.count()
    with pytest.raises((NotRecorded, CommandError), match="audit log"):
        call_command("user", "add", email="new@plumbline.example", role="member", verbosity=0)
    assert User.objects.count() == before


def test_what_a_command_did_is_recorded_with_who_ran_it() -> None:
    call_command("user", "add", email="new@plumbline.example", role="member", verbosity=0)
    event = Event.objects.get(name="operator_command")
    assert event.additional_data == {"command": "user add"}
    assert event.operator
    made = Event.objects.get(name="enrolment_link_made")
    assert (made.operator, made.actor) == (event.operator, None)
