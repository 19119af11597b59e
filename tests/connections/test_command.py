"""`manage.py connection add` with a GitHub App, with one that is still to be made, and of a Jira."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backend.connections import store
from backend.connections.models import Connection, JiraSettings
from backend.pipeline import bell
from tests.connections.test_store import a_key

pytestmark = pytest.mark.django_db


def add(*more: str) -> str:
    told = StringIO()
    call_command("connection", "add", "github", "--url=https://ghes.example", *more, stdout=told)
    return told.getvalue()


def add_jira(kind: str, *more: str) -> str:
    told = StringIO()
    url = "https://forge.atlassian.net" if kind == "jira_cloud" else "https://jira.example/jira"
    call_command("connection", "add", kind, f"--url={url}", *more, stdout=told)
    return told.getvalue()


@pytest.fixture
def token_file(tmp_path: Path) -> str:
    file = tmp_path / "token"
    file.write_text("the-token-of-a-jira\n")
    return str(file)


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    file = tmp_path / "key.pem"
    file.write_text(a_key(1))
    return str(file)


def test_an_app_is_added_from_its_key_file(key_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[object] = []

    def ring(*what: object) -> bool:
        rung.append(what)
        return True

    monkeypatch.setattr(bell, "ring", ring)
    told = add("--app-id=12", f"--key-file={key_file}", "--installation-id=34")
    (key,) = store.credentials(Connection.objects.get())
    assert (key.app_id, key.installation_id, key.secret) == (12, 34, a_key(1))
    assert "A worker checks it now" in told
    assert len(rung) == 1


def test_half_an_app_is_refused(key_file: str) -> None:
    for half in ("--app-id=12", f"--key-file={key_file}", "--installation-id=34"):
        with pytest.raises(CommandError, match="needs both"):
            add(half)
    assert not Connection.objects.exists()


def test_without_anything_to_sign_in_with_it_says_where_to_go_on() -> None:
    assert "create its GitHub App" in add()
    assert store.credentials(Connection.objects.get()) == []
    told = StringIO()
    call_command("connection", "list", stdout=told)
    assert "ghes-example" in told.getvalue()


def test_the_list_tells_permissions_that_are_not_as_needed() -> None:
    add()
    one = {"needed": "read", "granted": "", "verdict": "missing", "action": "Grant it."}
    store.record_state(
        connection=Connection.objects.get(),
        state="failing",
        permissions=[{"name": "checks", **one}, {"name": "members", **one, "verdict": "ok"}],
    )
    told = StringIO()
    call_command("connection", "list", stdout=told)
    assert "checks: missing. Grant it." in told.getvalue()
    assert "members" not in told.getvalue()


@pytest.mark.parametrize("kind", ["jira_dc", "jira_cloud"])
def test_a_jira_is_added_with_its_token_and_its_projects(
    kind: str, token_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "ring", lambda *_: True)
    email = ["--email=reader@example.com"] if kind == "jira_cloud" else []
    told = add_jira(kind, f"--token-file={token_file}", "--project=forge", "--project=M*", *email)
    made = Connection.objects.get()
    assert f"/hooks/jira/{made.slug}" in told
    (token,) = store.credentials(made)
    assert (token.kind, token.secret) == ("token", "the-token-of-a-jira")
    settings = JiraSettings.objects.get(connection=made)
    assert settings.projects == ["FORGE", "M*"]
    assert settings.email == ("reader@example.com" if email else "")


@pytest.mark.parametrize("kind", ["jira_dc", "jira_cloud"])
def test_options_of_github_are_refused_for_a_jira(
    kind: str, key_file: str, token_file: str
) -> None:
    with pytest.raises(CommandError, match="--app-id, --key-file mean something to GitHub alone"):
        add_jira(kind, "--app-id=12", f"--key-file={key_file}")
    with pytest.raises(CommandError, match="--organisation means something to GitHub alone"):
        add_jira(kind, f"--token-file={token_file}", "--organisation=org")
    with pytest.raises(CommandError, match="name that with --token-file"):
        add_jira(kind)
    assert not Connection.objects.exists()


def test_options_of_a_jira_are_refused_for_github() -> None:
    with pytest.raises(CommandError, match="--email, --project mean something to a Jira alone"):
        add("--email=reader@example.com", "--project=FORGE")
    assert not Connection.objects.exists()


def test_what_a_jira_needs_is_told(token_file: str) -> None:
    with pytest.raises(CommandError, match="e-mail address of the account"):
        add_jira("jira_cloud", f"--token-file={token_file}")
    with pytest.raises(CommandError, match="leave it empty"):
        add_jira("jira_dc", f"--token-file={token_file}", "--email=reader@example.com")
    with pytest.raises(CommandError, match="is no key of a project"):
        add_jira("jira_dc", f"--token-file={token_file}", "--project=two words")
    assert not Connection.objects.exists()
