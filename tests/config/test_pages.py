"""Headers of every kind of answer, pages without inline code, and the page that the web application starts from."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import engines
from django.test import Client

from backend.accounts.models import User
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
TEMPLATES = [
    path
    for path in sorted((Path(settings.BASE_DIR) / "backend").rglob("templates/**/*.html"))
    if path.name != "your_data.html"  # a file that people take along, and no page of ours
]

ANYONE = (
    *("/healthz", "/readyz", "/metrics", "/nowhere"),
    *("/accounts/login/", "/accounts/enrol/0/set-password/"),
)
SIGNED_IN = (
    *("/accounts/sessions/", "/accounts/2fa/", "/accounts/password/change/", "/accounts/logout/"),
    *("/admin/", "/admin/people/team/", "/admin/accounts/user/add/", "/admin/jsi18n/"),
    *("/api/v1/me", "/api/v1/nothing", "/admin/nothing/", "/accounts/inactive/"),
    "/accounts/reauthenticate/",
)
INLINE = re.compile(
    r"""<script(?![^>]*\s(?:src|nonce)=)|<style(?![^>]*\snonce=)|\sstyle=|\son[a-z]+=|javascript:""",
    re.IGNORECASE,
)


def assert_headers(answer: Any) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Permissions-Policy"].startswith("accelerometer=(), camera=()")
    for name, value in {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }.items():
        assert answer.headers[name] == value
    assert re.search("no-store|no-cache", answer.headers["Cache-Control"])


@pytest.mark.parametrize("path", ANYONE)
def test_headers_of_what_anyone_may_open(client: Client, path: str) -> None:
    assert_headers(client.get(path))


@pytest.mark.parametrize("path", SIGNED_IN)
def test_headers_and_no_inline_code_of_what_an_administrator_opens(
    client: Client, path: str
) -> None:
    sign_in(client, an_account(User.Role.ADMINISTRATOR))
    answer = client.get(path)
    assert_headers(answer)
    if answer.headers["Content-Type"].startswith("text/html"):
        assert not INLINE.findall(answer.content.decode())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_of_ours_has_inline_code(template: Path) -> None:
    assert not INLINE.findall(template.read_text())


@pytest.mark.parametrize("name", ["400", "403", "404", "403_csrf", "429", "500", "not_built"])
def test_error_pages_render_without_a_request(name: str) -> None:
    page = engines["django"].get_template(f"{name}.html").render()
    assert "<h1>" in page


def test_a_refused_form_and_a_forbidden_page_look_like_ours() -> None:
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post("/accounts/login/", {"login": "x"})
    assert (refused.status_code, b"out of date" in refused.content) == (403, True)
    sign_in(strict, an_account(User.Role.MEMBER))
    assert b"You may not see this" in strict.get("/admin/", follow=True).content


class TestDocuments:
    @pytest.fixture(autouse=True)
    def written(self, settings: Any, tmp_path: Path) -> None:
        settings.DOCS_DIR = tmp_path
        text = "# Guide\n\n## First steps\n\n[Home](other.md) <script>x</script>\n\n|a|b|\n|-|-|\n|1|2|\n"
        (tmp_path / "guide.md").write_text(text)

    def test_they_are_listed_and_read_without_a_way_out(self, client: Client) -> None:
        sign_in(client, an_account(User.Role.MEMBER))
        assert b'<a href="/docs/guide.md">Guide</a>' in client.get("/docs/").content
        answer = client.get("/docs/guide.md")
        assert_headers(answer)
        page = answer.content.decode()
        assert '<h2 id="first-steps">First steps</h2>' in page
        assert "<td>1</td>" in page
        assert '<a href="other.md">Home</a>' in page
        assert not INLINE.findall(page), "HTML in a document is text"

    def test_their_pictures_come_with_them(self, client: Client, tmp_path: Path) -> None:
        (tmp_path / "pictures").mkdir()
        (tmp_path / "pictures" / "a-page.png").write_bytes(b"\x89PNG")
        sign_in(client, an_account(User.Role.MEMBER))
        answer = client.get("/docs/pictures/a-page.png")
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.content == b"\x89PNG"

    @pytest.mark.parametrize(
        "path",
        ["/docs/nothing.md", "/docs/../guide.md", "/docs/guide", "/docs/pictures/guide.png"],
    )
    def test_nothing_else_is(self, client: Client, path: str) -> None:
        sign_in(client, an_account(User.Role.MEMBER))
        assert client.get(path, follow=True).status_code == 404

    def test_nobody_reads_them_without_signing_in(self, client: Client) -> None:
        assert client.get("/docs/guide.md").status_code == 302


class TestApp:
    @pytest.fixture(autouse=True)
    def built(self, settings: Any, tmp_path: Path) -> Path:
        settings.FRONTEND_DIR = tmp_path
        index = tmp_path / "index.html"
        index.write_text('<meta nonce="__CSP_NONCE__"><script src="/a.js" nonce="__CSP_NONCE__">')
        return index

    @pytest.mark.parametrize("path", ["/", "/pull-requests?team=a", "/anything/else", "/adminx"])
    def test_every_address_of_its_own_answers_with_the_nonce_of_this_request(
        self, client: Client, path: str
    ) -> None:
        sign_in(client, an_account(User.Role.MEMBER))
        nonces = set()
        for _ in range(2):
            answer = client.get(path)
            assert_headers(answer)
            found = set(re.findall(r'nonce="([^"]+)"', answer.content.decode()))
            assert len(found) == 1
            assert f"'nonce-{found.copy().pop()}'" in answer.headers["Content-Security-Policy"]
            nonces |= found
        assert len(nonces) == 2, "a nonce is used once"
        assert settings.CSRF_COOKIE_NAME in client.cookies, "the page can sign out"

    def test_nobody_opens_it_without_signing_in(self, client: Client) -> None:
        answer = client.get("/pull-requests?team=a&from=2026-01-01")
        assert answer.headers["Location"] == (
            "/accounts/login/?next=/pull-requests%3Fteam%3Da%26from%3D2026-01-01"
        )

    @pytest.mark.parametrize("path", ["/api/v2/me", "/static/nothing.js", "/hooks/nothing"])
    def test_addresses_of_others_are_not_its_own(self, client: Client, path: str) -> None:
        sign_in(client, an_account(User.Role.MEMBER))
        assert client.get(path).status_code == 404

    def test_it_says_what_to_do_when_it_is_not_built(self, client: Client, built: Path) -> None:
        built.unlink()
        sign_in(client, an_account(User.Role.MEMBER))
        answer = client.get("/")
        assert (answer.status_code, b"npm run build" in answer.content) == (503, True)

    def test_it_answers_reading_alone(self, client: Client) -> None:
        sign_in(client, an_account(User.Role.MEMBER))
        assert client.post("/pull-requests").status_code == 405


@pytest.mark.parametrize("path", ["/api/v1/me", "/scim/v2/Users", "/readyz"])
def test_answers_for_programs_are_attachments(client: Client, path: str) -> None:
    sign_in(client, an_account(User.Role.MEMBER))
    for answer in (client.get(path), Client().get(path)):
        assert answer["Content-Type"].partition(";")[0].endswith("json")
        assert answer["Content-Disposition"] == 'attachment; filename="api.json"'


@pytest.mark.parametrize("path", [*ANYONE, *SIGNED_IN])
def test_every_text_says_how_it_is_written(client: Client, path: str) -> None:
    sign_in(client, an_account(User.Role.OWNER))
    kind = client.get(path)["Content-Type"]
    assert kind.startswith(("application/json", "application/scim+json")) or (
        "charset=utf-8" in kind.lower().replace('"', "")
    )
