"""Nobody gives more than they have, and an auditor changes nothing, whichever way is tried."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client

from backend.accounts import access
from backend.accounts.models import User
from backend.accounts.store import add_service_account
from backend.audit.models import Event
from backend.audit.names import ACTS, READS
from backend.config.admin.site import site
from backend.people.models import Person
from tests.factories import History, a_team
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/admin/accounts/user/"
NO_GRANTS = {"grants-TOTAL_FORMS": 0, "grants-INITIAL_FORMS": 0}


def wish(user: User, **values: Any) -> dict[str, Any]:
    return {"email": user.email, "role": user.role, "is_active": "on", **NO_GRANTS} | values


@pytest.fixture
def owner() -> User:
    user = an_account("owner")
    Authenticator.objects.create(user=user, type="totp", data={})
    return user


def test_an_administrator_makes_nobody_an_owner(client: Client, owner: User) -> None:
    administrator, member = an_account("administrator"), an_account("member")
    sign_in(client, administrator)
    for user in (administrator, member):
        page = client.post(f"{PAGE}{user.pk}/change/", wish(user, role="owner"))
        assert "errorlist" in page.content.decode()
    new = {"email": "new@plumbline.example", "role": "owner", "is_active": "on", **NO_GRANTS}
    assert "errorlist" in client.post(f"{PAGE}add/", new).content.decode()
    assert list(User.objects.filter(role="owner")) == [owner]
    assert client.post(f"{PAGE}add/", new | {"role": "administrator"}).status_code == 302


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("owner", set(User.Role.values)),
        ("administrator", set(User.Role.values) - {"owner"}),
        ("auditor", set()),
        ("team_lead", set()),
        ("member", set()),
        ("", set()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_roles_that_each_may_give(role: str, expected: set[str]) -> None:
    assert set(access.roles_to_give(an_account(role))) == expected


def test_an_administrator_changes_nothing_about_an_owner(client: Client, owner: User) -> None:
    sign_in(client, an_account("administrator"))
    for values in ({"role": "member"}, {"is_active": ""}, {"email": "x@plumbline.example"}):
        answer = client.post(f"{PAGE}{owner.pk}/change/", wish(owner, **values))
        assert answer.status_code == 403
    for action in ("make_enrolment_link", "reset_second_factor", "end_sessions"):
        asked = {"action": action, ACTION_CHECKBOX_NAME: [owner.pk], "confirmed": "yes"}
        assert b"/accounts/enrol/" not in client.post(PAGE, asked).content
    assert Authenticator.objects.filter(user=owner).count() == 1
    names = ("enrolment_link_made", "second_factor_reset", "sessions_ended")
    assert not Event.objects.filter(name__in=names).exists()


def test_the_list_is_no_way_round_either(client: Client, owner: User) -> None:
    """Nothing can be edited in lists, and no account of people is reached as a service account."""
    for model, page in site._registry.items():
        assert not page.list_editable, model
    administrator = an_account("administrator")
    sign_in(client, administrator)
    answer = client.post(f"/admin/accounts/serviceaccount/{owner.pk}/change/", {"role": "auditor"})
    assert answer.headers["Location"] == "/admin/"
    service = add_service_account(name="x", role="auditor", responsible=administrator)
    for role in ("owner", "administrator"):
        typed = {"name": "x", "role": role, "responsible": administrator.pk, **NO_GRANTS}
        again = client.post(f"/admin/accounts/serviceaccount/{service.pk}/change/", typed)
        assert "errorlist" in again.content.decode()


def test_an_owner_changes_an_owner_but_not_the_last_one_away(client: Client, owner: User) -> None:
    other = an_account("owner")
    sign_in(client, owner)
    assert client.post(f"{PAGE}{other.pk}/change/", wish(other, role="member")).status_code == 302
    page = client.post(f"{PAGE}{owner.pk}/change/", wish(owner, role="member"))
    assert "cannot take your own role" in page.content.decode()


def test_nobody_links_their_own_account_to_a_person(client: Client, owner: User) -> None:
    """It would open that person's own figures to them."""
    person, other = Person.objects.create(name="dev0001"), an_account("member")
    sign_in(client, owner)
    page = client.post(f"{PAGE}{owner.pk}/change/", wish(owner, person=person.pk))
    assert "Somebody else must link" in page.content.decode()
    answer = client.post(f"{PAGE}{other.pk}/change/", wish(other, person=person.pk))
    other.refresh_from_db()
    assert (answer.status_code, other.person) == (302, person)


def test_no_action_of_any_list_is_an_auditors(client: Client, owner: User) -> None:
    History().pull(None)
    a_team(slug="a")
    add_service_account(name="x", role="auditor", responsible=owner)
    sign_in(client, an_account("auditor"))
    tried = 0
    for model, page in site._registry.items():
        row = model._default_manager.first()
        for name in page.actions or ():
            before = _changes()
            answer = client.post(
                f"/admin/{model._meta.app_label}/{model._meta.model_name}/",
                {
                    "action": name if isinstance(name, str) else name.__name__,
                    ACTION_CHECKBOX_NAME: [row.pk if row else 0],
                    "confirmed": "yes",
                },
            )
            # Django answers an action that is not offered with the list again.
            assert answer.status_code in {200, 302, 403}, (model, name)
            assert _changes() == before, (model, name)
            tried += 1
    assert tried > 10


def test_every_action_needs_leave_to_administer() -> None:
    for model, page in site._registry.items():
        for name in page.actions or ():
            verb = getattr(page, name) if isinstance(name, str) else name
            assert getattr(verb, "allowed_permissions", None) == ["administer"], (model, name)


def _changes() -> int:
    """Events but for those of looking, and of being refused."""
    looked = {name for name, act in ACTS.items() if act.group == READS} | {"access_denied"}
    return int(Event.objects.exclude(name__in=looked).count())
