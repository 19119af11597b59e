"""What can be done in the administration, and that each change leaves an event or does not happen."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection as database
from django.test import Client
from django.urls import reverse

from backend.accounts.models import TeamGrant, User
from backend.audit.models import Event
from backend.audit.reading import opened
from backend.connections.models import Connection
from backend.connections.store import credentials, webhook_secrets
from backend.delivery.models import ArtifactRule
from backend.people.models import Organisation, Person, Team
from backend.pipeline import bell
from backend.sources.models import Hint
from tests.factories import a_connection
from tests.sign_in import an_account, sign_in

Role = User.Role
TOKEN = "ghp_0123456789abcdefghij"


@pytest.fixture
def rung() -> Iterator[list[tuple[Any, ...]]]:
    """What the bell was rung for; no worker listens in tests."""
    calls: list[tuple[Any, ...]] = []
    with patch.object(bell, "ring", lambda *what: calls.append(what)):
        yield calls


def act(client: Client, model: str, action: str, *rows: Any, confirmed: bool = True) -> Any:
    """Choose an action for rows in the list."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    if confirmed:
        data["confirmed"] = "yes"
    return client.post(reverse(f"admin:{model}_changelist"), data)


def team_form(**values: Any) -> dict[str, Any]:
    blank = {
        "name": "A",
        "slug": "a",
        "parent": "",
        "time_zone": "",
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
    }
    return blank | values


@pytest.mark.django_db
class TestConnections:
    fields = {
        "kind": "github",
        "name": "",
        "url": "https://GHES.example/",
        "organisations": "a,b",
        "ca_certificate": "",
        "cloning_allowed": "on",
        "sign_in": "token",
        "token": TOKEN,
        "requests_per_hour": 10_000,
        "clone_limit_megabytes": 4096,
    }
    add = "/admin/connections/connection/add/"

    def test_one_is_added_with_its_token_sealed(
        self,
        client: Client,
        administrator: User,
        rung: list[Any],
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(self.add, self.fields).status_code == 302
        added = Connection.objects.get()
        assert (added.url, added.name, added.slug) == (
            *("https://ghes.example", "ghes.example", "ghes-example"),
        )
        assert added.organisations == ["a", "b"]
        assert credentials(added)[0].secret == TOKEN
        assert rung == [(bell.CHECK, added.pk)]
        assert TOKEN not in str(list(Event.objects.values()))
        assert {("token_set", administrator.pk)} <= set(
            Event.objects.values_list("name", "actor_id")
        )

    def test_its_token_is_never_shown_and_stays_unless_replaced(
        self, client: Client, administrator: User, rung: list[Any]
    ) -> None:
        client.post(self.add, self.fields)
        added = Connection.objects.get()
        page = reverse("admin:connections_connection_change", args=[added.pk])
        shown = client.get(page).content.decode()
        assert TOKEN not in shown
        assert "•••••••• set on" in shown
        client.post(page, self.fields | {"name": "renamed", "sign_in": "keep"})
        added.refresh_from_db()
        assert (added.name, credentials(added)[0].secret) == ("renamed", TOKEN)
        moved = self.fields | {"url": "https://elsewhere.example", "sign_in": "keep"}
        assert "Enter the credential again" in client.post(page, moved).content.decode()
        added.refresh_from_db()
        assert added.url == "https://ghes.example"
        client.post(page, self.fields | {"name": "renamed", "token": "another-token"})
        assert credentials(added)[0].secret == "another-token"

    @pytest.mark.parametrize(
        ("field", "value", "says"),
        [
            ("url", "http://ghes.example", "not encrypted"),
            ("url", "https://ghes.example/api/v3", "Leave out"),
            ("ca_certificate", "no certificate", "cannot be read"),
            ("token", "two words here", "paste it whole"),
            ("token", "", "needed"),
            ("sign_in", "keep", "Select a valid choice"),
        ],
    )
    def test_what_cannot_work_is_told_at_its_field(
        self, client: Client, administrator: User, field: str, value: str, says: str
    ) -> None:
        answer = client.post(self.add, self.fields | {field: value})
        assert answer.status_code == 200
        assert says in answer.context["adminform"].form.errors[field][0]
        assert not Connection.objects.exists()

    def test_the_page_never_asks_the_database_for_what_is_sealed(
        self,
        client: Client,
        administrator: User,
        rung: list[Any],
        django_assert_max_num_queries: Any,
    ) -> None:
        client.post(self.add, self.fields)
        page = reverse("admin:connections_connection_change", args=[Connection.objects.get().pk])
        with django_assert_max_num_queries(46) as captured:
            client.get(page)
            client.post(page, self.fields)
            client.get("/admin/connections/connection/")
        reads = [q["sql"] for q in captured if q["sql"].startswith("SELECT")]
        assert reads
        assert not [sql for sql in reads if '"sealed"' in sql]

    def test_a_webhook_secret_is_shown_once_with_its_address(
        self, client: Client, administrator: User
    ) -> None:
        found = a_connection(slug="ghes-example")
        page = reverse("admin:connections_connection_webhook_secret", args=[found.pk])
        assert b"Make it" in client.get(page).content
        assert webhook_secrets(found) == []
        shown = client.post(page, {"show": "Make it"}).content.decode()
        address, secret, events = re.findall(r'class="shown-once">([^<]+)<', shown)
        assert "workflow_run" in events
        assert address == f"{settings.PUBLIC_URL}/hooks/github/ghes-example"
        assert [one.secret for one in webhook_secrets(found)] == [secret.encode()]
        change = reverse("admin:connections_connection_change", args=[found.pk])
        assert secret not in client.get(change).content.decode()
        assert Event.objects.get(name="webhook_secret_set").actor == administrator

    def test_testing_and_syncing_are_asked_of_the_worker(
        self,
        client: Client,
        administrator: User,
        rung: list[Any],
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        found = a_connection()
        with django_capture_on_commit_callbacks(execute=True):
            act(client, "connections_connection", "test_connection", found)
            act(client, "connections_connection", "sync_now", found)
        assert rung == [(bell.CHECK, found.pk), ()]
        assert Hint.objects.get().kind == Hint.Kind.CONNECTION
        assert Event.objects.get(name="sync_asked_for").actor == administrator

    def test_pausing_asks_first(self, client: Client, administrator: User, rung: list[Any]) -> None:
        found = a_connection()
        asked = act(client, "connections_connection", "pause", found, confirmed=False)
        assert b"Pause collecting?" in asked.content
        found.refresh_from_db()
        assert found.state == Connection.State.WORKING
        act(client, "connections_connection", "pause", found)
        found.refresh_from_db()
        assert found.state == Connection.State.PAUSED
        act(client, "connections_connection", "resume", found)
        found.refresh_from_db()
        assert found.state == Connection.State.UNCHECKED

    def test_it_cannot_be_deleted_by_one_click(self, client: Client, administrator: User) -> None:
        found = a_connection()
        page = reverse("admin:connections_connection_delete", args=[found.pk])
        assert client.post(page, {"post": "yes"}).status_code == 403


@pytest.mark.django_db
class TestPeople:
    def test_a_change_leaves_an_event_with_actor_and_address(
        self, client: Client, administrator: User
    ) -> None:
        team = Team.objects.create(name="A", slug="a")
        page = reverse("admin:people_team_change", args=[team.pk])
        assert client.post(page, team_form(name="B")).status_code == 302
        event = Event.objects.get(object_repr="B", action=Event.Action.UPDATE)
        assert event.changes == {"name": ["A", "B"]}
        (told,) = opened([event])
        assert (event.actor, told.email) == (administrator, administrator.email)
        assert told.address == "127.0.0.1"

    def test_memberships_are_dated_and_do_not_overlap(
        self, client: Client, administrator: User
    ) -> None:
        team = Team.objects.create(name="A", slug="a")
        person = Person.objects.create(name="dev0001")
        page = reverse("admin:people_team_change", args=[team.pk])
        two = {
            "memberships-TOTAL_FORMS": 2,
            "memberships-0-person": person.pk,
            "memberships-1-person": person.pk,
            "memberships-0-ends_on": "2026-03-01",
        }
        refused = client.post(page, team_form(**two, **{"memberships-1-starts_on": "2026-02-01"}))
        assert b"overlap" in refused.content
        client.post(page, team_form(**two, **{"memberships-1-starts_on": "2026-03-01"}))
        spans = team.memberships.order_by("starts_on").values_list("starts_on", "ends_on")
        assert set(spans) == {(None, date(2026, 3, 1)), (date(2026, 3, 1), None)}

    def test_a_team_cannot_stand_below_itself(self, client: Client, administrator: User) -> None:
        top = Team.objects.create(name="A", slug="a")
        below = Team.objects.create(name="B", slug="b", parent=top)
        page = reverse("admin:people_team_change", args=[top.pk])
        answer = client.post(page, team_form(parent=below.pk))
        assert b"cannot stand below itself" in answer.content

    def test_an_unknown_time_zone_is_refused(self, client: Client, administrator: User) -> None:
        answer = client.post("/admin/people/team/add/", team_form(time_zone="Europe/Nowhere"))
        assert b"is no time zone" in answer.content

    def test_there_is_one_organisation(self, client: Client, administrator: User) -> None:
        answer = client.get("/admin/people/organisation/")
        assert answer.headers["Location"] == "/admin/people/organisation/add/"
        form = {"name": "Org", "time_zone": "Europe/Berlin", "minimum_group_size": 4}
        form["working_hours"] = "Mon-Fri 09:00-17:00"
        client.post("/admin/people/organisation/add/", form)
        assert Organisation.objects.get().pk == 1
        assert client.get("/admin/people/organisation/add/").status_code == 403


@pytest.mark.django_db
class TestAccounts:
    def form(self, user: User | None = None, **values: Any) -> dict[str, Any]:
        blank = {
            "email": user.email if user else "new@plumbline.example",
            "name": "",
            "person": "",
            "role": user.role if user else Role.TEAM_LEAD,
            "is_active": "on",
            "grants-TOTAL_FORMS": 0,
            "grants-INITIAL_FORMS": 0,
        }
        return blank | values

    def change(self, client: Client, user: User, **values: Any) -> Any:
        page = reverse("admin:accounts_user_change", args=[user.pk])
        return client.post(page, self.form(user, **values))

    def test_a_team_lead_is_added_with_a_team(self, client: Client, administrator: User) -> None:
        team = Team.objects.create(name="A", slug="a")
        grant = {"grants-TOTAL_FORMS": 1, "grants-0-team": team.pk}
        form = self.form(email="New@Plumbline.example") | grant
        assert client.post("/admin/accounts/user/add/", form).status_code == 302
        lead = User.objects.get(email="new@plumbline.example")
        assert TeamGrant.objects.get().user == lead
        assert not lead.has_usable_password()
        recorded = Event.objects.filter(actor=administrator, action=Event.Action.CREATE)
        assert set(recorded.values_list("content_type__model", flat=True)) == {"user", "teamgrant"}
        assert lead.password[-12:] not in str(list(recorded.values("changes")))

    def test_an_administrator_neither_makes_nor_touches_an_owner(
        self, client: Client, administrator: User
    ) -> None:
        owner = an_account(Role.OWNER)
        member = an_account(Role.MEMBER)
        assert self.change(client, member, role=Role.OWNER).status_code == 200
        assert self.change(client, owner, role=Role.MEMBER).status_code == 403
        act(client, "accounts_user", "reset_second_factor", owner)
        link = act(client, "accounts_user", "make_enrolment_link", owner)
        assert link.status_code == 302
        member.refresh_from_db()
        assert member.role == Role.MEMBER
        assert not Event.objects.filter(name__in=["second_factor_reset", "enrolment_link_made"])

    def test_an_owner_makes_another_and_the_last_one_stays(self, client: Client) -> None:
        owner, member = an_account(Role.OWNER), an_account(Role.MEMBER)
        sign_in(client, owner)
        assert b"your own role" in self.change(client, owner, role=Role.MEMBER).content
        assert self.change(client, member, role=Role.OWNER).status_code == 302
        member.refresh_from_db()
        assert member.role == Role.OWNER

    def test_an_enrolment_link_is_shown_once(self, client: Client, administrator: User) -> None:
        member = an_account(Role.MEMBER)
        asked = act(client, "accounts_user", "make_enrolment_link", member, confirmed=False)
        assert b"Make an enrolment link?" in asked.content
        shown = act(client, "accounts_user", "make_enrolment_link", member).content.decode()
        found = re.search(r'class="shown-once">([^<]+)<', shown)
        assert found
        path = found[1].replace("&amp;", "&").removeprefix(settings.PUBLIC_URL)
        assert b"Choose a password" in Client().get(path, follow=True).content
        event = Event.objects.get(name="enrolment_link_made")
        assert (event.actor, event.object_pk) == (administrator, str(member.pk))

    def test_a_lost_device_is_reset_and_all_sessions_end(
        self, client: Client, administrator: User
    ) -> None:
        member = an_account(Role.MEMBER)
        Authenticator.objects.create(user=member, type="totp", data={})
        assert client.get("/admin/accounts/user/?second_factor=yes").status_code == 200
        act(client, "accounts_user", "reset_second_factor", member)
        assert not Authenticator.objects.exists()
        assert Event.objects.get(name="second_factor_reset").actor == administrator

    def test_closing_an_account_ends_its_sessions(
        self, client: Client, administrator: User
    ) -> None:
        member = an_account(Role.MEMBER)
        browser = sign_in(Client(), member)
        assert browser.get("/accounts/sessions/").status_code == 200
        self.change(client, member, is_active="")
        assert browser.get("/accounts/sessions/").status_code == 302
        assert Event.objects.get(name="account_closed").actor == administrator

    def test_accounts_are_not_deleted(self, client: Client, administrator: User) -> None:
        member = an_account(Role.MEMBER)
        page = reverse("admin:accounts_user_delete", args=[member.pk])
        assert client.post(page, {"post": "yes"}).status_code == 403


@pytest.mark.django_db
def test_parked_work_is_retried(
    client: Client, administrator: User, rung: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    moment = "2026-03-02T00:00Z"
    hint = Hint.objects.create(
        connection=a_connection(),
        kind=Hint.Kind.CONNECTION,
        received_at=moment,
        due_at=moment,
        attempts=8,
        parked_at=moment,
        last_error="refused",
    )
    with django_capture_on_commit_callbacks(execute=True):
        act(client, "sources_hint", "retry", hint)
    hint.refresh_from_db()
    assert (hint.parked_at, hint.attempts) == (None, 0)
    assert rung == [()]
    assert Event.objects.get(name="retry_asked_for").actor == administrator


@pytest.mark.django_db(transaction=True)
def test_a_change_whose_event_cannot_be_written_does_not_happen(client: Client) -> None:
    sign_in(client, an_account(Role.ADMINISTRATOR))
    team = Team.objects.create(name="A", slug="a")
    person = Person.objects.create(name="dev0001")
    with database.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    try:
        page = reverse("admin:people_team_change", args=[team.pk])
        answers = [
            client.post(page, team_form(name="B")),
            client.post(
                "/admin/people/person/",
                {"action": "delete_selected", "_selected_action": person.pk, "post": "yes"},
            ),
        ]
        assert [one.status_code for one in answers] == [503, 503]
        assert all(b"Nothing was changed" in one.content for one in answers)
    finally:
        with database.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_event DROP CONSTRAINT full_disk")
    team.refresh_from_db()
    assert team.name == "A"
    assert Person.objects.filter(pk=person.pk).exists()


@pytest.mark.django_db
def test_a_rule_on_artifacts_is_an_administrators_and_leaves_an_event(
    client: Client, administrator: User
) -> None:
    told = {"repositories": "forge/*", "artifact": "test-results*"}
    client.post(reverse("admin:delivery_artifactrule_add"), told)
    rule = ArtifactRule.objects.get()
    assert (rule.repositories, rule.artifact) == ("forge/*", "test-results*")
    event = Event.objects.filter(content_type__model="artifactrule").latest("pk")
    assert (event.actor, event.action) == (administrator, Event.Action.CREATE)
    client.post(reverse("admin:delivery_artifactrule_delete", args=[rule.pk]), {"post": "yes"})
    assert not ArtifactRule.objects.exists()
