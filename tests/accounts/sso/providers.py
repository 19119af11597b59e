"""Providers for tests, and a SAML provider's answers: signed with its own key, whatever stands in them."""

import base64
import datetime as dt
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from backend.accounts.models import IdentityProvider
from backend.accounts.sso import store

IDP = "https://idp.plumbline.example/metadata"
SSO = "https://idp.plumbline.example/sso"
SHA256 = (xmlsec.constants.TransformRsaSha256, xmlsec.constants.TransformSha256)
SHA1 = (xmlsec.constants.TransformRsaSha1, xmlsec.constants.TransformSha1)


def a_provider(kind: str = "oidc", **values: Any) -> IdentityProvider:
    """Not stored."""
    defaults = {
        "kind": kind,
        "slug": f"the-{kind}",
        "name": f"Our {kind}",
        "address": "" if kind == "saml" else "https://idp.plumbline.example",
        "entity_id": IDP if kind == "saml" else "",
        "client_id": "" if kind == "saml" else "plumbline",
        "is_enabled": True,
    }
    return IdentityProvider(**defaults | values)


@dataclass(frozen=True)
class Key:
    private: bytes
    certificate: bytes

    @property
    def body(self) -> str:
        """As metadata has it."""
        return "".join(self.certificate.decode().splitlines()[1:-1])


@cache
def key(name: str = "idp") -> Key:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, made.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .sign(made, hashes.SHA256())
    )
    return Key(
        made.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        certificate.public_bytes(serialization.Encoding.PEM),
    )


def saml_metadata(*, sso: str = SSO, entity: str = IDP, certificate: str = "") -> str:
    return (
        f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity}">'
        '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        '<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
        f"<ds:X509Data><ds:X509Certificate>{certificate or key().body}</ds:X509Certificate></ds:X509Data>"
        "</ds:KeyInfo></md:KeyDescriptor>"
        '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
        f'Location="{sso}"/></md:IDPSSODescriptor></md:EntityDescriptor>'
    )


def request_id(location: str) -> str:
    """Of the request that a redirect to the provider carries."""
    packed = base64.b64decode(parse_qs(urlsplit(location).query)["SAMLRequest"][0])
    return str(etree.fromstring(zlib.decompress(packed, -15)).get("ID"))


@dataclass
class Answer:
    """A SAML response before it is signed. What is None is left out."""

    provider: IdentityProvider
    in_response_to: str | None
    subject: str = "subject-1"
    format: str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
    email: str = "lead-a@plumbline.example"
    issuer: str = IDP
    audience: str | None = ""
    recipient: str | None = ""
    destination: str | None = ""
    ends_in: float | None = 300
    issued_ago: float = 0
    context: str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
    assertion_id: str = field(default_factory=lambda: f"_{secrets.token_hex(16)}")

    def xml(self) -> str:
        now = dt.datetime.now(dt.UTC)
        acs = store.callback_address(self.provider)
        entity = store.entity_address(self.provider)
        issued = _instant(now - dt.timedelta(seconds=self.issued_ago))
        audience = (
            ""
            if self.audience is None
            else (
                "<saml:AudienceRestriction><saml:Audience>"
                f"{self.audience or entity}</saml:Audience></saml:AudienceRestriction>"
            )
        )
        confirmation = _attributes(
            InResponseTo=self.in_response_to,
            Recipient=self.recipient if self.recipient is None else self.recipient or acs,
            NotOnOrAfter=self.ends_in
            if self.ends_in is None
            else _instant(now + dt.timedelta(seconds=self.ends_in)),
        )
        response = _attributes(
            InResponseTo=self.in_response_to,
            Destination=self.destination if self.destination is None else self.destination or acs,
        )
        window = _attributes(
            NotBefore=_instant(now - dt.timedelta(hours=2)),
            NotOnOrAfter=_instant(now + dt.timedelta(seconds=max(self.ends_in or 300, 300))),
        )
        return (
            '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
            'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
            f'ID="_{secrets.token_hex(16)}" Version="2.0" IssueInstant="{issued}"{response}>'
            f"<saml:Issuer>{self.issuer}</saml:Issuer>"
            '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
            f'<saml:Assertion ID="{self.assertion_id}" Version="2.0" IssueInstant="{issued}">'
            f"<saml:Issuer>{self.issuer}</saml:Issuer>"
            f'<saml:Subject><saml:NameID Format="{self.format}">{self.subject}</saml:NameID>'
            '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            f"<saml:SubjectConfirmationData{confirmation}/></saml:SubjectConfirmation></saml:Subject>"
            f"<saml:Conditions{window}>{audience}</saml:Conditions>"
            f'<saml:AuthnStatement AuthnInstant="{issued}"><saml:AuthnContext>'
            f"<saml:AuthnContextClassRef>{self.context}</saml:AuthnContextClassRef>"
            "</saml:AuthnContext></saml:AuthnStatement>"
            '<saml:AttributeStatement><saml:Attribute Name="mail" '
            'NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic">'
            f"<saml:AttributeValue>{escape(self.email)}</saml:AttributeValue></saml:Attribute>"
            "</saml:AttributeStatement></saml:Assertion></samlp:Response>"
        )

    def signed(
        self,
        *,
        what: str = "Assertion",
        by: Key | None = None,
        algorithms: tuple[Any, Any] = SHA256,
        then: Callable[[Any], Any] = lambda document: document,
    ) -> str:
        """As it is posted; `then` changes the document after it was signed."""
        document = etree.fromstring(self.xml())
        document = then(sign(document, what, by or key(), algorithms))
        return base64.b64encode(etree.tostring(document)).decode()

    def unsigned(self) -> str:
        return base64.b64encode(self.xml().encode()).decode()


def sign(document: Any, what: str, by: Key, algorithms: tuple[Any, Any] = SHA256) -> Any:
    """What is to be signed: "Assertion" or "Response"."""
    node = document if what == "Response" else document.find("{*}Assertion")
    method, digest = algorithms
    signature = xmlsec.template.create(
        document, xmlsec.constants.TransformExclC14N, method, ns="ds"
    )
    node.insert(1, signature)
    reference = xmlsec.template.add_reference(signature, digest, uri=f"#{node.get('ID')}")
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    xmlsec.tree.add_ids(document, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(by.private, xmlsec.constants.KeyDataFormatPem, None)
    context.sign(signature)
    return document


def _attributes(**values: Any) -> str:
    return "".join(f' {name}="{value}"' for name, value in values.items() if value is not None)


def _instant(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
