"""Identity providers in the administration: owners alone, secrets that go in and stay in, and tests that tell why."""

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from backend.accounts.models import IdentityProvider, SignInPolicy, User
from backend.accounts.sso import store
from backend.audit.models import Event
from tests.accounts.sso.providers import IDP, a_provider, saml_metadata
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
Role = User.Role
PAGE = "/admin/accounts/identityprovider/"


@pytest.fixture
def owner(client: Client) -> User:
    user = an_account(Role.OWNER)
    sign_in(client, user)
    return user


def wish(**values: Any) -> dict[str, Any]:
    usual = {
        "kind": "oidc",
        "name": "Directory",
        "slug": "directory",
        "address": "https://login.plumbline.example/realm/",
        "client_id": "plumbline",
        "client_secret": "s3cret-of-the-client",
        "email_domains": "plumbline.example, Second.example",
        "_continue": "1",
    }
    return usual | values


def test_a_provider_is_stored_with_a_secret_that_nobody_reads_again(
    client: Client, owner: User
) -> None:
    page = client.post(f"{PAGE}add/", wish(), follow=True).content.decode()
    row = IdentityProvider.objects.get()
    assert store.client_secret(row) == "s3cret-of-the-client"
    assert row.email_domains == ["plumbline.example", "second.example"]
    assert "s3cret" not in page
    assert "/accounts/sso/directory/callback/" in page
    event = Event.objects.get(name="identity_provider_secret_set")
    assert event.actor == owner
    assert "s3cret" not in "".join(str(one.__dict__) for one in Event.objects.all())


@pytest.mark.usefixtures("owner")
def test_a_secret_is_kept_but_not_for_another_address(client: Client) -> None:
    client.post(f"{PAGE}add/", wish())
    row = IdentityProvider.objects.get()
    change = f"{PAGE}{row.pk}/change/"
    client.post(change, wish(client_secret="", name="Renamed"))
    row.refresh_from_db()
    assert (row.name, store.client_secret(row)) == ("Renamed", "s3cret-of-the-client")
    client.post(change, wish(client_secret="", address="https://other.plumbline.example"))
    row.refresh_from_db()
    assert row.address == "https://other.plumbline.example"
    assert store.client_secret(row) == ""


@pytest.mark.usefixtures("owner")
def test_what_subjects_hang_on_stays_once_accounts_are_connected(client: Client) -> None:
    client.post(f"{PAGE}add/", wish())
    row = IdentityProvider.objects.get()
    SocialAccount.objects.create(user=an_account(Role.MEMBER), provider=row.slug, uid="1")
    client.post(
        f"{PAGE}{row.pk}/change/", wish(address="https://other.example", slug="other", kind="saml")
    )
    row.refresh_from_db()
    assert (row.address, row.slug, row.kind) == (
        *("https://login.plumbline.example/realm/", "directory"),
        "oidc",
    )


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"address": "http://login.plumbline.example"}, "begin with https://"),
        ({"client_id": ""}, "Copy it from the application"),
        ({"links_by_email": "on", "email_domains": ""}, "Name the domains"),
        ({"ca_certificate": "no certificate"}, "certificate cannot be read"),
        ({"kind": "saml"}, "Copy the entityID"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_work_is_refused(client: Client, values: dict[str, Any], words: str) -> None:
    answer = client.post(f"{PAGE}add/", wish(**values))
    assert words in answer.content.decode()
    assert not IdentityProvider.objects.exists()


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_others_look_and_change_nothing(client: Client, role: str) -> None:
    """Whoever sets a provider up could else become an owner by it."""
    row = a_provider()
    row.save()
    SignInPolicy.objects.create(pk=1)
    sign_in(client, an_account(role))
    assert client.get(f"{PAGE}{row.pk}/change/").status_code == 200
    assert client.post(f"{PAGE}{row.pk}/change/", wish()).status_code == 403
    assert client.post(f"{PAGE}add/", wish()).status_code == 403
    assert client.post(f"{PAGE}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"{PAGE}{row.pk}/test/").status_code == 403
    policy = client.post("/admin/accounts/signinpolicy/1/change/", {"sso_only": "on"})
    assert policy.status_code == 403


def test_removing_one_is_asked_first(client: Client, owner: User) -> None:
    row = a_provider()
    row.save()
    asked = client.get(f"{PAGE}{row.pk}/delete/")
    assert b"everybody connects anew" in asked.content
    assert IdentityProvider.objects.exists()
    client.post(f"{PAGE}{row.pk}/delete/", {"post": "yes"})
    assert not IdentityProvider.objects.exists()
    assert Event.objects.get(name="identity_provider_removed").actor == owner


def test_the_last_way_in_is_not_removed(client: Client, owner: User) -> None:
    row = a_provider()
    row.save()
    store.note_signed_in(slug=row.slug, user=owner)
    SignInPolicy.objects.create(pk=1, sso_only=True)
    answer = client.post(f"{PAGE}{row.pk}/delete/", {"post": "yes"}, follow=True)
    assert b"last provider known to work" in answer.content
    assert IdentityProvider.objects.exists()


@pytest.mark.usefixtures("owner")
def test_single_sign_on_only_says_what_is_missing(client: Client) -> None:
    wish = {"sso_only": "on", "factors": "any", "idle_minutes": 30, "session_hours": 12}
    answer = client.post("/admin/accounts/signinpolicy/add/", wish, follow=True)
    assert b"No enabled identity provider was used" in answer.content
    assert not store.sso_only()


@pytest.mark.usefixtures("owner")
def test_a_test_says_what_is_wrong(client: Client) -> None:
    row = a_provider("saml", metadata=saml_metadata())
    row.save()
    page = client.post(f"{PAGE}{row.pk}/test/").content.decode()
    assert f"{IDP} sends people to" in page
    assert "A signing certificate is valid until" in page
    IdentityProvider.objects.update(entity_id="https://another.example")
    page = client.post(f"{PAGE}{row.pk}/test/").content.decode()
    assert f"The metadata is of {IDP}, not of the entity ID." in page
    IdentityProvider.objects.update(metadata="", address="https://127.0.0.1:1/metadata")
    page = client.post(f"{PAGE}{row.pk}/test/").content.decode()
    assert "127.0.0.1:1 cannot be reached" in page
