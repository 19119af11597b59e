"""The documentation as the product shows it: every link in it leads somewhere, and every picture belongs to a text."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from backend.accounts.models import User
from tests.sign_in import an_account, sign_in

TOP = Path(settings.BASE_DIR)
DOCS = sorted((TOP / "docs").glob("*.md"))
_LINK = re.compile(r'(?:href|src)="(?!https?:|/)([^"#]*)#?([^"]*)"')


@pytest.mark.django_db
def test_every_link_leads_to_a_document_a_heading_or_a_picture(client: Client) -> None:
    sign_in(client, an_account(User.Role.AUDITOR))
    pages = {}
    for file in DOCS:
        page = client.get(f"/docs/{file.name}").content.decode()
        pages[file.name] = page[page.index("<article>") : page.index("</article>")]
    headings = {name: set(re.findall(r'id="([^"]+)"', page)) for name, page in pages.items()}
    broken = [
        f"{name}: {path}#{heading}"
        for name, page in pages.items()
        for path, heading in _LINK.findall(page)
        if (heading and heading not in headings.get(path or name, ()))
        or (not heading and client.get(f"/docs/{path}").status_code != 200)
    ]
    assert broken == []


@pytest.mark.parametrize("name", ["README.md", "SECURITY.md"])
def test_links_from_the_top_lead_to_files(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (TOP / name).read_text())
    assert links
    assert [link for link in links if not (TOP / link).exists()] == []


def test_every_picture_is_shown() -> None:
    texts = [*(TOP / "docs").rglob("*.md"), TOP / "README.md"]
    shown = "".join(file.read_text() for file in texts)
    # An .svg beside one is what it was drawn from.
    pictures = (TOP / "docs" / "pictures").glob("*.png")
    assert [one.name for one in pictures if f"pictures/{one.name})" not in shown] == []
