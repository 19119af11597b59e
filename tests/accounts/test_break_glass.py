"""Accounts for emergencies: no sign-in goes unnoticed, and none is acknowledged by whoever made it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client

from backend.accounts import break_glass
from backend.accounts.models import BreakGlassUse, User
from backend.accounts.store import enrolment_link
from tests.accounts.steps import choose_password, names, set_up_second_factor
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL = "emergency@plumbline.example"
LIST = "/admin/accounts/breakglassuse/"


def made() -> User:
    call_command("owner", "break-glass", "--email", EMAIL, stdout=StringIO())
    return User.objects.get(email=EMAIL)


def test_its_every_sign_in_is_told_until_another_administrator_has_seen_to_it(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    user = made()
    assert (user.role, user.is_break_glass) == (User.Role.OWNER, True)
    choose_password(client, enrolment_link(user=user))
    (line,) = (one for one in caplog.records if one.name == break_glass.__name__)
    assert (line.levelname, break_glass.USED in line.getMessage()) == ("CRITICAL", True)
    assert names()[-2:] == ["signed_in", "break_glass_used"]
    use = BreakGlassUse.objects.get()
    assert (use.user, use.address) == (user, "127.0.0.1")

    administrator = an_account(User.Role.ADMINISTRATOR)
    other = sign_in(Client(), administrator)
    assert f"The emergency account {EMAIL} signed in" in other.get("/admin/").content.decode()
    assert other.get("/api/v1/me").json()["emergency_use"]["account"] == EMAIL
    for role in (User.Role.AUDITOR, User.Role.TEAM_LEAD):
        reader = sign_in(Client(), an_account(role))
        assert reader.get("/api/v1/me").json()["emergency_use"] is None

    set_up_second_factor(client)
    client.get("/accounts/2fa/recovery-codes/")
    asked = {"action": "acknowledge", "_selected_action": use.pk, "confirmed": "yes"}
    refused = client.post(LIST, asked, follow=True)
    assert "Somebody else must acknowledge this" in refused.content.decode()
    assert break_glass.unseen().count() == 1

    other.post(LIST, asked)
    use.refresh_from_db()
    assert use.acknowledged_by == administrator
    assert names()[-1] == "break_glass_acknowledged"
    assert EMAIL not in other.get("/admin/").content.decode()
    assert other.get("/api/v1/me").json()["emergency_use"] is None


def test_what_cannot_be_told_does_not_happen(client: Client) -> None:
    user = made()
    link = enrolment_link(user=user)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_breakglassuse RENAME TO away")
    try:
        with pytest.raises(DatabaseError):
            choose_password(client, link)
        client.raise_request_exception = False
        assert client.get("/accounts/").status_code == 302, "nobody is signed in"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO accounts_breakglassuse")


def test_an_auditor_acknowledges_nothing(client: Client) -> None:
    use = BreakGlassUse.objects.create(user=made())
    sign_in(client, an_account(User.Role.AUDITOR))
    client.post(LIST, {"action": "acknowledge", "_selected_action": use.pk, "confirmed": "yes"})
    assert break_glass.unseen().exists()


def test_the_mark_cannot_be_taken_off_by_the_pages(client: Client) -> None:
    user = made()
    sign_in(client, an_account(User.Role.OWNER))
    client.post(
        f"/admin/accounts/user/{user.pk}/change/",
        {
            "email": user.email,
            "name": "Changed",
            "role": "owner",
            "is_active": "on",
            "is_break_glass": "",
            "grants-TOTAL_FORMS": 0,
            "grants-INITIAL_FORMS": 0,
        },
    )
    user.refresh_from_db()
    assert (user.name, user.is_break_glass) == ("Changed", True)
