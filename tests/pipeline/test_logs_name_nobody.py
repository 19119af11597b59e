"""What people are called is in no log, whatever is done with it: collected, signed in with, searched for, refused."""

import json
from pathlib import Path

import pytest
from django.db import IntegrityError
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from backend.accounts.models import User
from backend.accounts.scim_tokens import create_scim_token
from backend.accounts.sign_ins import sign_ins
from backend.accounts.store import InvalidAccount, add_user
from backend.connections.store import add_connection, set_webhook_secret
from backend.people.match_run import match_people
from backend.people.models import Identity
from backend.pipeline import tasks
from tests.config.test_logs import configured
from tests.pipeline.conftest import TOKEN
from tests.pipeline.state import collect, work_to_the_end
from tests.sign_in import an_account, sign_in
from tests.simulators.github import World, running

LOGIN, NAME, ADDRESS = "adamarker", "Ada Markerlace", "ada.marker@people.example"
MARKS = (LOGIN, "Markerlace", "ada.marker")
SECRET = "the secret of the webhooks"


def a_world() -> World:
    world = World()
    org = world.create_organization("forge")
    ada = world.create_user(LOGIN, name=NAME, email=ADDRESS)
    mate = world.create_user("mate")
    world.create_team(org, "Team A", [ada, mate])
    repository = world.create_repository(org, "app")
    pr = world.open_pull_request(repository, ada, title=f"By {NAME}")
    world.add_review(pr, mate)
    world.add_token(TOKEN)
    return world


def sign_in_and_search(reader: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": ADDRESS, "password": "wrong for " + NAME})
    client.get(f"/accounts/login/?next=/people/{LOGIN}")
    sign_in(client, reader)
    for path in (f"/api/v1/people?q={NAME}", f"/admin/people/person/?q={ADDRESS}", f"/x?{LOGIN}"):
        assert client.get(path).status_code < 500, path


def told_by_the_directory(owner: User) -> None:
    _, token = create_scim_token(name="Directory", expires_at=None, acting_user=owner)
    headers = {"Authorization": f"Bearer {token}"}
    user = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": ADDRESS,
        "displayName": NAME,
    }
    for status in (201, 409):
        answer = Client().post(
            "/scim/v2/Users", user, content_type="application/scim+json", headers=headers
        )
        assert answer.status_code == status
    found = Client().get(f'/scim/v2/Users?filter=userName eq "{ADDRESS}"', headers=headers)
    assert found.status_code == 200


@pytest.mark.timeout(240)
def test_nobody_is_named_in_a_log(
    transactional_db: None,
    live_server: LiveServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = an_account("owner")
    with configured(), running(a_world(), repositories=tmp_path / "served") as forge:
        source = add_connection(kind="github", url=forge.url, token=TOKEN)
        set_webhook_secret(connection=source, secret=SECRET)
        collect(source)
        hook = forge.hook(f"{live_server.url}/hooks/github/{source.slug}", SECRET)
        repository = next(iter(forge.world.repositories.values()))
        forge.world.open_pull_request(repository, forge.world.accounts[LOGIN], title=NAME)
        assert hook.deliveries
        work_to_the_end(source)
        told_by_the_directory(owner)
        match_people(sign_ins=sign_ins())
        sign_in_and_search(owner)
        with pytest.raises(InvalidAccount):
            add_user(email=ADDRESS, role="member", name=NAME)

        def fails(*_: object, **__: object) -> None:
            raise IntegrityError(f"Key (email)=({ADDRESS}) of {NAME}, {LOGIN}")

        monkeypatch.setattr(tasks, "match_people", fails)
        tasks.match.apply()
        monkeypatch.setattr("backend.api.me.caller", fails)
        client = sign_in(Client(raise_request_exception=False), owner)
        assert client.get(f"/api/v1/me?{LOGIN}").status_code == 500
    assert Identity.objects.filter(login=LOGIN).exists()
    written = capsys.readouterr()
    lines = [json.loads(line) for line in written.err.splitlines() if line.startswith("{")]
    assert {"request_finished", "request_failed"} <= {line["event"] for line in lines}
    assert len(lines) > 20
    said = (written.out + written.err).lower()
    assert [mark for mark in MARKS if mark.lower() in said] == []
