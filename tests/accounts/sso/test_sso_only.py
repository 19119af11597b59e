"""Single sign-on as the only way in: when it may be switched on, and what passwords then do."""

import json

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone

from backend.accounts import policy
from backend.accounts.models import IdentityProvider, SignInPolicy, User
from backend.accounts.sso import store
from backend.accounts.store import enrolment_link
from backend.audit.models import Event
from tests.accounts.passkeys import Passkey
from tests.accounts.sso.providers import a_provider
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
PASSWORD = "nine bronze kettles"
Role = User.Role


def set_sso_only(*, sso_only: bool, acting_user: User) -> None:
    asked = SignInPolicy(sso_only=sso_only)
    policy.set_policy(policy=asked, acting_user=acting_user, address="127.0.0.1")


def with_password(role: str, **values: bool) -> User:
    user = an_account(role)
    user.set_password(PASSWORD)
    for name, value in values.items():
        setattr(user, name, value)
    user.save()
    return user


@pytest.fixture
def owner() -> User:
    return with_password(Role.OWNER, is_break_glass=True)


@pytest.fixture
def row(owner: User) -> IdentityProvider:
    """One that an owner came in by."""
    made = store.save_provider(provider=a_provider(), client_secret="s3cret", acting_user=owner)
    store.note_signed_in(slug=made.slug, user=owner)
    made.refresh_from_db()
    return made


def test_it_is_switched_on_where_it_was_shown_to_work(owner: User, row: IdentityProvider) -> None:
    set_sso_only(sso_only=True, acting_user=owner)
    assert store.sso_only()
    assert Event.objects.filter(name="sso_only_switched_on", actor=owner).exists()
    assert row.proven_at


def test_a_change_of_the_provider_must_be_shown_to_work_anew(
    owner: User, row: IdentityProvider
) -> None:
    store.save_provider(provider=row, acting_user=owner)
    with pytest.raises(policy.InvalidPolicy, match="since it was last changed"):
        set_sso_only(sso_only=True, acting_user=owner)


def test_a_member_s_sign_in_shows_nothing(owner: User, row: IdentityProvider) -> None:
    IdentityProvider.objects.update(proven_at=None)
    store.note_signed_in(slug=row.slug, user=an_account(Role.MEMBER))
    with pytest.raises(policy.InvalidPolicy):
        set_sso_only(sso_only=True, acting_user=owner)


@pytest.mark.usefixtures("row")
@pytest.mark.parametrize(
    "change",
    [
        {"is_break_glass": False},
        {"is_active": False},
        {"role": Role.ADMINISTRATOR},
        {"password": "!"},
    ],
    ids=str,
)
def test_somebody_must_get_in_without_it(owner: User, change: dict[str, object]) -> None:
    User.objects.filter(pk=owner.pk).update(**change)
    with pytest.raises(policy.InvalidPolicy, match="emergencies"):
        set_sso_only(sso_only=True, acting_user=owner)
    assert not store.sso_only()


def test_the_last_provider_that_works_stays(owner: User, row: IdentityProvider) -> None:
    set_sso_only(sso_only=True, acting_user=owner)
    with pytest.raises(store.CannotChange):
        store.remove_provider(provider=row, acting_user=owner)
    row.is_enabled = False
    with pytest.raises(store.CannotChange):
        store.save_provider(provider=row, acting_user=owner)
    set_sso_only(sso_only=False, acting_user=owner)
    store.remove_provider(provider=row, acting_user=owner)
    assert not IdentityProvider.objects.exists()


def test_a_removed_provider_s_subjects_are_forgotten(owner: User, row: IdentityProvider) -> None:
    """Whoever is set up under the same name next could else speak for them."""
    SocialAccount.objects.create(user=owner, provider=row.slug, uid="1")
    assert store.remove_provider(provider=row, acting_user=owner) == 1
    assert not SocialAccount.objects.exists()
    assert Event.objects.get(name="identity_provider_removed").additional_data == {"connected": 1}


def test_the_secret_is_bound_to_its_row_and_stands_nowhere_else(
    owner: User, row: IdentityProvider
) -> None:
    assert store.client_secret(row) == "s3cret"
    assert b"s3cret" not in bytes(row.enveloped_secret or b"")
    other = store.save_provider(provider=a_provider(slug="other"), acting_user=owner)
    other.enveloped_secret = row.enveloped_secret
    with pytest.raises(Exception, match="does not belong here"):
        store.client_secret(other)
    assert "s3cret" not in "".join(str(event.__dict__) for event in Event.objects.all())


def say(user: User | None, password: str) -> str:
    """What the sign-in page answers."""
    email = user.email if user else "nobody@plumbline.example"
    answer = Client().post("/accounts/login/", {"login": email, "password": password})
    return answer.headers.get("Location", "") or str(answer.context["form"].errors)


@pytest.fixture
def only(row: IdentityProvider, owner: User) -> IdentityProvider:
    set_sso_only(sso_only=True, acting_user=owner)
    return row


@pytest.mark.usefixtures("only")
def test_the_password_page_says_the_same_to_everybody(owner: User) -> None:
    lead = with_password(Role.TEAM_LEAD)
    closed = with_password(Role.TEAM_LEAD, is_active=False)
    said = {
        say(lead, PASSWORD),
        say(lead, "another password"),
        say(closed, PASSWORD),
        say(None, PASSWORD),
        say(owner, "another password"),
    }
    assert len(said) == 1
    assert "is not right" in said.pop()
    assert say(owner, PASSWORD) == "/"
    assert Event.objects.get(name="break_glass_used").actor == owner


@pytest.mark.usefixtures("only")
def test_who_somebody_is_is_not_shown_by_a_password_either(client: Client) -> None:
    sign_in(client, with_password(Role.TEAM_LEAD))
    page = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert page.status_code == 403


@pytest.mark.usefixtures("only")
def test_an_enrolment_link_is_no_way_around(owner: User) -> None:
    lead = an_account(Role.TEAM_LEAD)
    page = Client().get(enrolment_link(user=lead), follow=True)
    assert b"does not work any more" in page.content
    page = Client().get(enrolment_link(user=owner), follow=True)
    assert b"Choose a password" in page.content


@pytest.mark.usefixtures("only")
@pytest.mark.parametrize("page", ["change", "set"])
def test_there_is_no_password_to_be_changed(client: Client, page: str) -> None:
    lead = with_password(Role.TEAM_LEAD)
    sign_in(client, lead)
    answer = client.post(
        f"/accounts/password/{page}/",
        {
            "oldpassword": PASSWORD,
            "password1": "ten silver kettles",
            "password2": "ten silver kettles",
        },
    )
    assert answer.headers["Location"] == "/accounts/connections/"
    lead.refresh_from_db()
    assert lead.check_password(PASSWORD)


def test_nobody_loses_their_last_way_in(client: Client, row: IdentityProvider) -> None:
    user = an_account(Role.TEAM_LEAD)
    account = SocialAccount.objects.create(user=user, provider=row.slug, uid="1")
    sign_in(client, user)
    client.post(f"/accounts/connections/{account.pk}/disconnect/")
    assert SocialAccount.objects.filter(pk=account.pk).exists()
    other = a_provider("saml")
    other.save()
    SocialAccount.objects.create(user=user, provider=other.slug, uid="2")
    client.post(f"/accounts/connections/{account.pk}/disconnect/")
    assert not SocialAccount.objects.filter(pk=account.pk).exists()
    assert Event.objects.filter(name="sign_in_disconnected").exists()


def test_nobody_disconnects_another_s(client: Client, row: IdentityProvider) -> None:
    account = SocialAccount.objects.create(
        user=with_password(Role.TEAM_LEAD), provider=row.slug, uid="1"
    )
    sign_in(client, with_password(Role.TEAM_LEAD))
    answer = client.post(f"/accounts/connections/{account.pk}/disconnect/")
    assert answer.status_code == 404
    assert SocialAccount.objects.exists()


def test_connecting_wants_a_fresh_proof(client: Client, row: IdentityProvider) -> None:
    sign_in(client, with_password(Role.TEAM_LEAD))
    session = client.session
    session["started_at"] = timezone.now().timestamp() - 3600
    session["second_factor"] |= {"at": timezone.now().timestamp() - 3600}
    session.save()
    answer = client.post(f"/accounts/sso/{row.slug}/start/", {"process": "connect"})
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert (
        Client().post(f"/accounts/sso/{row.slug}/start/", {"process": "connect"}).status_code == 403
    )


def test_there_is_one_policy(owner: User) -> None:
    set_sso_only(sso_only=False, acting_user=owner)
    set_sso_only(sso_only=False, acting_user=owner)
    assert SignInPolicy.objects.count() == 1


def passkey_lets_in(passkey: Passkey) -> bool:
    client, page = Client(SERVER_NAME="localhost"), "/accounts/2fa/webauthn/login/"
    told = client.get(page, headers={"Accept": "application/json"}).json()
    challenge = told["request_options"]["publicKey"]["challenge"]
    client.post(page, {"credential": json.dumps(passkey.sign(challenge))})
    return "_auth_user_id" in client.session


def test_a_passkey_is_no_way_around_either(owner: User, row: IdentityProvider) -> None:
    lead = with_password(Role.TEAM_LEAD)
    keys = [Passkey(lead), Passkey(owner)]
    assert [passkey_lets_in(one) for one in keys] == [True, True]
    set_sso_only(sso_only=True, acting_user=owner)
    assert [passkey_lets_in(one) for one in keys] == [False, True], "the owner's is for emergencies"
