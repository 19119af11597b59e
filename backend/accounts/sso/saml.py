"""SAML 2.0: asking by redirect, and whether an answer is genuine and meant for this sign-in.

python3-saml verifies signatures and most terms; what it lets pass where a document leaves it out is wanted here as
well: an audience, a recipient, an end, and the request that is answered, all inside what is signed.
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.socialaccount.providers.saml.provider import SAMLProvider
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from backend.accounts.models import IdentityProvider
from backend.accounts.sso.login import LONGEST_SUBJECT
from backend.accounts.sso.outgoing import Session, told
from backend.accounts.sso.questions import SAML_METADATA
from backend.accounts.sso.rules import Identity, Refusal, Refused
from backend.accounts.sso.store import callback_address, entity_address

LONGEST_ANSWER: Final = 256 * 1024
"""Characters of base64."""
CLOCK_SKEW: Final = timedelta(minutes=2)
OLDEST: Final = timedelta(minutes=10)
"""As long as allauth keeps what a sign-in began with."""
_NAMES: Final = OneLogin_Saml2_Constants.NSMAP
_DSIG, _MORE, _ENC = (
    "http://www.w3.org/2000/09/xmldsig#",
    "http://www.w3.org/2001/04/xmldsig-more#",
    "http://www.w3.org/2001/04/xmlenc#",
)
_EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
SIGNATURES: Final = frozenset(
    f"{_MORE}{kind}-sha{size}" for kind in ("rsa", "ecdsa") for size in (256, 384, 512)
)
DIGESTS: Final = frozenset({f"{_ENC}sha256", f"{_MORE}sha384", f"{_ENC}sha512"})
TRANSFORMS: Final = frozenset({f"{_DSIG}enveloped-signature", _EXCLUSIVE})
"""None that computes, and none that takes comments along."""
_TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_AS_EMAIL: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
EMAIL: Final = (
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "urn:oid:0.9.2342.19200300.100.1.3",
    *("email", "mail", "emailAddress"),
)
NAME: Final = (
    "http://schemas.microsoft.com/identity/claims/displayname",
    "urn:oid:2.16.840.1.113730.3.1.241",
    *("displayName", "name"),
)
METHODS: Final = "http://schemas.microsoft.com/claims/authnmethodsreferences"


@dataclass(frozen=True)
class Answer:
    """What a genuine answer says, and what it must still be compared with."""

    identity: Identity
    request_id: str
    assertion_id: str
    ends_at: datetime


def metadata(provider: IdentityProvider) -> str:
    """As XML, pasted or fetched. Raises Refused."""
    if provider.metadata:
        return provider.metadata
    try:
        with Session(provider, SAML_METADATA) as session:
            answer = session.get(provider.address, headers={"Accept": "*/*"})
            answer.raise_for_status()
            return answer.content.decode()
    except (OSError, UnicodeDecodeError) as error:  # requests' exceptions are a kind of OSError
        raise Refused(Refusal.UNREACHABLE, told(provider, error)) from error


def read_metadata(provider: IdentityProvider, xml: str) -> dict[str, Any]:
    """The identity provider in python3-saml's terms. Raises Refused where it is none that can be asked."""
    try:
        document = OneLogin_Saml2_XML.to_etree(xml.encode())
        there = {
            node.get("entityID"): node
            for node in _all(document, "//md:EntityDescriptor[md:IDPSSODescriptor]")
        }
        if provider.entity_id not in there:
            names = ", ".join(filter(None, there)) or "no identity provider"
            raise Refused(Refusal.ANSWER, f"The metadata is of {names}, not of the entity ID.")
        read: dict[str, Any] = OneLogin_Saml2_IdPMetadataParser.parse(
            etree.tostring(there[provider.entity_id])
        ).get("idp", {})
    except (ValueError, etree.LxmlError) as error:
        raise Refused(
            Refusal.ANSWER, f"The metadata is no XML that can be read: {error}"
        ) from error
    url = read.get("singleSignOnService", {}).get("url", "")
    if not url:
        raise Refused(Refusal.ANSWER, "The metadata names no address for the redirect binding.")
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}
    if parts.scheme != "https" and not is_local:
        raise Refused(Refusal.ANSWER, f"The sign-in address {url} is not encrypted.")
    if not signing_certificates(read):
        raise Refused(Refusal.ANSWER, "The metadata holds no signing certificate.")
    return read


def signing_certificates(read: dict[str, Any]) -> list[str]:
    """Bodies of PEM."""
    several = read.get("x509certMulti", {}).get("signing", [])
    return several or [one for one in (read.get("x509cert"),) if one]


def settings_of(provider: IdentityProvider, read: dict[str, Any]) -> dict[str, Any]:
    """For python3-saml."""
    return {
        "strict": True,
        "security": {
            "wantAssertionsSigned": True,
            "wantNameId": True,
            "wantAttributeStatement": False,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
            "allowRepeatAttributeName": True,
            "allowSingleLabelDomains": True,
        },
        "sp": {
            "entityId": entity_address(provider),
            "assertionConsumerService": {
                "url": callback_address(provider),
                "binding": OneLogin_Saml2_Constants.BINDING_HTTP_POST,
            },
            "NameIDFormat": OneLogin_Saml2_Constants.NAMEID_UNSPECIFIED,
        },
        "idp": read,
    }


def own_metadata(provider: IdentityProvider) -> str:
    """What the identity provider is given about Plumbline; needs nothing of it."""
    built = OneLogin_Saml2_Settings(settings_of(provider, {}), sp_validation_only=True)
    xml = built.get_sp_metadata()
    return xml.decode() if isinstance(xml, bytes) else str(xml)


def read_answer(
    provider: IdentityProvider, read: dict[str, Any], encoded: str, *, now: datetime
) -> Answer:
    """`encoded` as it was posted. Raises Refused."""
    if not encoded or len(encoded) > LONGEST_ANSWER:
        raise Refused(Refusal.ANSWER, "There is no answer, or it is too long.")
    try:
        base64.b64decode(encoded, validate=True)
        built = OneLogin_Saml2_Settings(settings_of(provider, read))
        response = OneLogin_Saml2_Response(built, encoded)
        _check_form(response.document)
        response.check_status()
        response.is_valid(_request(provider), raise_exceptions=True)
        return _checked(response, provider, now=now)
    except Refused:
        raise
    except Exception as error:  # whatever a hostile document makes of a parser, nobody is signed in
        raise Refused(Refusal.ANSWER, f"{type(error).__name__}: {error}") from error


def _request(provider: IdentityProvider) -> dict[str, Any]:
    """Where the answer arrived, in python3-saml's terms: always at the address that it was asked to be sent to."""
    address = urlsplit(callback_address(provider))
    return {
        "https": "on" if address.scheme == "https" else "off",
        "http_host": address.netloc,
        "script_name": address.path,
        "get_data": {},
        "post_data": {},
    }


def _check_form(document: Any) -> None:
    """Before any signature is computed: one plain assertion, signed whole, by nothing outdated. Raises Refused."""
    if _all(document, "//saml:EncryptedAssertion | //saml:EncryptedID"):
        raise Refused(
            Refusal.ANSWER, "The assertion is encrypted: leave that out, TLS does it already."
        )
    if len(_all(document, "//saml:Assertion")) != 1:
        raise Refused(Refusal.ANSWER, "The answer does not hold exactly one assertion.")
    assertion = _all(document, "/samlp:Response/saml:Assertion")
    if not assertion or len(_all(assertion[0], "./ds:Signature")) != 1:
        raise Refused(
            Refusal.ANSWER, "The assertion is not signed: have it signed, not the answer alone."
        )
    ids = [node.get("ID") for node in document.iter("*") if node.get("ID") is not None]
    if len(ids) != len(set(ids)):
        raise Refused(Refusal.ANSWER, "The answer uses an ID twice.")
    for signature in _all(document, "//ds:Signature"):
        _check_signature(signature)


def _check_signature(signature: Any) -> None:
    references = _all(signature, ".//ds:Reference")
    if len(references) != 1 or references[0].get("URI") != f"#{signature.getparent().get('ID')}":
        raise Refused(Refusal.ANSWER, "A signature is not of what it stands in.")
    for path, allowed in (
        (".//ds:SignatureMethod", SIGNATURES),
        (".//ds:DigestMethod", DIGESTS),
        (".//ds:Transform", TRANSFORMS),
        (".//ds:CanonicalizationMethod", frozenset({_EXCLUSIVE})),
    ):
        for node in _all(signature, path):
            if node.get("Algorithm") not in allowed:
                raise Refused(
                    Refusal.ANSWER, f"A signature uses {node.get('Algorithm')}: choose SHA-256."
                )
    if _all(signature, "./ds:Object"):
        raise Refused(Refusal.ANSWER, "A signature carries something along.")


def _checked(
    response: OneLogin_Saml2_Response, provider: IdentityProvider, *, now: datetime
) -> Answer:
    """What python3-saml lets pass where it is left out. Raises Refused."""
    document = response.document
    (assertion,) = _all(document, "/samlp:Response/saml:Assertion")
    here = callback_address(provider)
    if document.get("Destination", here) != here:
        raise Refused(Refusal.ANSWER, "The answer was meant for another address.")
    if entity_address(provider) not in response.get_audiences():
        raise Refused(Refusal.ANSWER, "The assertion is for another audience.")
    issued = _moment(assertion.get("IssueInstant"))
    if not now - OLDEST - CLOCK_SKEW <= issued <= now + CLOCK_SKEW:
        raise Refused(Refusal.ANSWER, "The assertion is too old, or the clocks differ.")
    ends_at, request_id = _confirmed(assertion, here, now=now)
    if not request_id or document.get("InResponseTo", request_id) != request_id:
        raise Refused(Refusal.NOT_ASKED_FOR, "The assertion answers no request.")
    return Answer(
        identity=_identity(response),
        request_id=request_id,
        assertion_id=str(assertion.get("ID")),
        ends_at=ends_at,
    )


def _confirmed(assertion: Any, here: str, *, now: datetime) -> tuple[datetime, str]:
    """When the bearer's confirmation ends, and which request it answers. Raises Refused."""
    path = "./saml:Subject/saml:SubjectConfirmation[@Method=$bearer]/saml:SubjectConfirmationData"
    bearer = OneLogin_Saml2_Constants.CM_BEARER
    for data in assertion.xpath(path, namespaces=_NAMES, bearer=bearer):
        ends = data.get("NotOnOrAfter")
        if data.get("Recipient") == here and ends and now < _moment(ends) + CLOCK_SKEW:
            return _moment(ends), data.get("InResponseTo", "")
    raise Refused(Refusal.ANSWER, "The assertion is over, or was meant for another address.")


def _identity(response: OneLogin_Saml2_Response) -> Identity:
    subject, form = response.get_nameid(), response.get_nameid_format()
    if form == _TRANSIENT:
        raise Refused(
            Refusal.ANSWER,
            "The NameID is transient: choose one that stays the same, like persistent.",
        )
    if not subject or len(subject) > LONGEST_SUBJECT:
        raise Refused(Refusal.ANSWER, "The NameID is empty or too long.")
    attributes: dict[str, list[Any]] = response.get_attributes()
    return Identity(
        subject=subject,
        email=_only(attributes, EMAIL) or (subject if form == _AS_EMAIL else ""),
        name=_only(attributes, NAME),
        contexts=frozenset(response.get_authn_contexts())
        | {one for one in attributes.get(METHODS, ()) if isinstance(one, str)},
    )


def _only(attributes: dict[str, list[Any]], names: tuple[str, ...]) -> str:
    """The value, where there is one and no other that could be taken for it."""
    found = {one for name in names for one in attributes.get(name, ()) if isinstance(one, str)}
    return found.pop() if len(found) == 1 else ""


def _all(node: Any, path: str) -> list[Any]:
    found: list[Any] = node.xpath(path, namespaces=_NAMES)
    return found


def _moment(text: str | None) -> datetime:
    """Raises ValueError."""
    moment = datetime.fromisoformat(text or "")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class SamlProvider(SAMLProvider):  # type: ignore[misc] # allauth has no types
    @property
    def row(self) -> IdentityProvider:
        row: IdentityProvider = self.app.row
        return row

    def redirect(
        self,
        request: HttpRequest,
        process: str,
        next_url: str | None = None,
        data: Any = None,
        **kwargs: Any,
    ) -> HttpResponse:
        """Raises Refused."""
        read = read_metadata(self.row, metadata(self.row))
        auth = OneLogin_Saml2_Auth(_request(self.row), settings_of(self.row, read))
        url = auth.login(return_to="")
        self.stash_redirect_state(
            request, process, next_url, data, state_id=auth.get_last_request_id(), **kwargs
        )
        return HttpResponseRedirect(url)

    def serialize(self) -> dict[str, str]:
        return {"id": self.sub_id}
