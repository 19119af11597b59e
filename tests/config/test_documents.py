"""The documentation as the product shows it: every link in it leads somewhere, and every picture belongs to a text."""

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.test import Client

from backend.accounts.models import User
from tests.sign_in import an_account, sign_in

TOP = Path(settings.BASE_DIR)
DOCS = sorted([*(TOP / "docs").glob("*.md"), *(TOP / "docs/security").glob("*.md")])
_LINK = re.compile(r'(?:href|src)="(?!https?:|/)([^"#]*)#?([^"]*)"')


@pytest.mark.django_db
def test_every_link_leads_to_a_document_a_heading_or_a_picture(client: Client) -> None:
    sign_in(client, an_account(User.Role.AUDITOR))
    pages = {}
    for file in DOCS:
        address = f"/docs/{file.relative_to(TOP / 'docs')}"
        page = client.get(address).content.decode()
        pages[address] = page[page.index("<article>") : page.index("</article>")]
    headings = {address: set(re.findall(r'id="([^"]+)"', page)) for address, page in pages.items()}
    broken = [
        f"{address}: {path}#{heading}"
        for address, page in pages.items()
        for path, heading in _LINK.findall(page)
        if (heading and heading not in headings.get(urljoin(address, path), ()))
        or (not heading and client.get(urljoin(address, path)).status_code != 200)
    ]
    assert broken == []


def test_every_proof_that_is_named_is_there() -> None:
    """Whoever reviews the product goes from a claim to what shows it."""
    named = {
        (file.name, path)
        for file in [*(TOP / "docs/security").glob("*.md"), TOP / "SECURITY.md"]
        for path in re.findall(
            r"`((?:tests|backend|scripts|nginx|frontend)/[\w./-]+)`", file.read_text()
        )
    }
    assert len(named) > 50
    assert [(name, path) for name, path in sorted(named) if not (TOP / path).exists()] == []


@pytest.mark.django_db
def test_the_index_leads_to_every_document(client: Client) -> None:
    sign_in(client, an_account(User.Role.AUDITOR))
    page = client.get("/docs/").content.decode()
    listed = re.findall(r'href="/docs/([^"]+\.md)"', page)
    assert listed == [str(file.relative_to(TOP / "docs")) for file in DOCS]
    assert client.get("/docs/security/none.md").status_code == 404


@pytest.mark.parametrize("name", ["README.md", "SECURITY.md"])
def test_links_from_the_top_lead_to_files(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (TOP / name).read_text())
    assert links
    assert [link for link in links if not (TOP / link).exists()] == []


def test_every_picture_is_shown() -> None:
    shown = "".join(file.read_text() for file in [*DOCS, TOP / "README.md"])
    # An .svg beside one is what it was drawn from.
    pictures = (TOP / "docs" / "pictures").glob("*.png")
    assert [one.name for one in pictures if f"pictures/{one.name})" not in shown] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/docs/../manage.py",
        "/docs/%2e%2e/SECURITY.md",
        "/docs/..%2fSECURITY.md",
        "/docs/security/..%2farchitecture.md",
        "/docs/security/%2fetc%2fpasswd.md",
        "/docs/pictures/..%2f..%2fmanage.png",
        "/docs/prometheus-rules.yaml",
    ],
)
def test_no_address_leads_to_another_file(client: Client, path: str) -> None:
    sign_in(client, an_account(User.Role.AUDITOR))
    assert client.get(path).status_code == 404
