"""The sign-in policy: what it asks, who sets it, and that it cannot be set so that it locks out or lets in too much."""

import ipaddress

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from backend.accounts import policy
from backend.accounts.forms import AuthenticateForm, ReauthenticateForm
from backend.accounts.models import SignInPolicy, User
from backend.accounts.policy import InvalidPolicy, may_administer_from, parse_networks, set_policy
from backend.audit.models import Event
from tests.accounts.steps import (
    ADD_KEY,
    ENROL,
    LOGIN,
    PASSWORD,
    code,
    enrolled,
    give_password,
    later,
    sign_in_again,
)
from tests.sign_in import an_account, sign_in

PAGE = "/admin/accounts/signinpolicy/1/change/"
ADDRESSES = st.ip_addresses()


def form(**values: object) -> dict[str, object]:
    shipped = {
        "second_factor_for_all": "on",
        "factors": "any",
        "idle_minutes": 30,
        "session_hours": 12,
        "admin_networks": "",
    }
    return {key: value for key, value in (shipped | values).items() if value is not None}


def with_key(user: User) -> None:
    Authenticator.objects.create(user=user, type=policy.KEY, data={"name": "Key 1"})


@given(ADDRESSES, st.integers(0, 32))
def test_an_address_is_in_the_networks_that_hold_it(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, prefix: int
) -> None:
    network = ipaddress.ip_network(f"{address}/{prefix}", strict=False)
    held = SignInPolicy(admin_networks=parse_networks([f" {address}/{prefix} ", ""]))
    assert held.admin_networks == [str(network)]
    assert may_administer_from(held, str(address))
    if address.version == 4:
        assert may_administer_from(held, f"::ffff:{address}"), (
            "the same one, as version 6 writes it"
        )


@given(ADDRESSES, ADDRESSES)
def test_any_other_address_is_not(
    one: ipaddress.IPv4Address | ipaddress.IPv6Address,
    other: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    held = SignInPolicy(admin_networks=parse_networks([str(one)]))
    spellings = {other, getattr(other, "ipv4_mapped", None)}
    assert may_administer_from(held, str(other)) == (one in spellings)


@pytest.mark.parametrize("broken", ["10.0.0.0/33", "everybody", "10.0.0.1-10.0.0.9", "::1/129"])
def test_what_is_no_network_is_refused_and_opens_nothing(broken: str) -> None:
    with pytest.raises(InvalidPolicy, match="Write networks like"):
        parse_networks([broken])
    assert not may_administer_from(SignInPolicy(admin_networks=[broken]), "10.0.0.1")
    assert not may_administer_from(SignInPolicy(admin_networks=["10.0.0.0/8"]), "")


@pytest.mark.django_db
def test_an_owner_sets_it_and_each_change_is_on_record(client: Client) -> None:
    owner = an_account(User.Role.OWNER)
    sign_in(client, owner)
    assert client.get("/admin/accounts/signinpolicy/").headers["Location"].endswith("/add/")
    client.post("/admin/accounts/signinpolicy/add/", form(idle_minutes=10))
    client.post(PAGE, form(idle_minutes=15, admin_networks="127.0.0.0/8\r\n2001:db8::/48"))
    stored = SignInPolicy.objects.get()
    assert (stored.idle_minutes, stored.admin_networks) == (15, ["127.0.0.0/8", "2001:db8::/48"])
    changed = Event.objects.filter(object_repr="sign-in policy").order_by("-pk")[0]
    assert changed.actor == owner
    assert changed.changes["idle_minutes"] == ["10", "15"]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [User.Role.ADMINISTRATOR, User.Role.AUDITOR])
def test_others_read_it_alone(client: Client, role: str) -> None:
    SignInPolicy.objects.create(pk=1)
    user = an_account(role)
    sign_in(client, user)
    assert client.get(PAGE).status_code == 200
    assert client.post(PAGE, form(idle_minutes=10)).status_code == 403
    assert client.post("/admin/accounts/signinpolicy/add/", form()).status_code == 403
    assert SignInPolicy.objects.get().idle_minutes == 30
    with pytest.raises(InvalidPolicy, match="Only an owner"):
        set_policy(policy=SignInPolicy(), acting_user=user, address="127.0.0.1")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"admin_networks": "10.0.0.0/8"}, "lock yourself out"),
        ({"admin_networks": "everybody"}, "does not appear to be"),
        ({"factors": "keys"}, "Set up a key for yourself first"),
        ({"idle_minutes": 31}, "less than or equal to 30"),
        ({"idle_minutes": 4}, "greater than or equal to 5"),
        ({"session_hours": 13}, "less than or equal to 12"),
        ({"session_hours": 0}, "greater than or equal to 1"),
        ({"factors": "none"}, "Select a valid choice"),
    ],
    ids=lambda value: next(iter(value.items()))[1] if isinstance(value, dict) else None,
)
def test_what_would_lock_out_or_let_in_too_much_is_refused(
    client: Client, values: dict[str, object], said: str
) -> None:
    sign_in(client, an_account(User.Role.OWNER))
    answer = client.post("/admin/accounts/signinpolicy/add/", form(**values))
    assert said in answer.content.decode()
    assert not SignInPolicy.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [{"idle_minutes": 31}, {"session_hours": 13}, {"factors": "none"}, {"pk": 2}],
    ids=lambda values: next(iter(values)),
)
def test_the_database_keeps_the_bounds_as_well(values: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SignInPolicy.objects.create(**({"pk": 1} | values))
    with pytest.raises(ValidationError):
        SignInPolicy(**({"pk": 1} | values)).full_clean(validate_unique=False)


@pytest.mark.django_db(transaction=True)
def test_where_the_policy_cannot_be_read_nothing_opens(client: Client) -> None:
    sign_in(client, an_account(User.Role.OWNER))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_signinpolicy RENAME TO away")
    try:
        for path in ("/admin/", "/accounts/", "/api/v1/me"):
            with pytest.raises(DatabaseError):
                client.get(path)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO accounts_signinpolicy")


@pytest.mark.django_db
def test_the_administration_opens_to_the_listed_networks_alone(client: Client) -> None:
    SignInPolicy.objects.create(pk=1, admin_networks=["10.0.0.0/8"])
    sign_in(client, an_account(User.Role.OWNER))
    for path in ("/admin/", "/admin/accounts/user/", "/admin/nothing/", PAGE, "/admin/login/"):
        assert client.get(path, REMOTE_ADDR="192.0.2.1").status_code == 403, path
        assert (
            client.get(path, REMOTE_ADDR="10.1.2.3").status_code != 403 or path == "/admin/login/"
        )
    forged = client.get("/admin/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="10.1.2.3")
    assert forged.status_code == 403
    assert Client().get("/admin/", REMOTE_ADDR="192.0.2.1").status_code == 403
    assert client.get("/accounts/", REMOTE_ADDR="192.0.2.1").status_code == 200
    assert "administration_refused" in Event.objects.values_list("name", flat=True)
    call_command("sign_in_policy", "open-administration", verbosity=0)
    assert client.get("/admin/", REMOTE_ADDR="192.0.2.1").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_without_a_second_factor_for_all_who_administers_still_needs_one(client: Client) -> None:
    SignInPolicy.objects.create(pk=1, second_factor_for_all=False)
    user = an_account(User.Role.TEAM_LEAD)
    user.set_password(PASSWORD)
    user.save()
    assert give_password(client, user.email).headers["Location"] == "/"
    assert client.get("/accounts/").status_code == 200
    for role in (User.Role.OWNER, User.Role.ADMINISTRATOR, User.Role.AUDITOR):
        User.objects.update(role=role)
        assert client.get("/accounts/").headers["Location"] == ENROL
        assert client.get("/admin/").headers["Location"] == ENROL
    User.objects.update(role=User.Role.MEMBER)
    SignInPolicy.objects.update(second_factor_for_all=True)
    assert client.get("/accounts/").headers["Location"] == ENROL, "at once, for sessions there are"


@pytest.mark.django_db(transaction=True)
def test_who_has_a_second_factor_shows_it_though_none_is_asked_for(client: Client) -> None:
    user, _ = enrolled(client)
    SignInPolicy.objects.create(pk=1, second_factor_for_all=False)
    browser = Client()
    give_password(browser, user.email)
    assert browser.get("/accounts/").headers["Location"].startswith(LOGIN)


@pytest.mark.django_db(transaction=True)
def test_where_keys_alone_count_an_app_leads_to_the_first_key_and_no_further(
    client: Client,
) -> None:
    user, secret = enrolled(client)
    SignInPolicy.objects.create(pk=1, factors="keys")
    assert client.get("/accounts/").headers["Location"] == ADD_KEY
    assert client.get(ADD_KEY).status_code == 200
    assert client.get(ENROL).headers["Location"] == ADD_KEY
    thief = Client()
    thief.force_login(user)
    assert thief.get(ADD_KEY).headers["Location"].startswith(LOGIN), "the app is asked for before"
    browser = Client()
    sign_in_again(browser, user, secret)
    assert browser.get("/").headers["Location"] == ADD_KEY


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery code"])
def test_where_keys_alone_count_codes_of_who_has_one_open_nothing(
    client: Client, kind: str
) -> None:
    user, secret = enrolled(client)
    spare = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    with_key(user)
    SignInPolicy.objects.create(pk=1, factors="keys")
    assert client.get("/accounts/").headers["Location"] == LOGIN, "the app's session is over"
    with later(seconds=60):
        typed = code(secret) if kind == "app" else spare
        for kind_of_form in (AuthenticateForm, ReauthenticateForm):
            refused = kind_of_form(user=user, data={"code": typed})
            assert not refused.is_valid()
            assert "Codes do not count here" in str(refused.errors)
    assert Authenticator.objects.get(type="recovery_codes").data["used_mask"] == 0


@pytest.mark.django_db
def test_an_owner_with_a_key_may_ask_for_keys_alone(client: Client) -> None:
    owner = an_account(User.Role.OWNER)
    with_key(owner)
    set_policy(policy=SignInPolicy(factors="keys"), acting_user=owner, address="127.0.0.1")
    assert policy.current().factors == "keys"
    client.force_login(owner)
    assert client.get("/admin/").headers["Location"] == LOGIN


@pytest.mark.django_db
def test_sessions_end_by_the_policy(client: Client) -> None:
    SignInPolicy.objects.create(pk=1, idle_minutes=5, session_hours=1)
    sign_in(client, an_account(User.Role.MEMBER))
    for minutes in range(4, 60, 4):
        with later(seconds=minutes * 60):
            assert client.get("/accounts/").status_code == 200, minutes
    with later(seconds=3601):
        assert client.get("/accounts/").status_code == 302
    sign_in(client, an_account(User.Role.MEMBER))
    with later(seconds=301):
        assert client.get("/accounts/").status_code == 302
