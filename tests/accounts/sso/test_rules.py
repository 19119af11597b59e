"""Whose account an answer opens: by its subject, or by an address that is proven, and by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.accounts.models import IdentityProvider, User
from backend.accounts.sso.cleaning import InvalidProvider, clean
from backend.accounts.sso.rules import (
    Identity,
    NewAccount,
    Refusal,
    Refused,
    decide,
    shows_second_factor,
)
from tests.accounts.sso.providers import a_provider

DOMAIN = "plumbline.example"
flags = st.booleans()
identities = st.builds(
    Identity,
    subject=st.just("subject"),
    email=st.sampled_from(
        ["", f"a@{DOMAIN}", f"A@{DOMAIN.upper()}", "a@elsewhere.example", f"a@x.{DOMAIN}"]
    ),
    email_verified=st.sampled_from([None, True, False]),
    contexts=st.frozensets(st.sampled_from(["mfa", "pwd", "otp"])),
)
providers = st.builds(
    a_provider,
    kind=st.just("oidc"),
    email_domains=st.sampled_from([[], [DOMAIN]]),
    vouches_for_email=flags,
    links_by_email=flags,
    creates_accounts=flags,
    trusts_second_factor=flags,
)
users = st.none() | st.builds(
    User,
    pk=st.just(1),
    email=st.just(f"a@{DOMAIN}"),
    is_active=flags,
    is_break_glass=flags,
    is_service=flags,
)


@given(providers, identities, users)
def test_a_stored_subject_is_all_that_counts(
    provider: IdentityProvider, identity: Identity, by_email: User | None
) -> None:
    known = User(pk=7, is_active=True)
    assert decide(provider, identity, known=known, by_email=by_email) is known


@given(providers, identities, users)
def test_an_address_opens_an_account_only_where_it_is_proven_and_allowed(
    provider: IdentityProvider, identity: Identity, by_email: User | None
) -> None:
    try:
        found = decide(provider, identity, known=None, by_email=by_email)
    except Refused:
        return
    assert identity.email.lower().endswith(f"@{DOMAIN}")
    assert provider.email_domains == [DOMAIN]
    assert identity.email_verified is not False, "what is called unverified never counts"
    assert identity.email_verified or provider.vouches_for_email
    if isinstance(found, NewAccount):
        assert by_email is None
        assert provider.creates_accounts
        assert found.email == identity.email.lower()
    else:
        assert found is by_email
        assert provider.links_by_email
        assert found.is_active
        assert not found.is_break_glass
        assert not found.is_service


@given(providers, identities)
def test_a_closed_account_stays_closed(provider: IdentityProvider, identity: Identity) -> None:
    with pytest.raises(Refused) as refused:
        decide(provider, identity, known=User(pk=7, is_active=False), by_email=None)
    assert refused.value.reason is Refusal.CLOSED


@given(providers, identities)
def test_a_second_factor_counts_where_it_is_said_and_trusted(
    provider: IdentityProvider, identity: Identity
) -> None:
    both = provider.trusts_second_factor and "mfa" in identity.contexts
    assert shows_second_factor(provider, identity) is both


def test_own_values_of_the_second_factor_stand_instead_of_the_usual_ones() -> None:
    provider = a_provider(trusts_second_factor=True, second_factor_values=["level-2"])
    assert shows_second_factor(provider, Identity("s", contexts=frozenset({"level-2"})))
    assert not shows_second_factor(provider, Identity("s", contexts=frozenset({"mfa"})))


def test_an_identity_comes_out_of_a_session_as_it_went_in() -> None:
    identity = Identity("s", "a@b.example", email_verified=True, contexts=frozenset({"x", "y"}))
    assert Identity.of_kept(identity.kept()) == identity


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("address", {"address": ""}),
        ("address", {"address": "login.plumbline.example"}),
        ("address", {"address": "http://login.plumbline.example"}),
        ("address", {"address": "https://name:word@login.plumbline.example"}),
        ("address", {"address": "https://login.plumbline.example:port"}),
        ("client_id", {"client_id": " "}),
        ("email_domains", {"links_by_email": True}),
        ("email_domains", {"creates_accounts": True}),
        ("email_domains", {"email_domains": ["a domain"]}),
        ("other_hosts", {"other_hosts": ["https://graph.example"]}),
        ("address", {"kind": "github", "address": "https://github.com"}),
        ("address", {"kind": "github", "address": "https://ghes.plumbline.example/login"}),
        ("trusts_second_factor", {"kind": "github", "trusts_second_factor": True}),
        ("entity_id", {"kind": "saml", "entity_id": ""}),
        ("address", {"kind": "saml", "address": "", "metadata": ""}),
        (
            "vouches_for_email",
            {"kind": "saml", "metadata": "<a/>", "links_by_email": True, "email_domains": [DOMAIN]},
        ),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(field: str, values: dict[str, object]) -> None:
    kind = str(values.pop("kind", "oidc"))
    with pytest.raises(InvalidProvider) as refused:
        clean(a_provider(kind, **values))
    assert refused.value.field == field


def test_what_is_pasted_is_made_clean() -> None:
    openid = a_provider(
        address="https://login.plumbline.example/realm/.well-known/openid-configuration",
        email_domains=[f" @{DOMAIN.upper()}", DOMAIN],
        entity_id="left over",
    )
    clean(openid)
    assert openid.address == "https://login.plumbline.example/realm"
    assert openid.email_domains == [DOMAIN]
    assert openid.entity_id == ""
    github = a_provider("github", address="https://GHES.plumbline.example/")
    clean(github)
    assert github.address == "https://ghes.plumbline.example"
