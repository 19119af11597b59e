"""Teams in the administration: read where a source keeps them, and a CSV file looked at before it is stored."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from backend.accounts.models import User
from backend.audit.models import Event
from backend.delivery.models import Ownership
from backend.people.models import Membership, Organisation, Team
from backend.people.store import put_team
from tests.factories import a_connection, a_repository, a_team, an_identity

pytestmark = pytest.mark.django_db
FILE = b"team,person,from\nWeb,dev1,2026-01-01\n"


def upload(client: Client, content: bytes = FILE) -> str:
    file = SimpleUploadedFile("teams.csv", BytesIO(content).read())
    page = client.post(reverse("admin:people_team_import"), {"file": file, "preview": "1"})
    return str(page.content.decode())


def hidden(page: str, name: str) -> str:
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


def test_a_file_is_looked_at_and_then_stored(client: Client, administrator: User) -> None:
    an_identity(a_connection(), login="dev1")
    page = upload(client)
    assert "is new" in page
    assert "begins" in page
    assert not Team.objects.exists()
    data = {"text": FILE.decode(), "seen": hidden(page, "seen"), "save": "1"}
    answer = client.post(reverse("admin:people_team_import"), data, follow=True)
    assert "The file is stored" in answer.content.decode()
    assert Membership.objects.get().team.slug == "web"
    assert Event.objects.get(name="teams_imported").actor == administrator
    assert "Nothing would change" in upload(client)


def test_a_file_that_changes_something_else_by_now_is_shown_again(
    client: Client, administrator: User
) -> None:
    an_identity(a_connection(), login="dev1")
    page = upload(client)
    a_team(slug="web")
    data = {"text": FILE.decode(), "seen": hidden(page, "seen"), "save": "1"}
    answer = client.post(reverse("admin:people_team_import"), data)
    assert "in the meantime" in answer.content.decode()
    assert not Membership.objects.exists()


def test_a_bad_file_is_told_line_by_line(client: Client, administrator: User) -> None:
    assert "Line 2: nobody is known as “dev1”" in upload(client)
    assert "UTF-8" in upload(client, b"team\nB\xfcro\n")


def test_an_auditor_exports_and_imports_nothing(client: Client, auditor: User) -> None:
    a_team(an_identity(a_connection(), login="dev1"), slug="web")
    found = client.get(reverse("admin:people_team_export")).content.decode("utf-8-sig")
    assert found.splitlines() == ["team,name,parent,person,from,to", "web,Web,,dev1,,"]
    assert client.get(reverse("admin:people_team_import")).status_code == 403
    assert client.post(reverse("admin:people_team_import"), {"save": "1"}).status_code == 403


def test_what_a_source_keeps_is_read_and_taken_over_on_confirmation(
    client: Client, administrator: User
) -> None:
    team = put_team(source=Team.Source.GITHUB, external_id="7", name="Web")
    page = client.get(reverse("admin:people_team_change", args=[team.pk])).content.decode()
    assert 'name="name"' not in page
    assert 'name="working_hours"' in page
    asked = {"action": "take_over_by_hand", "_selected_action": [team.pk]}
    listing = reverse("admin:people_team_changelist")
    assert "Take these teams over" in client.post(listing, asked).content.decode()
    team.refresh_from_db()
    assert team.source == "github"
    client.post(listing, asked | {"confirmed": "yes"})
    team.refresh_from_db()
    assert team.source == "manual"
    assert Event.objects.get(name="team_taken_over").actor == administrator


def test_a_team_owns_a_repository_or_a_project_and_never_both(
    client: Client, administrator: User
) -> None:
    team, repository = a_team(slug="web"), a_repository()
    add = reverse("admin:delivery_ownership_add")
    assert "one of them" in client.post(add, {"team": team.pk}).content.decode()
    client.post(add, {"team": team.pk, "repository": repository.pk})
    assert Ownership.objects.get().repository == repository
    again = client.post(add, {"team": team.pk, "repository": repository.pk})
    assert "already exists" in again.content.decode()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"working_hours": "9 to 5"}, "is no day"),
        ({"holidays_country": "XX"}, "No holidays are known"),
        ({"holidays_country": "de", "holidays_subdivision": "zz"}, "is no subdivision of DE"),
        ({"days_off": "tomorrow"}, "Enter a valid date"),
        ({"time_zone": "Nowhere"}, "is no time zone"),
    ],
)
def test_a_calendar_that_cannot_be_is_told(
    client: Client, administrator: User, values: dict[str, str], told: str
) -> None:
    home = Organisation.objects.create(pk=1)
    data = {
        "name": "Organisation",
        "time_zone": "UTC",
        "working_hours": "Mon-Fri 09:00-17:00",
        "minimum_group_size": "3",
    }
    page = client.post(reverse("admin:people_organisation_change", args=[home.pk]), data | values)
    assert told in page.content.decode()
