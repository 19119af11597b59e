"""Answers of a SAML provider: the genuine one opens an account, and no other does."""

import base64
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.test import Client
from lxml import etree

from backend.accounts.models import IdentityProvider, SignInPolicy, User
from backend.accounts.sso import views
from backend.accounts.sso.rules import Refused
from backend.accounts.sso.saml import read_metadata
from tests.accounts.sso.providers import (
    SHA1,
    Answer,
    a_provider,
    key,
    request_id,
    saml_metadata,
    sign,
)
from tests.recorded import recorded
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db
START, ACS = "/accounts/sso/the-saml/start/", "/accounts/sso/the-saml/acs/"
ENROL = "/accounts/2fa/totp/activate/"
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"


@pytest.fixture
def row() -> IdentityProvider:
    made = a_provider("saml", metadata=saml_metadata())
    made.save()
    return made


@pytest.fixture
def lead(row: IdentityProvider) -> User:
    """Connected as subject-1."""
    user = an_account(User.Role.TEAM_LEAD, email="lead-a@plumbline.example")
    SocialAccount.objects.create(user=user, provider=row.slug, uid="subject-1")
    return user


def begin(client: Client, **data: str) -> str:
    """The id of the request that the provider gets."""
    page = client.post(START, data)
    found = re.search(r'content="0;url=([^"]+)"', page.content.decode())
    assert found, page.content
    return request_id(found[1].replace("&amp;", "&"))


def arrive(client: Client, encoded: str, relay_state: str = "") -> Any:
    """The answer is posted from another site: without the session's cookie."""
    kept = client.cookies.pop("session", None)
    posted = client.post(ACS, {"SAMLResponse": encoded, "RelayState": relay_state})
    if kept is not None:
        client.cookies["session"] = kept.value
    return client.get(posted.headers["Location"]) if posted.status_code == 302 else posted


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def refusal() -> dict[str, Any]:
    return recorded(name="single_sign_on_refused").detail


def test_a_connected_account_is_opened_and_its_second_factor_still_asked(
    client: Client, row: IdentityProvider, lead: User
) -> None:
    answer = Answer(row, begin(client, next="/issues")).signed()
    before = client.session.session_key
    came = arrive(client, answer)
    assert client.session.session_key != before, "a session that was there before is not taken over"
    assert came.headers["Location"] == "/issues"
    assert is_signed_in(client)
    assert client.get("/issues").headers["Location"] == ENROL
    assert recorded(name="signed_in").detail == {
        "provider": "the-saml",
        "second_factor_there": False,
    }


def test_the_response_may_be_signed_as_well(
    client: Client, row: IdentityProvider, lead: User
) -> None:
    encoded = Answer(row, begin(client)).signed(then=lambda made: sign(made, "Response", key()))
    arrive(client, encoded)
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("values", "context", "due"),
    [
        ({"trusts_second_factor": True}, "https://refeds.org/profile/mfa", None),
        ({"trusts_second_factor": False}, "https://refeds.org/profile/mfa", ENROL),
        ({"trusts_second_factor": True}, "urn:oasis:names:tc:SAML:2.0:ac:classes:Password", ENROL),
    ],
    ids=["trusted and said", "said", "trusted"],
)
def test_the_provider_s_second_factor_counts_where_it_is_trusted_and_said(
    client: Client,
    row: IdentityProvider,
    lead: User,
    values: dict[str, bool],
    context: str,
    due: str | None,
) -> None:
    IdentityProvider.objects.update(**values)
    arrive(client, Answer(row, begin(client), context=context).signed())
    assert client.get("/issues").headers.get("Location") == due
    assert is_signed_in(client)


def test_where_keys_alone_count_one_s_own_is_asked_after_the_provider_s(
    client: Client, row: IdentityProvider, lead: User
) -> None:
    """Or whoever has one would be sent to sign in, by the provider, again and again."""
    IdentityProvider.objects.update(trusts_second_factor=True)
    SignInPolicy.objects.create(pk=1, factors="keys")
    Authenticator.objects.create(
        user=lead, type=Authenticator.Type.WEBAUTHN, data={"name": "Key 1", "passwordless": True}
    )
    context = "https://refeds.org/profile/mfa"
    came = arrive(client, Answer(row, begin(client), context=context).signed())
    assert came.headers["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_signed_in(client)


@pytest.mark.django_db(transaction=True)
def test_two_first_sign_ins_at_once_make_one_account(row: IdentityProvider) -> None:
    IdentityProvider.objects.update(
        creates_accounts=True, vouches_for_email=True, email_domains=["plumbline.example"]
    )
    clients = [Client(), Client()]
    answers = [Answer(row, begin(one), email="new@plumbline.example").signed() for one in clients]
    ready = Barrier(2)

    def come(client: Client, encoded: str) -> int:
        ready.wait()
        try:
            return int(arrive(client, encoded).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        told = list(both.map(come, clients, answers))
    assert User.objects.filter(email="new@plumbline.example").count() == 1
    assert SocialAccount.objects.count() == 1
    assert sorted(told) in ([302, 302], [302, 403])


def moved(document: Any) -> Any:
    """The signed assertion hides in an extension, and a forged one stands in its place."""
    genuine = document.find(f"{SAML}Assertion")
    forged = deepcopy(genuine)
    forged.set("ID", "_forged")
    forged.remove(forged.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    forged.find(f".//{SAML}NameID").text = "subject-of-the-owner"
    document.replace(genuine, forged)
    holder = etree.SubElement(document, "{urn:oasis:names:tc:SAML:2.0:protocol}Extensions")
    holder.append(genuine)
    return document


def wrapped(document: Any) -> Any:
    """The signed assertion hides inside the signature of a forged one of the same ID."""
    genuine = document.find(f"{SAML}Assertion")
    forged = deepcopy(genuine)
    signature = forged.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    forged.find(f".//{SAML}NameID").text = "subject-of-the-owner"
    document.replace(genuine, forged)
    genuine.remove(genuine.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    etree.SubElement(signature, "{http://www.w3.org/2000/09/xmldsig#}Object").append(genuine)
    return document


def commented(document: Any) -> Any:
    """A comment that signatures do not cover cuts the subject in two."""
    subject = document.find(f".//{SAML}NameID")
    subject.text = "subject"
    comment = etree.Comment("")
    comment.tail = "-1"
    subject.insert(0, comment)
    return document


def altered(document: Any) -> Any:
    document.find(f".//{SAML}NameID").text = "subject-2"
    return document


def answered(to: str) -> Callable[[Any], Any]:
    """The outer frame, which is not signed, says that another request is answered."""

    def change(document: Any) -> Any:
        document.set("InResponseTo", to)
        return document

    return change


OTHER = "https://other.example"
ALIKE = "https://localhost/accounts/sso/the-saml/acs/more"
TERMS: dict[str, tuple[str, dict[str, Any]]] = {
    "wrong audience": ("audience", {"audience": OTHER}),
    "no audience": ("audience", {"audience": None}),
    "wrong issuer": ("Invalid issuer", {"issuer": OTHER}),
    "wrong recipient": ("SubjectConfirmation", {"recipient": OTHER}),
    "recipient that begins alike": ("another address", {"recipient": ALIKE}),
    "no recipient": ("another address", {"recipient": None}),
    "wrong destination": ("instead of", {"destination": OTHER}),
    "destination that begins alike": ("another address", {"destination": ALIKE}),
    "over": ("SubjectConfirmation", {"ends_in": -1}),
    "without an end": ("is over", {"ends_in": None}),
    "issued an hour ago": ("too old", {"issued_ago": 3600}),
    "issued in an hour": ("clocks", {"issued_ago": -3600}),
    "request of nobody": ("no sign-in of this browser", {"in_response_to": "_nobody"}),
    "not asked for": ("no request", {"in_response_to": None}),
    "subject for one session": (
        "transient",
        {"format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"},
    ),
}


def _posted(document: bytes) -> str:
    return base64.b64encode(document).decode()


def _with_type(answer: Answer, entities: str) -> str:
    return _posted(f"<!DOCTYPE r [{entities}]>{answer.xml()}".encode())


Making = Callable[[Answer], str]
FORGED: dict[str, tuple[str, Making]] = {
    "unsigned": ("not signed", lambda answer: answer.unsigned()),
    "another key": ("validation failed", lambda answer: answer.signed(by=key("other"))),
    "SHA-1": ("rsa-sha1", lambda answer: answer.signed(algorithms=SHA1)),
    "only the frame signed": ("not signed", lambda answer: answer.signed(what="Response")),
    "altered after signing": ("validation failed", lambda answer: answer.signed(then=altered)),
    "assertion moved": ("exactly one", lambda answer: answer.signed(then=moved)),
    "assertion wrapped": ("exactly one", lambda answer: answer.signed(then=wrapped)),
    "frame of another request": (
        "SubjectConfirmation",
        lambda answer: replace(answer, in_response_to="_another").signed(
            then=answered(str(answer.in_response_to))
        ),
    ),
    "an entity that grows": (
        "DTDForbidden",
        lambda answer: _with_type(answer, '<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">'),
    ),
    "an entity of a file": (
        "DTDForbidden",
        lambda answer: _with_type(answer, '<!ENTITY a SYSTEM "file:///etc/hostname">'),
    ),
    "no XML": ("XMLSyntaxError", lambda _: _posted(b"<Response")),
    "no base64": ("base64", lambda _: "%%%"),
}


def refuses(client: Client, row: IdentityProvider, encoded: str, *, why: str) -> None:
    owner = an_account(User.Role.OWNER)
    SocialAccount.objects.create(user=owner, provider=row.slug, uid="subject-of-the-owner")
    came = arrive(client, encoded)
    assert came.status_code == 403
    assert not is_signed_in(client)
    assert refusal()["reason"] in {"answer not valid", "answer not asked for"}
    assert why in refusal()["detail"], "administrators must be able to find out why"
    assert refusal()["detail"] not in came.content.decode()


@pytest.mark.usefixtures("lead")
@pytest.mark.parametrize(("why", "values"), TERMS.values(), ids=TERMS)
def test_an_answer_under_other_terms_opens_nothing(
    client: Client, row: IdentityProvider, why: str, values: dict[str, Any]
) -> None:
    answer = replace(Answer(row, begin(client)), **values)
    refuses(client, row, answer.signed(), why=why)


@pytest.mark.usefixtures("lead")
@pytest.mark.parametrize(("why", "making"), FORGED.values(), ids=FORGED)
def test_an_answer_that_is_not_genuine_opens_nothing(
    client: Client, row: IdentityProvider, why: str, making: Making
) -> None:
    refuses(client, row, making(Answer(row, begin(client))), why=why)


def test_a_comment_cuts_no_subject_in_two(
    client: Client, row: IdentityProvider, lead: User
) -> None:
    owner = an_account(User.Role.OWNER)
    SocialAccount.objects.create(user=owner, provider=row.slug, uid="subject")
    arrive(client, Answer(row, begin(client)).signed(then=commented))
    assert client.session["_auth_user_id"] == str(lead.pk), (
        "signatures leave comments out, and so do we"
    )


def test_an_answer_works_once(client: Client, row: IdentityProvider, lead: User) -> None:
    encoded = Answer(row, begin(client)).signed()
    arrive(client, encoded)
    assert client.session["_auth_user_id"] == str(lead.pk)
    client.post("/accounts/logout/")
    begin(client)
    assert arrive(client, encoded).status_code == 403


@pytest.mark.usefixtures("lead")
def test_an_answer_works_in_the_window_that_asked(client: Client, row: IdentityProvider) -> None:
    encoded = Answer(row, begin(client)).signed()
    other = Client()
    begin(other)
    assert arrive(other, encoded).status_code == 403
    assert not is_signed_in(other)
    assert refusal()["reason"] == "answer not asked for"


@pytest.mark.usefixtures("lead")
def test_an_assertion_does_not_come_twice_for_two_requests(
    client: Client, row: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One of its own: others that run at the same time clear the shared one.
    monkeypatch.setattr(views, "cache", LocMemCache("assertions", {}))
    first = begin(client)
    arrive(client, Answer(row, first, assertion_id="_same").signed())
    client.post("/accounts/logout/")
    assert (
        arrive(client, Answer(row, begin(client), assertion_id="_same").signed()).status_code == 403
    )
    assert refusal()["reason"] == "answer used before"


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_neither_next_nor_relay_state_leads_elsewhere(
    client: Client, row: IdentityProvider, lead: User, where: str
) -> None:
    encoded = Answer(row, begin(client, next=where)).signed()
    assert arrive(client, encoded, relay_state=where).headers["Location"] == "/"


def test_sign_in_begins_by_a_form_of_ours_alone(row: IdentityProvider) -> None:
    assert Client().get(START).status_code == 405
    assert Client(enforce_csrf_checks=True).post(START).status_code == 403
    assert Client().get(ACS).status_code == 405


def test_a_provider_that_is_switched_off_is_not_there(
    client: Client, row: IdentityProvider
) -> None:
    to = begin(client)
    IdentityProvider.objects.update(is_enabled=False)
    assert client.post(START).status_code == 404
    assert arrive(client, Answer(row, to).signed()).status_code == 404
    assert b"Continue with" not in client.get("/accounts/login/").content


def test_a_closed_account_stays_closed(client: Client, row: IdentityProvider, lead: User) -> None:
    User.objects.update(is_active=False)
    came = arrive(client, Answer(row, begin(client)).signed())
    assert came.status_code == 403
    assert b"closed" in came.content
    assert not is_signed_in(client)
    assert refusal()["reason"] == "account closed"


def test_plumbline_describes_itself(client: Client, row: IdentityProvider) -> None:
    xml = client.get("/accounts/sso/the-saml/metadata/").content
    described = etree.fromstring(xml)
    assert described.get("entityID", "").endswith("/accounts/sso/the-saml/metadata/")
    (place,) = described.iter("{*}AssertionConsumerService")
    assert place.get("Location", "").endswith(ACS)
    (descriptor,) = described.iter("{*}SPSSODescriptor")
    assert descriptor.get("WantAssertionsSigned") == "true"


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "<a",
        "<a/>",
        saml_metadata(sso="http://idp.plumbline.example/sso"),
        saml_metadata(sso="javascript://localhost/%0aalert(1)"),
        saml_metadata().replace("HTTP-Redirect", "HTTP-POST"),
        saml_metadata().replace("X509Certificate", "X509CRL"),
        f"<!DOCTYPE r [<!ENTITY a 'a'>]>{saml_metadata()}",
        saml_metadata(entity="https://other.example"),
    ],
    ids=[
        "empty",
        "broken",
        "another",
        "plain",
        "script",
        "post",
        "unsigned",
        "entities",
        "of another",
    ],
)
def test_metadata_that_cannot_be_used_is_refused(xml: str) -> None:
    with pytest.raises(Refused):
        read_metadata(a_provider("saml"), xml)
