"""Identity providers that run beside the site: an OpenID provider, a SAML provider and GitHub's OAuth, on loopback."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allauth.socialaccount.models import SocialAccount

from backend.accounts.models import IdentityProvider, SignInPolicy, User
from backend.accounts.sso import store
from backend.accounts.store import add_user
from backend.audit.models import Event
from tests import servers
from tests.accounts.sso.providers import key
from tests.simulators.npm import SIMULATORS

SECRET = "the-secret-of-the-client"
DOMAIN = "plumbline.example"
ACCOUNTS: dict[str, dict[str, str | bool]] = {
    "lead": {"email": f"sso-lead@{DOMAIN}", "email_verified": True, "name": "Lead by directory"},
    "new": {"email": f"sso-new@{DOMAIN}", "email_verified": True, "name": "New by directory"},
    "closed": {"email": f"sso-closed@{DOMAIN}", "email_verified": True},
    "liar": {"email": f"sso-lead@{DOMAIN}", "email_verified": False},
    "foreign": {"email": "somebody@elsewhere.example", "email_verified": True},
}
"""What the directories know, by subject."""


def arrange(rows: list[dict[str, Any]], policy: dict[str, Any]) -> None:
    """These providers and no others, and nobody connected."""
    owner = User.objects.get(email=f"owner@{DOMAIN}")
    SocialAccount.objects.all().delete()
    IdentityProvider.objects.all().delete()
    User.objects.filter(email__startswith="sso-").delete()
    for row in rows:
        values, secret = {"is_enabled": True} | row, row.pop("secret", "")
        values.pop("secret", None)
        store.save_provider(
            provider=IdentityProvider(**values), client_secret=secret, acting_user=owner
        )
    for name, closed in (("lead", False), ("closed", True)):
        email = ACCOUNTS[name]["email"]
        user = add_user(email=str(email), role=User.Role.TEAM_LEAD, name=f"Known {name}")
        User.objects.filter(pk=user.pk).update(is_active=not closed)
    SignInPolicy.objects.update_or_create(
        pk=1, defaults={"sso_only": policy.get("sso_only", False)}
    )
    User.objects.filter(pk=owner.pk).update(is_break_glass=policy.get("sso_only", False))


def refusals() -> list[str]:
    """Why sign-ins were refused, by the audit log, newest first."""
    events = Event.objects.filter(name="single_sign_on_refused").order_by("-pk")
    return [str((event.additional_data or {})["reason"]) for event in events[:20]]


@dataclass(frozen=True)
class Directory:
    url: str

    def row(self, kind: str, **values: Any) -> dict[str, Any]:
        common: dict[str, Any] = {
            "kind": kind,
            "slug": f"our-{kind}",
            "name": "Our directory",
            "address": self.url,
            "email_domains": [DOMAIN],
        }
        if kind == "saml":
            address = f"{self.url}/metadata"
            common |= {"address": address, "entity_id": address, "vouches_for_email": True}
        else:
            common |= {"client_id": "plumbline", "secret": SECRET}
        return common | {"links_by_email": True} | values


@contextmanager
def openid(site: str) -> Iterator[Directory]:
    callback = f"{site}/accounts/sso/our-oidc/callback/"
    with _node("openid.mjs", callback, json.dumps(ACCOUNTS)) as url:
        _wait_for(f"{url}/.well-known/openid-configuration")
        yield Directory(url)


@contextmanager
def saml(site: str, folder: Path) -> Iterator[Directory]:
    (folder / "key.pem").write_bytes(key().private)
    (folder / "certificate.pem").write_bytes(key().certificate)
    files = (str(folder / "key.pem"), str(folder / "certificate.pem"))
    service = f"{site}/accounts/sso/our-saml/metadata/"
    with _node("saml.mjs", *files, service, json.dumps(ACCOUNTS)) as url:
        _wait_for(f"{url}/metadata")
        yield Directory(url)


@contextmanager
def _node(script: str, *arguments: str) -> Iterator[str]:
    port = servers.free_port()
    process = subprocess.Popen(
        ["node", script, str(port), *arguments], cwd=SIMULATORS, stderr=subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=10).close()  # noqa: S310 - our own address
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
