"""`manage.py connection add` with a GitHub App, or with one that is still to be made."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backend.connections import store
from backend.connections.models import Connection
from backend.pipeline import bell
from tests.connections.test_store import a_key

pytestmark = pytest.mark.django_db


def add(*more: str) -> str:
    told = StringIO()
    call_command("connection", "add", "github", "--url=https://ghes.example", *more, stdout=told)
    return told.getvalue()


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
    for half in ("--app-id=12", f"--key-file={key_file}"):
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
